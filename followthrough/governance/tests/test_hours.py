"""Hours where clocks and calendars are at their worst, as the gate decides them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from followthrough.core.zones import Window
from followthrough.governance import gate
from followthrough.governance.decisions import Drop, Hold, Send
from followthrough.governance.documents import LimitsDocument, PolicyDocument, PolicyError
from followthrough.governance.hours import hours
from followthrough.governance.limits import limits
from followthrough.governance.tests.cases import (
    CHICAGO,
    NIGHT,
    NOON,
    PERSON,
    PHONE,
    draft,
    facts,
    granted,
    option,
    policy,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
GB = (("GB", ""),)  # no hours by law


def daily(window):
    return {day: [window] for day in DAYS}


def at(text, zone):
    """A wall-clock time; the second of two where it ends with *."""
    fold = text.endswith("*")
    wall = datetime.fromisoformat(text.rstrip("*")).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return wall.astimezone(UTC)


def decided(now, zone, *, window="09:00-20:00", places=GB, under=None, **given):
    zones = (zone,) if isinstance(zone, str) else tuple(zone)
    under = under or policy(hours={"default": daily(window)}, caps=[])
    about = facts(zones=zones, places=places)
    (decision,) = gate.decide([draft(**given)], about, under, now)
    return decision


# --- clocks that change --------------------------------------------------------------------------

# zone, window, when it is asked, when it may go (None: at once); wall-clock times.
NIGHTS = [
    # New York: 02:00 becomes 03:00 on 8 March, 02:00 becomes 01:00 on 1 November.
    ("America/New_York", "09:00-20:00", "2026-03-07T21:00", "2026-03-08T09:00"),
    ("America/New_York", "02:30-20:00", "2026-03-07T21:00", "2026-03-08T03:00"),
    ("America/New_York", "01:30-02:30", "2026-03-08T01:45", None),
    ("America/New_York", "02:15-02:45", "2026-03-07T21:00", "2026-03-09T02:15"),  # never that day
    ("America/New_York", "09:00-20:00", "2026-10-31T21:00", "2026-11-01T09:00"),
    ("America/New_York", "01:30-20:00", "2026-10-31T21:00", "2026-11-01T01:30"),
    ("America/New_York", "01:30-01:45", "2026-11-01T01:50", "2026-11-01T01:30*"),  # once more
    ("America/New_York", "01:15-01:30", "2026-11-01T01:20*", None),
    # London: 01:00 becomes 02:00 on 29 March, 02:00 becomes 01:00 on 25 October.
    ("Europe/London", "09:00-20:00", "2026-03-28T21:00", "2026-03-29T09:00"),
    ("Europe/London", "01:30-20:00", "2026-03-28T21:00", "2026-03-29T02:00"),
    ("Europe/London", "09:00-20:00", "2026-10-24T21:00", "2026-10-25T09:00"),
    ("Europe/London", "01:30-20:00", "2026-10-24T21:00", "2026-10-25T01:30"),
    # Sydney: 03:00 becomes 02:00 on 5 April, 02:00 becomes 03:00 on 4 October.
    ("Australia/Sydney", "09:00-20:00", "2026-04-04T21:00", "2026-04-05T09:00"),
    ("Australia/Sydney", "02:30-02:40", "2026-04-05T02:45", "2026-04-05T02:30*"),
    ("Australia/Sydney", "09:00-20:00", "2026-10-03T21:00", "2026-10-04T09:00"),
    ("Australia/Sydney", "02:30-20:00", "2026-10-03T21:00", "2026-10-04T03:00"),
    # Lord Howe changes by half an hour: 02:00 becomes 01:30 on 5 April, 02:30 on 4 October.
    ("Australia/Lord_Howe", "09:00-20:00", "2026-04-04T21:00", "2026-04-05T09:00"),
    ("Australia/Lord_Howe", "01:45-01:50", "2026-04-05T01:55", "2026-04-05T01:45*"),
    ("Australia/Lord_Howe", "09:00-20:00", "2026-10-03T21:00", "2026-10-04T09:00"),
    ("Australia/Lord_Howe", "02:10-20:00", "2026-10-03T21:00", "2026-10-04T02:30"),
    # Zones off by half an hour and by three quarters.
    ("Asia/Kolkata", "09:00-20:00", "2026-06-03T20:00", "2026-06-04T09:00"),
    ("Asia/Kolkata", "09:00-20:00", "2026-06-03T19:59", None),
    ("America/St_Johns", "09:00-20:00", "2026-06-03T08:59", "2026-06-03T09:00"),
    ("Asia/Kathmandu", "09:00-20:00", "2026-06-03T08:44", "2026-06-03T09:00"),
    ("Asia/Kathmandu", "09:00-20:00", "2026-06-03T09:00", None),
    # Over midnight.
    ("America/Chicago", "22:00-02:00", "2026-06-03T21:59", "2026-06-03T22:00"),
    ("America/Chicago", "22:00-02:00", "2026-06-04T01:59", None),
    ("America/Chicago", "22:00-02:00", "2026-06-04T02:00", "2026-06-04T22:00"),
    ("America/New_York", "22:00-03:00", "2026-03-08T03:00", "2026-03-08T22:00"),
    ("America/New_York", "22:00-03:00", "2026-03-08T01:59", None),
]


@pytest.mark.parametrize(("zone", "window", "now", "opens"), NIGHTS)
def test_a_window_is_told_by_the_clock_on_the_wall(zone, window, now, opens):
    decision = decided(at(now, zone), zone, window=window)
    if opens is None:
        assert isinstance(decision, Send)
        return
    assert isinstance(decision, Hold)
    assert decision.until == at(opens, zone)
    before = decided(decision.until - MINUTE, zone, window=window)
    assert isinstance(before, Hold)
    assert isinstance(decided(decision.until, zone, window=window), Send)


def test_a_night_of_23_hours_is_not_a_day_added():
    """09:00 to 09:00 over the change is 23 hours; adding 24 would come an hour late, or early."""
    zone = "America/New_York"
    spring = decided(at("2026-03-07T20:00", zone), zone).until - at("2026-03-07T09:00", zone)
    autumn = decided(at("2026-10-31T20:00", zone), zone).until - at("2026-10-31T09:00", zone)
    assert (spring, autumn) == (timedelta(hours=23), timedelta(hours=25))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe"])
def test_a_clock_that_is_set_lets_nothing_out_early(zone):
    """Whatever was decided, it is decided again by the wall clock when it is due."""
    held = decided(at("2026-06-03T21:00", zone), zone)
    for off in (-24, -3, -1, 5, 12, 21):
        now = held.until + timedelta(hours=off)
        assert isinstance(decided(now, zone), Send) is (
            9 <= now.astimezone(ZoneInfo(zone)).hour < 20
        )


# --- places --------------------------------------------------------------------------------------

WIDE = policy(hours={"default": daily("00:00-24:00"), "email": daily("00:00-24:00")}, caps=[])
TEXAS = (("US", "TX"),)
FRANCE = (("FR", ""),)


def test_texas_sleeps_in_on_sundays():
    sunday = at("2026-06-07T10:00", CHICAGO)
    held = decided(sunday, CHICAGO, places=TEXAS, under=WIDE)
    assert (held.code, held.until) == ("legal_hours", at("2026-06-07T12:00", CHICAGO))
    detail = held.checks[-1][2]
    assert detail["rules"] == ["us-tx"]  # the federal law would let it go: it is not named
    assert (detail["places"], detail["by"]) == (("US-TX",), "address")
    assert isinstance(decided(sunday, CHICAGO, places=(("US", "IL"),), under=WIDE), Send)
    saturday = sunday - timedelta(days=1)
    assert isinstance(decided(saturday, CHICAGO, places=TEXAS, under=WIDE), Send)


@pytest.mark.parametrize(
    ("now", "purpose", "opens", "holiday"),
    [
        ("2026-07-11T12:00", "outreach", None, ""),  # a Saturday
        ("2026-07-12T12:00", "outreach", "2026-07-13T08:00", ""),  # Sunday
        ("2026-07-14T12:00", "outreach", "2026-07-15T08:00", "FR"),  # the national day
        ("2026-07-14T12:00", "informational", None, ""),
        ("2026-07-13T20:00", "outreach", "2026-07-15T08:00", ""),
        ("2026-12-24T20:00", "outreach", "2026-12-26T08:00", ""),
        ("2026-05-07T21:00", "outreach", "2026-05-09T08:00", ""),  # the eighth of May
        ("2026-05-24T12:00", "outreach", "2026-05-26T08:00", ""),  # Whit Monday, after a Sunday
    ],
)
def test_france_has_sundays_and_holidays(now, purpose, opens, holiday):
    zone = "Europe/Paris"
    about = facts(zones=(zone,), places=FRANCE)
    (decision,) = gate.decide([draft(purpose=purpose)], about, WIDE, at(now, zone))
    if opens is None:
        assert isinstance(decision, Send)
        return
    assert (decision.code, decision.until) == ("legal_hours", at(opens, zone))
    assert decision.checks[-1][2].get("holiday", "") == holiday


def test_promotions_in_india_wait_for_ten():
    zone = "Asia/Kolkata"
    about = {"places": (("IN", ""),), "under": WIDE}
    held = decided(at("2026-06-03T09:30", zone), zone, purpose="outreach", **about)
    assert held.until == at("2026-06-03T10:00", zone)
    assert isinstance(decided(at("2026-06-03T09:30", zone), zone, **about), Send)


def test_the_law_of_the_moment_of_sending_counts():
    """Oregon's hours begin in 2026: at 20:30 the evening before the year began it was fine."""
    zone, places = "America/Los_Angeles", (("US", "OR"),)
    before = decided(at("2025-12-30T20:30", zone), zone, places=places, under=WIDE)
    after = decided(at("2026-01-02T20:30", zone), zone, places=places, under=WIDE)
    assert isinstance(before, Send)
    assert (after.code, after.checks[-1][2]["rules"]) == ("legal_hours", ["us-or"])


def test_whoever_has_a_number_from_elsewhere_has_the_law_there_too():
    evening = at("2026-06-03T20:30", CHICAGO)
    assert isinstance(decided(evening, CHICAGO, places=(("US", "IL"),), under=WIDE), Send)
    held = decided(evening, CHICAGO, places=(("US", "FL"), ("US", "IL")), under=WIDE)
    assert held.checks[-1][2]["rules"] == ["us-fl"]


def test_what_the_law_would_let_go_and_the_policy_then_holds_names_both():
    held = decided(NIGHT, CHICAGO, places=(("US", "IL"),), window="09:00-20:00")
    assert held.code == "legal_hours"
    assert held.checks[-1][2]["policy"] == 6
    sunday = decided(at("2026-06-07T08:00", CHICAGO), CHICAGO, places=TEXAS, window="10:00-24:00")
    assert sunday.code == "legal_hours"
    assert sunday.checks[-1][2] == {
        "rules": ["us-tx"], "places": ("US-TX",), "by": "address",
    }  # fmt: skip
    early = {"default": {**daily("06:00-24:00"), "sun": ["13:00-14:00"], "mon": ["06:00-07:00"]}}
    late = decided(
        at("2026-06-07T15:00", CHICAGO), CHICAGO, places=TEXAS, under=policy(hours=early, caps=[])
    )
    assert (late.code, late.until) == ("quiet_hours", at("2026-06-09T09:00", CHICAGO))
    assert late.checks[-1][2]["policy"] == 6
    assert late.checks[-1][2]["rules"] == ["us-tx"]


# --- holidays of one's own -----------------------------------------------------------------------


def closed(**holidays):
    return policy(hours={"default": daily("09:00-20:00"), "email": daily("07:00-21:00")}, caps=[],
                  holidays={"channels": ["sms"], **holidays})  # fmt: skip


INDEPENDENCE = at("2026-07-04T12:00", CHICAGO)


@pytest.mark.parametrize(
    ("holidays", "places", "why"),
    [
        ({"calendars": ["US"]}, GB, "US"),
        ({"calendars": ["FR"]}, GB, ""),
        ({"calendars": ["local"]}, (("US", "IL"),), "US-IL"),
        ({"calendars": ["local"]}, GB, ""),
        ({"days": [{"day": "2026-07-04", "name": "Summer party"}]}, GB, "own"),
        ({"days": [{"day": "07-04"}]}, GB, "own"),
        ({"days": [{"day": "2025-07-04"}]}, GB, ""),
        ({"calendars": ["US"], "channels": ["email"]}, GB, ""),
    ],
)
def test_an_organization_closes_days_of_its_own(holidays, places, why):
    decision = decided(INDEPENDENCE, CHICAGO, places=places, under=closed(**holidays))
    if not why:
        assert isinstance(decision, Send)
        return
    assert (decision.code, decision.until) == ("quiet_hours", at("2026-07-05T09:00", CHICAGO))
    assert decision.checks[-1][2] == {"policy": 6, "holiday": why}


def test_mail_may_stay_open_on_a_holiday():
    mail = draft(options=[option("email")])
    about = facts(zones=(CHICAGO,), places=GB)
    (decision,) = gate.decide([mail], about, closed(calendars=["US"]), INDEPENDENCE)
    assert isinstance(decision, Send)


def test_a_holiday_is_the_candidates_own_day():
    """Where it is still Christmas Eve, it is open; where the day has begun, it is closed."""
    moment = at("2026-12-25T10:00", "Asia/Tokyo")
    under = closed(calendars=["US"])
    assert decided(moment, "Asia/Tokyo", under=under).code == "quiet_hours"
    los_angeles = decided(moment, "America/Los_Angeles", under=under)  # 17:00 on the 24th
    assert isinstance(los_angeles, Send)


def test_closed_for_weeks_is_waited_for():
    days = [{"day": f"2026-07-{day:02}"} for day in range(1, 32)]
    held = decided(INDEPENDENCE, CHICAGO, under=closed(days=days))
    assert held.until == at("2026-08-01T09:00", CHICAGO)


@pytest.mark.parametrize(
    ("holidays", "path", "remedy"),
    [
        ({"calendars": ["Narnia"]}, "holidays.calendars", "US-TX"),
        ({"calendars": ["US-ZZ"]}, "holidays.calendars", "US-TX"),
        ({"days": [{"day": "2026-02-30"}]}, "holidays.days.0.day", "2026-12-24"),
        ({"days": [{"day": "Christmas"}]}, "holidays.days.0.day", "12-24"),
        ({"channels": ["fax"]}, "holidays.channels.0", "Use one of"),
    ],
)
def test_holidays_that_cannot_be_read_are_refused(holidays, path, remedy):
    with pytest.raises(PolicyError) as problem:
        PolicyDocument.read({"hours": {"sms": daily("09:00-20:00")}, "holidays": holidays})
    assert problem.value.problems[0].path == path
    assert remedy in problem.value.problems[0].remedy


def test_the_29th_of_february_is_a_day():
    days = {"days": [{"day": "02-29"}]}
    PolicyDocument.read({"hours": {"sms": daily("09:00-20:00")}, "holidays": days})


# --- a map that is stricter ----------------------------------------------------------------------

MORNINGS = limits([LimitsDocument.model_validate({"hours": {"sms": daily("08:00-12:00")}})], 7)


def test_a_map_may_be_stricter_and_its_receipt_says_so():
    held = decided(at("2026-06-03T13:00", CHICAGO), CHICAGO, limits=MORNINGS)
    assert (held.code, held.until) == ("map_hours", at("2026-06-04T09:00", CHICAGO))
    assert held.checks[-1][2] == {"map": 7, "policy": 6}
    sent = decided(at("2026-06-03T11:00", CHICAGO), CHICAGO, limits=MORNINGS)
    assert ("map_hours", "pass", {"map": 7}) in sent.checks


def test_a_map_can_never_be_looser():
    early = decided(at("2026-06-03T08:30", CHICAGO), CHICAGO, limits=MORNINGS)
    assert (early.code, early.until) == ("quiet_hours", at("2026-06-03T09:00", CHICAGO))
    evening = decided(at("2026-06-03T20:30", CHICAGO), CHICAGO, limits=MORNINGS)
    assert (evening.code, evening.until) == ("quiet_hours", at("2026-06-04T09:00", CHICAGO))


def test_a_map_says_nothing_of_other_channels_and_answers_go_at_any_hour():
    mail = [option("email")]
    at_noon = at("2026-06-03T13:00", CHICAGO)
    assert isinstance(decided(at_noon, CHICAGO, limits=MORNINGS, options=mail), Send)
    answer = {"purpose": "reply", "reply_to_at": at_noon}
    assert isinstance(decided(at_noon, CHICAGO, limits=MORNINGS, **answer), Send)


def test_hours_are_compiled_once():
    week = MORNINGS.hours["sms"]
    assert hours((("us-tx", week),), None) is hours((("us-tx", week),), None)
    assert hours((), week).both == {day: (Window(*_times(8, 12)),) for day in range(7)}


def _times(*at_hours):
    return [datetime(2026, 1, 1, hour).time() for hour in at_hours]  # noqa: DTZ001


# --- zones nobody knows --------------------------------------------------------------------------


def test_without_a_zone_nothing_goes_and_what_was_said_to_be_one_is_named():
    about = facts(zones=(), zones_unknown=("Mars/Base",))
    (held,) = gate.decide([draft()], about, policy(), NOON)
    assert (held.code, held.checks[-1][2]) == ("no_zone", {"unknown": ("Mars/Base",)})
    known = facts(zones_unknown=("Mars/Base",))
    (sent,) = gate.decide([draft()], known, policy(), NOON)
    details = {code: detail for code, _, detail in sent.checks}
    assert details["zone"]["unknown"] == ("Mars/Base",)


@pytest.mark.parametrize(
    ("origin", "channel", "goes"),
    [("member", "email", True), ("map", "email", False), ("member", "sms", False)],
)
def test_a_member_may_ask_by_mail_where_somebody_is(origin, channel, goes):
    given = draft(origin=origin, options=[option(channel)])
    (decision,) = gate.decide([given], facts(zones=(), places=GB), policy(), NIGHT)
    assert isinstance(decision, Send) is goes
    if goes:
        assert ("quiet_hours", "pass", {"basis": "asks"}) in decision.checks


def test_places_that_have_no_hour_in_common_hold():
    held = decided(NOON, ("Asia/Tokyo", "America/New_York"))
    assert held.code == "no_common_hour"


# --- leaving one after the other -----------------------------------------------------------------

OPENS = at("2026-06-04T09:00", CHICAGO)


def spread(person, *, now=NIGHT, under=None, **given):
    about = facts(
        candidate_id=UUID(int=person),
        consent={(PHONE, "sms"): granted(people=frozenset())},
        places=(("US", "IL"),),
    )
    (decision,) = gate.decide([draft(**given)], about, under or policy(spread_minutes=15), now)
    return decision


def test_they_leave_over_a_quarter_of_an_hour():
    found = {spread(person).until for person in range(64)}
    assert found == {OPENS + n * MINUTE for n in range(16)}


def test_nobody_is_spread_past_the_use_of_their_message():
    found = {spread(person, useful_until=OPENS + 5 * MINUTE).until for person in range(64)}
    assert found == {OPENS + n * MINUTE for n in range(5)}
    assert isinstance(spread(9, useful_until=OPENS), Drop)


def test_nor_past_what_it_is_about():
    given = {"anchor.interview_start.at": (OPENS + 10 * MINUTE).isoformat(),
             "application.stage": "interview", "anchor.interview_start.sequence": 2}  # fmt: skip
    found = {spread(person, facts=given).until for person in range(64)}
    assert max(found) == OPENS + 9 * MINUTE
    later = {**given, "anchor.interview_start.at": (OPENS - 10 * MINUTE).isoformat()}
    assert max(spread(person, facts=later).until for person in range(64)) == OPENS + 15 * MINUTE


def test_nor_out_of_the_window():
    narrow = policy(hours={"default": daily("09:00-09:04")}, spread_minutes=15)
    found = {spread(person, under=narrow).until for person in range(64)}
    assert found == {OPENS + n * MINUTE for n in range(4)}
    assert PERSON.int == 1
