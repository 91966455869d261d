"""How far a touch is from the moment it counts from: a length of time, or local days.

`PT24H` is exact. `{days: 1, at: "09:00"}` is nine o'clock where the person is, on the day before or
after; `business_days` leaves out weekends and the public holidays there. Pure.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from followthrough.core.zones import instant, local
from followthrough.governance import calendars
from followthrough.journeys.parts import Duration, Part, length, refused

__all__ = ["UTC_ONLY", "DayOffset", "Offset", "Where", "rough", "shift", "shifted"]

DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = range(5)
NOON = time(12)
LONGEST_DAYS, LONGEST_BUSINESS_DAYS = 365, 250
FREE_DAYS_IN_A_ROW = 60  # no calendar has more: then it is taken for none

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise refused(
            f"{text[:20]!r} is no time of day.", 'Write it with two digits each: "09:00".'
        )
    return text


Clock = Annotated[str, AfterValidator(_clock)]


class DayOffset(Part):
    """Whole local days, counted as people count them; `at` a local time, else the same clock time.

    Exactly one of `days` and `business_days`.
    """

    days: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] | None = None
    business_days: Annotated[int, Field(ge=0, le=LONGEST_BUSINESS_DAYS)] | None = None
    at: Clock | None = None

    @model_validator(mode="after")
    def check_one(self) -> DayOffset:
        """Days are counted in one way."""
        if (self.days is None) == (self.business_days is None):
            raise refused(
                "It counts days in one way.",
                'Write days: 1 or business_days: 2, and at: "09:00" where it has a time.',
            )
        if not self.count and self.at is None:
            raise refused("No days and no time is no wait.", 'Add at: "09:00", or write PT0S.')
        return self

    @property
    def count(self) -> int:
        """How many days, of whichever kind."""
        return self.days if self.days is not None else self.business_days or 0


def _form(raw: object) -> str:
    return DAYS if isinstance(raw, dict | DayOffset) else LENGTH


LENGTH, DAYS = "offset as a length", "offset in days"  # which of the two; no part of a place
Offset = Annotated[
    Annotated[Duration, Tag(LENGTH)] | Annotated[DayOffset, Tag(DAYS)], Discriminator(_form)
]


class Where(NamedTuple):
    """By whose clock and calendar days are counted: a zone, and a calendar of public holidays as
    `governance.calendars` names it ('': none, only weekends)."""

    zone: str = "UTC"
    calendar: str = ""


UTC_ONLY = Where()


def shifted(moment: datetime, by: timedelta) -> datetime:
    """`moment` and `by`; at the ends of the calendar, where an ATS may write 9999, `moment`."""
    try:
        return moment + by
    except OverflowError:
        return moment


def shift(moment: datetime, offset: Offset, where: Where, *, back: bool = False) -> datetime:
    """`offset` after `moment`, or before it when `back`."""
    if isinstance(offset, str):
        return shifted(moment, -length(offset) if back else length(offset))
    try:
        return _by_days(moment, offset, where, -1 if back else 1)
    except (OverflowError, ValueError):
        return moment


def _by_days(moment: datetime, offset: DayOffset, where: Where, step: int) -> datetime:
    there = local(moment, where.zone)
    if offset.days is not None:
        day = there.date() + step * offset.days * DAY
    else:
        day = _business_day(there.date(), offset.count, step, where.calendar)
    at = time.fromisoformat(offset.at) if offset.at else there.time()
    return instant(day, at, where.zone)


def _business_day(day: date, count: int, step: int, calendar: str) -> date:
    """`count` business days on from `day`; with 0 the day itself, or the next that is one."""
    left, tried = count, 0
    if not count and not _works(day, calendar):
        left = 1
    while left and tried < (count + 1) * 3 + FREE_DAYS_IN_A_ROW:
        day, tried = day + step * DAY, tried + 1
        left -= _works(day, calendar)
    return day


@lru_cache(maxsize=65_536)
def _works(day: date, calendar: str) -> bool:
    if day.weekday() not in MONDAY_TO_FRIDAY:
        return False
    return not calendar or day not in calendars.public(calendar, day.year)


def rough(offset: Offset) -> timedelta:
    """About how long an offset is: to put touches in their order, and to see that it is no time."""
    if isinstance(offset, str):
        return length(offset)
    at = time.fromisoformat(offset.at) if offset.at else NOON
    days = offset.days if offset.days is not None else offset.count * 7 / 5
    clock = datetime.combine(date.min, at) - datetime.combine(date.min, NOON)
    return max(days * DAY + clock, timedelta()) if days or offset.at else timedelta()
