"""Local hours by arithmetic: a week has 10,080 minutes, Monday's midnight is 0.

The gate asks `governance.hours`, which knows zones, jumps of the clock and holidays; lint asks for
hundreds of ordinary moments while somebody types, and a test compares the two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache

from followthrough.core.zones import Window
from followthrough.governance.hours import Compiled

DAY, WEEK = 24 * 60, 7 * 24 * 60


def minute_of_week(at: datetime) -> int:
    """Of a local time."""
    return at.weekday() * DAY + at.hour * 60 + at.minute


def opens(week: Compiled | None, at: datetime) -> datetime | None:
    """The first moment from `at` on that `week` allows; None: never. Holidays are not counted."""
    if week is None:
        return at
    spans = _spans(week)
    if not spans:
        return None
    minute = minute_of_week(at)
    place = bisect_right(spans, (minute, 2 * WEEK)) - 1
    _start, end = spans[place] if place >= 0 else (spans[-1][0] - WEEK, spans[-1][1] - WEEK)
    if minute < end:
        return at
    following = spans[place + 1][0] if place + 1 < len(spans) else spans[0][0] + WEEK
    return at.replace(second=0, microsecond=0) + timedelta(minutes=following - minute)


@lru_cache(maxsize=1024)
def _spans(week: Compiled) -> Sequence[tuple[int, int]]:
    """The allowed minutes from Monday on, as (first, one past the last), sorted. The last may reach
    into the next week."""
    return sorted(
        (day * DAY + _minute(window.start), day * DAY + _end(window))
        for day, windows in week.items()
        for window in windows
    )


def _end(window: Window) -> int:
    start, end = _minute(window.start), _minute(window.end)
    return end if end > start else end + DAY


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
