"""Local time, against an oracle that walks the wall clock minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.core import zones
from followthrough.core.zones import Window

# Both nights of 2026 in four zones, one of which moves by half an hour.
NIGHTS = {
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Sydney": (date(2026, 10, 4), date(2026, 4, 5)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
}
ZONES = [*NIGHTS, "Asia/Kolkata", "Australia/Adelaide", "America/Los_Angeles", "Africa/Cairo",
         "Pacific/Chatham", "America/St_Johns"]  # fmt: skip


def clock(text: str) -> time:
    return time.fromisoformat(text)


def window(text: str) -> Window:
    start, end = text.split("-")
    return Window(clock(start), clock("00:00" if end == "24:00" else end))


def every_day(*texts: str) -> dict[int, list[Window]]:
    return {day: [window(text) for text in texts] for day in range(7)}


def minute(at: time) -> int:
    return at.hour * 60 + at.minute


def oracle(moment: datetime, name: str, week: dict[int, list[Window]]) -> bool:
    """The same question, asked of minutes of the day and without the code under test."""
    wall = moment.astimezone(ZoneInfo(name))
    now, today, yesterday = minute(wall.time()), wall.weekday(), (wall.weekday() - 1) % 7
    for one in week.get(today, ()):
        start, end = minute(one.start), minute(one.end) or 1440
        if start <= now < (end if end > start else 1440):
            return True
    return any(now < minute(one.end) <= minute(one.start) for one in week.get(yesterday, ()))


def test_the_same_evening_is_allowed_west_and_quiet_east():
    moment = datetime(2026, 6, 4, 0, 30, tzinfo=UTC)  # 20:30 in New York, 17:30 in Los Angeles
    week = every_day("09:00-20:00")
    assert zones.allowed(moment, zones=["America/Los_Angeles"], week=week)
    assert not zones.allowed(moment, zones=["America/New_York"], week=week)
    assert not zones.allowed(moment, zones=["America/Los_Angeles", "America/New_York"], week=week)


def test_without_a_zone_nothing_is_allowed():
    moment = datetime(2026, 6, 3, 17, tzinfo=UTC)
    assert not zones.allowed(moment, zones=[], week=every_day("00:00-24:00"))
    assert zones.next_allowed(moment, zones=[], week=every_day("00:00-24:00")) is None


def test_the_weekday_is_the_local_one():
    sunday_in_tokyo = datetime(2026, 6, 6, 20, tzinfo=UTC)  # Saturday in UTC, Sunday 05:00 there
    week = {5: [window("00:00-24:00")]}
    assert not zones.allowed(sunday_in_tokyo, zones=["Asia/Tokyo"], week=week)
    assert zones.allowed(sunday_in_tokyo, zones=["UTC"], week=week)


@pytest.mark.parametrize(
    ("local", "allowed"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("05:59", True),
     ("06:00", False)],
)  # fmt: skip
def test_a_window_past_midnight_belongs_to_the_day_it_starts_on(local, allowed):
    wall = datetime.combine(date(2026, 6, 3), clock(local), tzinfo=ZoneInfo("Asia/Kolkata"))
    assert zones.allowed(wall, zones=["Asia/Kolkata"], week=every_day("22:00-06:00")) is allowed
    only_tuesday = {1: [window("22:00-06:00")]}
    tuesday_night = wall.time() < time(6)  # 3 June 2026 is a Wednesday
    assert zones.allowed(wall, zones=["Asia/Kolkata"], week=only_tuesday) is tuesday_night


def test_a_time_in_the_spring_gap_takes_the_offset_before_it():
    assert zones.instant(date(2026, 3, 8), time(2, 30), "America/New_York") == datetime(
        2026, 3, 8, 7, 30, tzinfo=UTC
    )


def test_a_time_that_happens_twice_is_its_first_occurrence():
    assert zones.instant(date(2026, 11, 1), time(1, 30), "America/New_York") == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


def test_twenty_four_hours_before_is_not_the_same_wall_clock_time_across_the_change():
    name, day = "America/New_York", date(2026, 3, 8)
    start = zones.instant(day, time(8), name)
    assert zones.local(start - timedelta(hours=24), name).time() == time(7)
    assert zones.instant(day - timedelta(days=1), time(8), name) == start - timedelta(hours=23)


def test_a_window_opens_at_the_jump_when_its_start_is_skipped():
    moment = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)  # 01:59 in New York, a minute before 03:00
    found = zones.next_allowed(moment, zones=["America/New_York"], week=every_day("02:30-05:00"))
    assert found == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_a_window_that_is_skipped_whole_waits_for_the_next_day():
    moment = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)
    found = zones.next_allowed(moment, zones=["America/New_York"], week=every_day("02:00-03:00"))
    assert found == datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_a_window_in_the_repeated_hour_opens_twice():
    between = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)  # 01:10, the second time
    found = zones.next_allowed(between, zones=["America/New_York"], week=every_day("01:30-02:00"))
    assert found == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_window_opens_again_when_the_clock_falls_back_into_it():
    closed = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # 01:45, the first time
    found = zones.next_allowed(closed, zones=["America/New_York"], week=every_day("00:00-01:30"))
    assert found == datetime(2026, 11, 1, 6, 0, tzinfo=UTC)


def test_nothing_common_within_eight_days_is_none():
    week = every_day("09:00-10:00")
    moment = datetime(2026, 6, 3, tzinfo=UTC)
    assert zones.next_allowed(moment, zones=["Asia/Tokyo", "America/New_York"], week=week) is None


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
windows = st.builds(Window, times, times).filter(lambda one: one.start != one.end)
weeks = st.dictionaries(st.integers(0, 6), st.lists(windows, max_size=2), max_size=7)
nights = st.sampled_from([(name, day) for name, days in NIGHTS.items() for day in days])


@st.composite
def near_a_change(draw):
    """An instant within a day and a half of a change of the clock, or anywhere in two years."""
    name, day = draw(nights)
    around = datetime.combine(day, time(0), tzinfo=UTC)
    minutes = draw(st.integers(-2160, 2160) | st.integers(-500_000, 500_000))
    return name, around + timedelta(minutes=minutes)


@settings(max_examples=400, deadline=None)
@given(near_a_change(), st.lists(st.sampled_from(ZONES), max_size=2), weeks)
def test_allowed_agrees_with_the_oracle(place, others, week):
    name, moment = place
    names = [name, *others]
    expected = all(oracle(moment, one, week) for one in names)
    assert zones.allowed(moment, zones=names, week=week) is expected


@settings(max_examples=60, deadline=None)
@given(near_a_change(), st.lists(st.sampled_from(ZONES), max_size=1), weeks)
def test_the_next_allowed_instant_is_the_first_allowed_minute(place, others, week):
    name, moment = place
    names = [name, *others]
    found = zones.next_allowed(moment, zones=names, week=week)
    until = found or moment + timedelta(days=2)
    if found:
        assert all(oracle(found, one, week) for one in names)
    for step in range(min(int((until - moment).total_seconds()) // 60, 3000)):
        assert not all(oracle(moment + timedelta(minutes=step), one, week) for one in names)


def test_what_the_candidate_said_stands_alone():
    found = zones.plausible({"stated": ["Europe/London"], "site": ["America/Chicago"]})
    assert found == zones.Zones(("Europe/London",), "stated")


def test_conflicting_evidence_is_kept_whole_and_bad_names_are_left_out():
    found = zones.plausible(
        {"address": ["America/Chicago"], "site": ["America/Denver"], "area_code": ["Mars/Base"]}
    )
    both = ("America/Chicago", "America/Denver")
    assert found == zones.Zones(both, "address+site", unknown=("Mars/Base",))


def test_no_evidence_is_no_zone():
    assert zones.plausible({"stated": [""], "site": []}) == zones.Zones((), "")


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "/etc/passwd", "a" * 5000])
def test_an_unknown_zone_is_explained(name):
    with pytest.raises(zones.UnknownZone, match="IANA"):
        zones.zone(name)


ENDS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@pytest.mark.parametrize("moment", ENDS)
@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_the_calendar_have_a_wall_clock_too(moment: datetime, name: str) -> None:
    assert abs(zones.local(moment, name).year - moment.year) <= 1
