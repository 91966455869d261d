"""How long before or after, as fields: a number, a unit, and a local time for days. Both ways."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.core.durations import read_duration
from followthrough.web.console.editor.given import Given, Wrong, read_was, was

MINUTES, HOURS, DAYS, WORKING = "minutes", "hours", "days", "working"
SECONDS = "seconds"  # nobody is offered them; a map from a file may have some
UNITS = [
    (MINUTES, gettext_lazy("minutes")),
    (HOURS, gettext_lazy("hours")),
    (DAYS, gettext_lazy("days")),
    (WORKING, gettext_lazy("working days")),
]
LENGTHS = UNITS[:3]  # where no local days are counted
IN_SECONDS = {SECONDS: 1, MINUTES: 60, HOURS: 3600, DAYS: 86_400}
ISO = {SECONDS: "PT{}S", MINUTES: "PT{}M", HOURS: "PT{}H", DAYS: "P{}D"}
PARTS = ("n", "unit", "at")
MOST_DIGITS = 6


def fields(name: str, offset: Any) -> Given:
    """The fields of an offset as documents have it: `PT24H`, or a group in days. None: empty."""
    return Given.made(
        {f"{name}_{part}": value for part, value in _told(offset).items()}
        | {f"{name}_was": was(offset) if offset is not None else ""}
    )


def _told(offset: Any) -> dict[str, str]:
    if offset is None:
        return {"n": "", "unit": DAYS, "at": ""}
    if isinstance(offset, str):
        number, unit = _in_unit(offset)
        return {"n": str(number), "unit": unit, "at": ""}
    working = offset.get("business_days") is not None
    count = offset["business_days"] if working else offset.get("days") or 0
    return {"n": str(count), "unit": WORKING if working else DAYS, "at": offset.get("at") or ""}


def _in_unit(text: str) -> tuple[int, str]:
    """`P2D` is 2 days and `PT48H` 48 hours; what mixes units is said in the smallest of them."""
    seconds = int(read_duration(text).total_seconds())
    _date, _t, clock = text.upper().partition("T")
    units = [DAYS] if not clock else [HOURS, MINUTES, SECONDS]
    if not seconds:
        return 0, units[0] if units[0] == DAYS else MINUTES
    unit = next((one for one in units if not seconds % IN_SECONDS[one]), SECONDS)
    return seconds // IN_SECONDS[unit], unit


def read(name: str, given: Given, wrong: Wrong, *, otherwise: str = "PT0S") -> Any:
    """The offset that the fields say; `otherwise` where they are empty. What is wrong goes to
    `wrong`, by field."""
    kept = read_was(given.one(f"{name}_was"))
    if kept is not None and _unchanged(name, given, kept):
        return kept
    number, unit = given.one(f"{name}_n").strip(), given.one(f"{name}_unit", DAYS)
    at = _clock(given.one(f"{name}_at").strip())
    if not number and not at:
        return otherwise
    if not re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", number or "0"):
        wrong[f"{name}_n"] = _("Write a whole number, such as 2.")
        return otherwise
    count = int(number or 0)
    if at and unit not in (DAYS, WORKING):
        wrong[f"{name}_at"] = _("A time of day goes with days: choose days, or leave it empty.")
        return otherwise
    return _offset(count, unit, at, kept)


def _unchanged(name: str, given: Given, kept: Any) -> bool:
    try:
        made = fields(name, kept)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # somebody wrote something else there
    return given.same(made, [f"{name}_{part}" for part in PARTS])


def _offset(count: int, unit: str, at: str, kept: Any) -> Any:
    """Days without a time of day are a length, as `1 day before` means 24 hours to most people;
    where the map counted local days before, it still does."""
    in_days = unit == WORKING or bool(at) or (unit == DAYS and isinstance(kept, dict) and count)
    if not in_days:
        return ISO.get(unit, ISO[DAYS]).format(count)
    found: dict[str, Any] = {"business_days" if unit == WORKING else "days": count}
    return {**found, "at": at} if at else found


def _clock(text: str) -> str:
    """`9:00` and `9` are 09:00; what cannot be read stays, and the document refuses it."""
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d\d))?(?::\d\d)?", text)
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else text


def length(text: str) -> timedelta:
    """For a duration that may be wrong: none then."""
    try:
        return read_duration(text)
    except ValueError:
        return timedelta()
