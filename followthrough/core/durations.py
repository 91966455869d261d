"""ISO 8601 durations with exact lengths: weeks, days, hours, minutes, seconds."""

from __future__ import annotations

import re
from datetime import timedelta

_FORM = re.compile(
    r"P(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)


def read_duration(text: str) -> timedelta:
    """`PT24H`, `P2D`, `P1W`, `PT90M` … as a timedelta. Months and years have no exact length.

    Raises ValueError with the reason and the remedy.
    """
    found = _FORM.fullmatch(text.strip().upper())
    parts = (
        {name: int(value) for name, value in found.groupdict().items() if value} if found else {}
    )
    if not parts:
        raise ValueError(
            f"{text!r} is not a duration. Write PT30M, PT24H, P2D or P1W (no months or years)."
        )
    try:
        return timedelta(**parts)
    except OverflowError as problem:
        raise ValueError(
            f"{text!r} is longer than any wait can be. Use at most P365D."
        ) from problem


def write_duration(value: timedelta) -> str:
    """The shortest duration that `read_duration` reads back as `value` (whole seconds, ≥ 0)."""
    seconds = int(value.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    date = f"{days}D" if days else ""
    return f"P{date}{'T' + clock if clock else ''}" if date or clock else "PT0S"
