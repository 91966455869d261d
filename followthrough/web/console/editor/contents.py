"""What is said, as fields: by channel and language, each with the parts it has. Both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from followthrough.journeys.definition import CHANNELS
from followthrough.web.console.editor.given import Given, Wrong

TEXTS: Mapping[str, tuple[str, ...]] = {
    "sms": ("body",),
    "email": ("subject", "preheader", "body"),
}
OPTIONAL = ("preheader",)


def name(prefix: str, channel: str, locale: str, part: str) -> str:
    """The name of a field: `say_sms_es-MX_body`."""
    return f"{prefix}_{channel}_{locale}_{part}"


def fields(prefix: str, content: Mapping[str, Any] | None) -> Given:
    """The fields of a content as documents have it."""
    values = {
        name(prefix, channel, locale, part): text.get(part) or ""
        for channel in CHANNELS
        for locale, text in ((content or {}).get(channel) or {}).items()
        for part in TEXTS[channel]
    }
    return Given.made(values)


def read(prefix: str, given: Given, locales: Iterable[str], wrong: Wrong) -> dict[str, Any]:
    """The content that the fields say, in these languages; a text of which nothing is written is
    none."""
    found: dict[str, Any] = {}
    for channel in CHANNELS:
        texts = {
            locale: text
            for locale in locales
            if (text := _read(prefix, channel, locale, given, wrong))
        }
        if texts:
            found[channel] = texts
    return found


def _read(
    prefix: str, channel: str, locale: str, given: Given, wrong: Wrong
) -> dict[str, str] | None:
    names = {part: name(prefix, channel, locale, part) for part in TEXTS[channel]}
    written = {part: given.one(field) for part, field in names.items()}
    if not any(text.strip() for text in written.values()):
        return None
    for part, text in written.items():
        if not text.strip() and part not in OPTIONAL:
            wrong[names[part]] = _missing(part)
    return {part: text for part, text in written.items() if text.strip()}


def _missing(part: str) -> str:
    if part == "subject":
        return _("A mail needs a subject: without one it looks like spam.")
    return _("It says nothing yet: write a text, or empty its other fields as well.")
