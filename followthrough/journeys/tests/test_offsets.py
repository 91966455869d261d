"""Days as people count them: where the person is, over weekends, holidays and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followthrough.core.zones import instant, local
from followthrough.governance import calendars
from followthrough.journeys.offsets import DayOffset, Offset, Where, rough, shift

CHICAGO = Where("America/Chicago", "US-IL")
BERLIN = Where("Europe/Berlin", "DE-BE")


def at(text: str, where: Where = CHICAGO) -> datetime:
    """A wall-clock time in a zone as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(where.zone)).astimezone(UTC)


CASES: list[tuple[str, Any, bool, str, Where]] = [
    # from, offset, back, to, where
    ("2026-06-03 12:00", "PT24H", False, "2026-06-04 12:00", CHICAGO),
    ("2026-06-03 14:00", {"days": 1, "at": "09:00"}, True, "2026-06-02 09:00", CHICAGO),
    ("2026-06-03 14:00", {"days": 0, "at": "09:00"}, True, "2026-06-03 09:00", CHICAGO),
    ("2026-06-03 14:00", {"days": 2}, False, "2026-06-05 14:00", CHICAGO),
    # On 1 November the clocks go back: 24 hours later it is an hour earlier; a day later it is not.
    ("2026-10-31 14:00", "PT24H", False, "2026-11-01 13:00", CHICAGO),
    ("2026-10-31 14:00", {"days": 1}, False, "2026-11-01 14:00", CHICAGO),
    # 02:30 on 8 March is no time there: an hour later it is.
    ("2026-03-07 02:30", {"days": 1}, False, "2026-03-08 03:30", CHICAGO),
    ("2026-03-29 12:00", {"days": 1, "at": "02:30"}, True, "2026-03-28 02:30", BERLIN),
    # Working days: Friday → Monday; over Independence Day (observed on Friday 3 July); back.
    ("2026-06-05 10:00", {"business_days": 1}, False, "2026-06-08 10:00", CHICAGO),
    ("2026-07-02 10:00", {"business_days": 1, "at": "09:00"}, False, "2026-07-06 09:00", CHICAGO),
    ("2026-07-06 10:00", {"business_days": 2, "at": "09:00"}, True, "2026-07-01 09:00", CHICAGO),
    # Berlin has a holiday of its own on 8 March, Chicago does not (and 2027 it is a Monday).
    ("2027-03-05 10:00", {"business_days": 1}, False, "2027-03-09 10:00", BERLIN),
    ("2027-03-05 10:00", {"business_days": 1}, False, "2027-03-08 10:00", CHICAGO),
    # No working day counted: the day itself, or the next that is one.
    ("2026-06-06 10:00", {"business_days": 0, "at": "09:00"}, False, "2026-06-08 09:00", CHICAGO),
    ("2026-06-06 10:00", {"business_days": 0, "at": "09:00"}, True, "2026-06-05 09:00", CHICAGO),
    ("2026-06-04 10:00", {"business_days": 0, "at": "09:00"}, True, "2026-06-04 09:00", CHICAGO),
]


def offset(raw: Any) -> Offset:
    return raw if isinstance(raw, str) else DayOffset(**raw)


@pytest.mark.parametrize(("start", "raw", "back", "end", "where"), CASES)
def test_days_are_counted_where_they_are(
    start: str, raw: Any, back: bool, end: str, where: Where
) -> None:
    assert shift(at(start, where), offset(raw), where, back=back) == at(end, where)


seconds = st.integers(1_735_700_000, 1_890_000_000)  # of 2025 to 2029
moments = seconds.map(lambda one: datetime.fromtimestamp(one, UTC))
places = st.sampled_from(
    [CHICAGO, BERLIN, Where("Australia/Lord_Howe", "AU"), Where("Asia/Kathmandu"), Where()]
)
clocks = st.none() | st.times().map(lambda one: f"{one:%H:%M}")


@given(moments, st.integers(1, 40), clocks, places, st.booleans())
def test_working_days_end_on_one(
    moment: datetime, count: int, clock: str | None, where: Where, back: bool
) -> None:
    found = shift(moment, DayOffset(business_days=count, at=clock), where, back=back)
    day = local(found, where.zone).date()
    assert day.weekday() < 5
    assert not where.calendar or day not in calendars.public(where.calendar, day.year)
    # None of the days between is one too many: exactly so many working days lie between the two.
    start = local(moment, where.zone).date()
    first, last = min(day, start), max(day, start)
    between = (first + timedelta(days=n) for n in range((last - first).days + 1))
    free = {one for one in between if not works(one, where)}
    assert (last - first).days + 1 - len(free) == count + works(start, where)


def works(day: Any, where: Where) -> bool:
    free = where.calendar and day in calendars.public(where.calendar, day.year)
    return day.weekday() < 5 and not free


@given(moments, st.integers(0, 365), clocks.filter(bool), places, st.booleans())
def test_the_clock_says_what_was_asked(
    moment: datetime, count: int, clock: str, where: Where, back: bool
) -> None:
    found = local(shift(moment, DayOffset(days=count, at=clock), where, back=back), where.zone)
    days = (found.date() - local(moment, where.zone).date()).days
    assert abs(days) == count
    short = midnight(found, 1, where) - midnight(found, 0, where) < timedelta(days=1)
    assert short or f"{found:%H:%M}" == clock  # on a short day there are times that no clock shows


def midnight(there: datetime, days: int, where: Where) -> datetime:
    return instant(there.date() + timedelta(days=days), time(), where.zone)


@pytest.mark.parametrize(
    "moment", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
)
@pytest.mark.parametrize("back", [True, False])
@pytest.mark.parametrize("raw", ["P365D", {"days": 300}, {"business_days": 200, "at": "09:00"}])
def test_at_the_ends_of_the_calendar_nothing_breaks(moment: datetime, back: bool, raw: Any) -> None:
    shift(moment, offset(raw), CHICAGO, back=back)


def test_rough_puts_them_in_order() -> None:
    ordered = ["PT0S", {"days": 0, "at": "15:00"}, "PT6H", {"days": 1, "at": "09:00"}, "P1D",
               {"business_days": 2}, "P3D"]  # fmt: skip
    assert [rough(offset(one)) for one in ordered] == sorted(rough(offset(one)) for one in ordered)
