"""Invariant 4, against an oracle of its own: whatever the zones, places, laws, policies, holidays
and moments, what is sent lands inside every allowed window in every plausible zone, and what is
held waits for the first minute that does.

The oracle reads the documents and looks at one minute after the other. It shares nothing with what
it judges but the texts of the rules, the time zones and the calendars of holidays.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays as calendars
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.governance import gate, rulepacks
from followthrough.governance.decisions import Hold, Send
from followthrough.governance.documents import LimitsDocument
from followthrough.governance.limits import limits
from followthrough.governance.packs import RulePack
from followthrough.governance.policy import compiled
from followthrough.governance.tests.cases import DOCUMENT, MAIL, NOON, Consent, draft, facts, option

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
ZONES = ["America/New_York", "America/Chicago", "Europe/London", "Europe/Paris", "Asia/Kolkata",
         "Australia/Sydney", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu",
         "America/Havana", "America/Santiago"]  # fmt: skip
PLACES = [("US", "NV"), ("US", "TX"), ("US", "FL"), ("US", "CT"), ("US", "OR"), ("US", ""),
          ("FR", ""), ("IN", ""), ("AU", "NSW"), ("GB", ""), ("ES", ""), ("XZ", "")]  # fmt: skip
LOOKED = 3 * 24 * 60  # minutes that the oracle looks ahead

# Moments about which clocks, laws or holidays change somewhere.
TURNS = [
    "2026-03-08T07", "2026-11-01T06", "2026-03-29T01", "2026-10-25T01", "2026-04-04T15",
    "2026-10-03T15", "2026-01-01T12", "2026-07-14T00", "2026-12-25T00", "2026-06-07T12",
    "2026-07-04T06",
]  # fmt: skip
moments = st.builds(
    lambda turn, minutes: datetime.fromisoformat(f"{turn}:00Z") + timedelta(minutes=minutes),
    st.sampled_from(TURNS),
    st.integers(-2000, 2000),
)


@st.composite
def windows(draw):
    start, length = draw(st.integers(0, 95)), draw(st.integers(1, 60))
    end = (start + length) % 96
    return f"{start // 4:02}:{start % 4 * 15:02}-{end // 4:02}:{end % 4 * 15:02}"


weeks = st.dictionaries(st.sampled_from(DAYS), windows().map(lambda one: [one]), min_size=1)
full = windows().map(lambda one: {day: [one] for day in DAYS})


@st.composite
def documents(draw):
    return {
        **DOCUMENT,
        "hours": {"default": draw(full | weeks), **draw(st.just({}) | full.map(_mail))},
        "caps": [],
        "spread_minutes": draw(st.sampled_from([0, 0, 15])),
        "holidays": {
            "calendars": draw(st.lists(st.sampled_from(["US", "FR", "local"]), unique=True)),
            "days": draw(st.sampled_from([[], [{"day": "06-07"}], [{"day": "2026-03-08"}]])),
            "channels": draw(st.sampled_from([["sms"], ["sms", "email"]])),
        },
    }


def _mail(week):
    return {"email": week}


@st.composite
def situations(draw):
    return {
        "document": draw(documents()),
        "zones": tuple(sorted(draw(st.sets(st.sampled_from(ZONES), max_size=3)))),
        "places": tuple(sorted(draw(st.sets(st.sampled_from(PLACES), max_size=3)))),
        "channel": draw(st.sampled_from(["sms", "sms", "email", "voice"])),
        "purpose": draw(st.sampled_from(["informational", "outreach", "reply", "service"])),
        "reply_to_at": draw(st.none() | st.integers(-90, 90)),
        "narrower": draw(st.none() | full),
        "now": draw(moments),
        "person": draw(st.integers(0, 50)),
    }


# --- the oracle ----------------------------------------------------------------------------------


def in_week(wall, week):
    """Whether a wall-clock time is in a week as a document has it."""
    minute, day = wall.hour * 60 + wall.minute, DAYS[wall.weekday()]
    before = DAYS[wall.weekday() - 1]
    for text in week.get(day, []):
        start, end = _minutes(text)
        if start <= minute < end or (end <= start and minute >= start):
            return True
    for text in week.get(before, []):
        start, end = _minutes(text)
        if 0 < end <= start and minute < end:
            return True
    return False


def _minutes(text):
    start, end = (int(one[:2]) * 60 + int(one[3:]) for one in text.split("-"))
    return start, end if end else (1440 if start else 0) or 1440


def is_holiday(day, code):
    country, _, region = code.partition("-")
    if country not in calendars.list_supported_countries():
        return False
    subdivisions = calendars.list_supported_countries()[country]
    found = calendars.country_holidays(
        country, subdiv=region if region in subdivisions else None, years=day.year
    )
    return day in found


def law_binds(pack: RulePack, place, at):
    country, region = place
    begins = pack.begins or date(1, 1, 1)
    if at + timedelta(hours=14) < datetime(begins.year, begins.month, begins.day, tzinfo=UTC):
        return False
    if country == "":
        return pack.when_unknown
    return country == pack.country and (
        pack.region in ("", region) or (region == "" and pack.when_unknown)
    )


def allowed(case, at, *, law_at):
    """Whether everything allows this minute in every zone."""
    if not case["zones"]:
        return not _bound(case, law_at)
    walls = [at.astimezone(ZoneInfo(zone)) for zone in case["zones"]]
    return all(_allows(case, wall, law_at) for wall in walls)


def _bound(case, law_at):
    """Whether anything sets hours for these messages at all."""
    own = case["channel"] == "email" and "email" not in case["document"]["hours"]
    closes = case["document"]["holidays"]
    by_day = case["channel"] in closes["channels"] and (
        closes["days"]
        or any(code != "local" for code in closes["calendars"])
        or ("local" in closes["calendars"] and any(_calendar(one) for one in case["places"]))
    )
    narrower = case["narrower"] is not None and case["channel"] == "sms"
    return not own or by_day or narrower or bool(list(_laws(case, law_at)))


def _calendar(place):
    return place[0] in calendars.list_supported_countries()


def _laws(case, law_at):
    for pack in rulepacks.packs():
        speaks = case["channel"] in pack.channels and (
            not pack.purposes or case["purpose"] in pack.purposes
        )
        binding = [p for p in case["places"] or (("", ""),) if law_binds(pack, p, law_at)]
        if pack.hours and speaks and binding:
            yield pack, binding


def _allows(case, wall, law_at):
    for pack, binding in _laws(case, law_at):
        week = {day: getattr(pack.hours, day) for day in DAYS}
        if not in_week(wall, week):
            return False
        if pack.holidays and any(is_holiday(wall.date(), "-".join(p).strip("-")) for p in binding):
            return False
    hours, closes = case["document"]["hours"], case["document"]["holidays"]
    own = hours.get(case["channel"]) or (hours["default"] if case["channel"] != "email" else None)
    if own is not None and not in_week(wall, own):
        return False
    if case["channel"] in closes["channels"] and _closed(wall.date(), closes, case["places"]):
        return False
    narrower = case["narrower"] if case["channel"] == "sms" else None
    return narrower is None or in_week(wall, narrower)


def _closed(day, closes, places):
    named = [code for code in closes["calendars"] if code != "local"]
    if "local" in closes["calendars"]:
        named += ["-".join(place).strip("-") for place in places if place[0]]
    own = {one["day"] for one in closes["days"]} & {day.isoformat(), day.isoformat()[5:]}
    return bool(own) or any(is_holiday(day, code) for code in named)


# --- the properties ------------------------------------------------------------------------------


def decided(case, now):
    under = compiled(case["document"], packs=rulepacks.packs())
    given = option(case["channel"], address_key=MAIL)
    asks = {"hours": {"sms": case["narrower"]} if case["narrower"] else {}}
    answered = case["reply_to_at"]
    about = facts(
        candidate_id=UUID(int=case["person"]),
        zones=case["zones"],
        places=case["places"],
        consent={(MAIL, case["channel"]): Consent("granted")},
    )
    one = draft(
        options=[given],
        purpose=case["purpose"],
        reply_to_at=None if answered is None else now + timedelta(minutes=answered),
        limits=limits([LimitsDocument.model_validate(asks)], 3),
    )
    return gate.decide([one], about, under, now)[0]


def at_any_hour(case):
    answered = case["reply_to_at"] is not None and abs(case["reply_to_at"]) <= 30
    return case["purpose"] == "service" or (case["purpose"] == "reply" and answered)


@settings(max_examples=300, deadline=None)
@given(situations())
def test_what_is_sent_is_inside_every_window_in_every_zone(case):
    decision = decided(case, case["now"])
    if at_any_hour(case):
        assert isinstance(decision, Send)
        hours = [detail for code, _, detail in decision.checks if code.endswith("_hours")]
        assert {one["basis"] for one in hours if one} <= {case["purpose"]}
        return
    fine = allowed(case, case["now"], law_at=case["now"])
    assert isinstance(decision, Send) is bool(fine)


@settings(max_examples=60, deadline=None)
@given(situations())
def test_what_is_held_waits_for_the_first_minute_that_is_allowed(case):
    decision = decided(case, case["now"])
    if not isinstance(decision, Hold) or not case["zones"]:
        return
    now = case["now"]
    ahead = (now + n * MINUTE for n in range(1, LOOKED))
    first = next((at for at in ahead if allowed(case, at, law_at=now)), None)
    if first is None:
        assert decision.code == "no_common_hour" or decision.until > now + timedelta(days=2)
        return
    assert decision.code in ("legal_hours", "quiet_hours", "map_hours")
    spread = timedelta(minutes=case["document"]["spread_minutes"])
    assert first <= decision.until <= first + spread
    assert allowed(case, decision.until, law_at=now)


@settings(max_examples=60, deadline=None)
@given(situations(), st.integers(-40, 40))
def test_a_clock_that_jumps_lets_nothing_out_early(case, hours):
    """The business clock is set back or forward after a hold: what is due then is decided anew."""
    held = decided(case, case["now"])
    later = case["now"] + timedelta(hours=hours)
    if isinstance(held, Hold) and not at_any_hour(case) and isinstance(decided(case, later), Send):
        assert allowed(case, later, law_at=later)


def test_the_oracle_itself_says_no_now_and_then():
    closes = {"calendars": ["US"], "days": [], "channels": ["sms"]}
    case = {
        "document": {**DOCUMENT, "holidays": closes}, "zones": ("America/New_York",),
        "places": (("US", "FL"),), "channel": "sms", "purpose": "informational", "narrower": None,
    }  # fmt: skip
    assert allowed(case, NOON, law_at=NOON)
    assert not allowed(case, NOON + timedelta(hours=8), law_at=NOON)  # 21:00
    assert not allowed(case, datetime(2026, 7, 4, 17, tzinfo=UTC), law_at=NOON)
