"""The settings of a map as fields, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from followthrough.journeys.models import Draft
from followthrough.web.console.editor import ask, contents, offsets
from followthrough.web.console.editor.given import Given, Wrong

CODE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def fields(draft: Draft) -> Given:
    """The fields of what a draft says of itself."""
    raw = draft.document
    values = {
        name: raw.get(name) or otherwise
        for name, otherwise in (
            ("name", ""), ("description", ""), ("default_locale", "en"), ("unmatched", "continue")
        )
    }  # fmt: skip
    replies = Given()
    for short, name in ask.ANSWERS:
        replies |= contents.fields(short, (raw.get("replies") or {}).get(name))
    settle = offsets.fields("settle", raw.get("settle", "PT30S"))
    return Given(Given.made(values) | settle | replies)


def read(given: Given, locales: Iterable[str], wrong: Wrong) -> dict[str, Any]:
    """The settings that the fields say, but for the limits."""
    name = given.one("name").strip()
    if not name:
        wrong["name"] = _("A map needs a name: people choose it by that.")
    settle = offsets.read("settle", given, wrong)
    replies = {
        name: found
        for short, name in ask.ANSWERS
        if (found := contents.read(short, given, locales, wrong))
    }
    return {
        "name": name[:200],
        "description": given.one("description").strip(),
        "settle": settle if isinstance(settle, str) else "PT30S",
        "default_locale": _code(given.one("default_locale"), wrong),
        "unmatched": given.one("unmatched", "continue"),
        "replies": replies,
    }


def _code(text: str, wrong: Wrong) -> str:
    if not CODE.fullmatch(text):
        wrong["default_locale"] = _("Choose one of the languages.")
        return "en"
    return text


def languages(given: Given) -> list[str]:
    """The languages that were ticked, and one written beside them (`pl`, `es-MX`)."""
    found = [*given.all("languages"), given.one("language_other").strip()]
    return list(dict.fromkeys(one for one in found if CODE.fullmatch(one)))
