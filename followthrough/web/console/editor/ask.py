"""What a touch asks and what follows each answer, as fields. Both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from followthrough.web.console.editor import contents
from followthrough.web.console.editor.given import Given, Wrong, read_was, was

ANSWERS = (("yes", "confirmed"), ("no", "declined"))  # how fields and documents call them
NOTHING, NOTE, FIELD = "", "note", "field"  # what the ATS is told


def fields(ask: Mapping[str, Any] | None) -> Given:
    """The fields of an ask as documents have it."""
    told, made = (ask or {}).get("answers") or {}, Given()
    values = {"asks": "on" if ask else "", "ask_anchor": (ask or {}).get("anchor") or ""}
    for short, name in ANSWERS:
        answer = told.get(name) or {}
        values |= _write_back(short, answer.get("write_back"))
        made |= contents.fields(short, answer.get("reply"))
    handoff = (told.get("declined") or {}).get("handoff", True)
    return Given(made | Given.made(values | {"no_handoff": "on" if handoff else ""}))


def _write_back(short: str, told: Mapping[str, Any] | None) -> dict[str, str]:
    told = told or {}
    return {
        f"{short}_back": told.get("kind", NOTHING),
        f"{short}_back_text": told.get("text") or "",
        f"{short}_back_field": told.get("field") or "",
        f"{short}_back_value": _written(told.get("value")),
        f"{short}_back_was": was(told) if told else "",
    }


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def read(given: Given, locales: Iterable[str], wrong: Wrong) -> dict[str, Any] | None:
    """The ask that the fields say; None where nothing is asked."""
    if not given.on("asks"):
        return None
    answers: dict[str, Any] = {}
    for short, name in ANSWERS:
        answers[name] = {
            "write_back": _read_back(short, given, wrong),
            "reply": contents.read(short, given, locales, wrong) or None,
        }
    answers["declined"]["handoff"] = given.on("no_handoff")
    return {
        "kind": "confirmation",
        "anchor": given.one("ask_anchor") or None,
        "answers": {name: _without_none(told) for name, told in answers.items()},
    }


def _without_none(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _read_back(short: str, given: Given, wrong: Wrong) -> dict[str, Any] | None:
    kind = given.one(f"{short}_back")
    if kind not in (NOTE, FIELD):
        return None
    kept = read_was(given.one(f"{short}_back_was"))
    names = [f"{short}_back{part}" for part in ("", "_text", "_field", "_value")]
    if isinstance(kept, dict) and given.same(Given.made(_write_back(short, kept)), names):
        return kept
    if kind == NOTE:
        return {"kind": NOTE, "text": _needed(f"{short}_back_text", given, wrong)}
    name = _needed(f"{short}_back_field", given, wrong)
    value = _needed(f"{short}_back_value", given, wrong)
    return {"kind": FIELD, "field": name, "value": _value(value)}


def _needed(name: str, given: Given, wrong: Wrong) -> str:
    text = given.one(name)
    if not text.strip():
        wrong[name] = _("The ATS is to be told something: write what.")
    return text


def _value(text: str) -> str | int | bool:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else text
