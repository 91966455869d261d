"""The gate, where time and number decide: hours, quiet hours and caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from followthrough.governance import gate
from followthrough.governance.decisions import Drop, Hold, Send, Use
from followthrough.governance.documents import DAYS, LimitsDocument
from followthrough.governance.limits import limits
from followthrough.governance.tests.cases import (
    CHICAGO,
    NIGHT,
    NOON,
    PERSON,
    PHONE,
    RENO,
    draft,
    facts,
    granted,
    option,
    policy,
    used,
)

HOUR = timedelta(hours=1)


def one(given=None, about=None, *, under=None, now=NOON):
    (decision,) = gate.decide([given or draft()], about or facts(), under or policy(), now)
    return decision


def both(*drafts, about=None, under=None):
    return gate.decide(drafts, about or facts(), under or policy(), NOON)


def codes(decision):
    return [code for code, _, _ in decision.checks]


# --- hours ---------------------------------------------------------------------------------------


def test_every_plausible_zone_must_allow_it():
    early = NOON - timedelta(hours=2)  # 10:00 in Chicago, 08:00 in Reno
    assert isinstance(one(now=early), Send)
    decision = one(about=facts(zones=(CHICAGO, RENO)), now=early)
    assert (decision.code, decision.until) == ("quiet_hours", NOON - HOUR)


def test_the_floor_of_the_law_binds_a_policy_that_allows_more():
    open_day = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    wide = policy(hours={"default": open_day})
    decision = one(under=wide, now=NIGHT)
    assert decision.code == "legal_hours"
    assert decision.until == NOON + timedelta(hours=20)  # 08:00 the next day in Chicago
    assert isinstance(one(about=facts(places=(("GB", ""),)), under=wide, now=NIGHT), Send)
    assert one(about=facts(places=()), under=wide, now=NIGHT).code == "legal_hours"


def test_what_cannot_go_out_in_time_is_dropped_now():
    decision = one(draft(useful_until=NIGHT + HOUR), now=NIGHT)
    assert isinstance(decision, Drop)
    assert decision.code == "too_late"
    assert codes(decision)[-2:] == ["legal_hours", "too_late"]
    assert isinstance(one(draft(useful_until=NIGHT + 24 * HOUR), now=NIGHT), Hold)


@pytest.mark.parametrize(("minutes", "goes"), [(0, True), (30, True), (31, False), (-31, False)])
def test_a_reply_may_go_at_any_hour_for_a_while_with_its_basis_in_the_receipt(minutes, goes):
    reply = draft(purpose="reply", origin="reply", reply_to_at=NIGHT - timedelta(minutes=minutes))
    decision = one(reply, facts(zones=()), now=NIGHT)
    assert isinstance(decision, Send) is goes
    if goes:
        details = {code: detail for code, _, detail in decision.checks}
        assert details["quiet_hours"]["basis"] == "reply"
        assert details["quiet_hours"]["answers"] == reply.reply_to_at.isoformat()


def test_mail_has_hours_of_its_own_or_none():
    mail = draft(options=[option("email")])
    assert isinstance(one(mail, now=NOON - timedelta(hours=4)), Send)  # 08:00 in Chicago
    assert one(mail, now=NIGHT).code == "quiet_hours"
    free = policy(hours={"default": {"wed": ["09:00-17:00"]}})
    assert isinstance(one(mail, facts(zones=()), now=NIGHT, under=free), Send)
    day = {"wed": ["09:00-17:00"]}
    named = policy(hours={"default": day, "email": day})
    assert one(mail, now=NIGHT, under=named).code == "quiet_hours"
    assert one(mail, facts(zones=()), now=NIGHT, under=named).code == "no_zone"


def test_people_are_spread_over_the_minutes_after_opening():
    spread = policy(spread_minutes=30)
    first = one(under=spread, now=NIGHT).until
    again = one(under=spread, now=NIGHT + HOUR).until
    other = one(about=facts(candidate_id=UUID(int=20)), under=spread, now=NIGHT)
    assert first == again == one(now=NIGHT).until + timedelta(minutes=1)
    assert other.code == "no_consent"  # consent is PERSON's
    everyone = facts(
        candidate_id=UUID(int=20), consent={(PHONE, "sms"): granted(people=frozenset())}
    )
    assert one(about=everyone, under=spread, now=NIGHT).until == first + timedelta(minutes=19)


# --- caps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "priority", "goes"),
    [
        ([], 5, True),
        ([1], 5, True),
        ([1, 2], 5, False),  # the last of three is kept for urgent ones
        ([1, 2], 2, True),
        ([1, 2, 3], 1, False),
        ([1, 2, 24], 1, True),  # rolling: exactly 24 hours ago no longer counts
        ([1, 2, 23.9], 1, False),
    ],
)
def test_caps_roll_and_keep_room_for_urgent_messages(ago, priority, goes):
    decision = one(draft(priority=priority), facts(uses={PHONE: used(*ago)}))
    assert isinstance(decision, Send) is goes


def test_a_full_cap_holds_until_the_message_that_makes_room_leaves_the_window():
    decision = one(draft(), facts(uses={PHONE: used(20, 22)}))
    assert decision.until == NOON + 2 * HOUR
    crowded = facts(uses={PHONE: used(2, 20, 21, 22)})
    assert one(draft(priority=1), crowded).until == NOON + 3 * HOUR
    assert one(draft(priority=5), crowded).until == NOON + 4 * HOUR


def test_a_cap_that_opens_at_night_holds_until_the_morning():
    decision = one(draft(priority=1), facts(uses={PHONE: used(9, 10, 11)}))  # room at 01:00
    assert decision.until == NOON + 21 * HOUR
    late = one(
        draft(priority=1, useful_until=NOON + 20 * HOUR), facts(uses={PHONE: used(9, 10, 11)})
    )
    assert isinstance(late, Drop)
    assert late.code == "too_late"


def test_a_retry_does_not_count_against_itself():
    given = draft()
    mine = used(1, 2)
    again = facts(uses={PHONE: [mine[0], mine[1]._replace(touch_id=str(given.touch_id))]})
    assert isinstance(one(given, again), Send)


def test_replies_neither_wait_for_room_nor_take_it_in_the_default_policy():
    reply = draft(purpose="reply", reply_to_at=NOON)
    assert isinstance(one(reply, facts(uses={PHONE: used(1, 2, 3)})), Send)
    assert isinstance(one(draft(), facts(uses={PHONE: used(1, 2, 3, purpose="reply")})), Send)
    unknown = facts(uses={PHONE: used(1, 2, 3, purpose="")})
    assert one(draft(), unknown).code == "caps"


def test_a_person_cap_counts_every_channel():
    under = policy(caps=[{"per": "person", "hours": 24, "at_most": 2}],
                   keep_for_priority={"room": 0})  # fmt: skip
    uses = used(1) + used(2, channel="email")
    assert one(about=facts(own_uses=uses), under=under).code == "caps"


def test_what_goes_out_in_a_pass_counts_for_what_comes_after_it():
    drafts = [draft(priority=2, stage=str(n)) for n in range(5)]
    found = both(*drafts)
    assert [type(one) for one in found] == [Send, Send, Send, Hold, Hold]


def test_the_most_urgent_gets_the_room_whatever_the_order_and_the_answer_keeps_the_order():
    about = facts(uses={PHONE: used(1, 2)})
    later, urgent = both(draft(priority=5), draft(priority=1), about=about)
    assert (later.code, urgent.code) == ("caps", "sent")


# --- caps of a day, of a stage, and of a map ------------------------------------------------------

ALL = {"keep_for_priority": {"room": 0}}
TWO_A_DAY = {"caps": [{"per": "person", "window": "day", "at_most": 2}], **ALL}
TWO_A_STAGE = {"caps": [{"per": "application", "window": "stage", "at_most": 2}], **ALL}
ANY_HOUR = {"hours": {"default": {day: ["00:00-24:00"] for day in DAYS}}}


def uses_at(*moments):
    return [Use(at.timestamp(), str(uuid4()), str(PERSON), "sms", "outreach") for at in moments]


def wall(text, zone):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "sent", "now", "until"),
    [
        # The candidate's own midnight ends the day, not 24 hours.
        (CHICAGO, ["2026-06-03T08:00", "2026-06-03T20:00"], "2026-06-03T21:00", "2026-06-04T00:00"),
        (CHICAGO, ["2026-06-02T23:59", "2026-06-03T00:00"], "2026-06-03T09:00", None),
        # A day of 25 hours, and one of 23.
        (CHICAGO, ["2026-11-01T00:10", "2026-11-01T09:00"], "2026-11-01T23:00", "2026-11-02T00:00"),
        (CHICAGO, ["2026-03-08T00:10", "2026-03-08T09:00"], "2026-03-08T22:00", "2026-03-09T00:00"),
        # Half an hour is not taken from Lord Howe's.
        (
            "Australia/Lord_Howe",
            ["2026-10-04T00:10", "2026-10-04T12:00"], "2026-10-04T20:00", "2026-10-05T00:00",
        ),
    ],
)  # fmt: skip
def test_a_day_is_the_candidates_own(zone, sent, now, until):
    under = policy(**TWO_A_DAY, **ANY_HOUR)
    uses = uses_at(*(wall(one, zone) for one in sent))
    about = facts(places=(("GB", ""),), zones=(zone,), own_uses=uses)
    decision = one(about=about, under=under, now=wall(now, zone))
    assert getattr(decision, "until", None) == (until and wall(until, zone))
    assert decision.code == ("caps" if until else "sent")


def test_a_day_must_have_room_in_every_zone():
    """23:30 in Reno is tomorrow in Chicago."""
    under, at_night = policy(**TWO_A_DAY, **ANY_HOUR), wall("2026-06-03T23:30", RENO)
    by_day = uses_at(wall("2026-06-03T09:00", RENO), wall("2026-06-03T10:00", RENO))
    about = facts(places=(("GB", ""),), zones=(CHICAGO, RENO), own_uses=by_day)
    decision = one(about=about, under=under, now=at_night)
    assert (decision.code, decision.until) == ("caps", wall("2026-06-04T00:00", RENO))
    late = uses_at(wall("2026-06-04T00:10", CHICAGO), wall("2026-06-04T00:20", CHICAGO))
    about = facts(places=(("GB", ""),), zones=(CHICAGO, RENO), own_uses=late)
    decision = one(about=about, under=under, now=at_night)
    assert (decision.code, decision.until) == ("caps", wall("2026-06-05T00:00", CHICAGO))
    about = facts(places=(("GB", ""),), zones=(CHICAGO, RENO), own_uses=[by_day[0], late[0]])
    assert one(about=about, under=under, now=at_night).until == wall("2026-06-04T00:00", RENO)


def test_a_stage_takes_so_many_and_what_is_too_much_is_dropped():
    under = policy(**TWO_A_STAGE)
    told = [("sms", "informational"), ("email", "informational")]
    assert isinstance(one(draft(told=told[:1]), under=under), Send)
    decision = one(draft(told=told), under=under)
    assert isinstance(decision, Drop)
    assert dict(decision.checks[-1][2]) == {
        "per": "application", "window": "stage", "at_most": 2, "kept": 0, "policy": 6,
    }  # fmt: skip
    service = draft(told=[("sms", "service"), *told[:1]])
    assert isinstance(one(service, under=under), Send)


def test_a_stage_counts_what_goes_out_in_the_same_pass_about_the_same_application():
    under = policy(**TWO_A_STAGE, merge_nudges=False)
    mine = {"application.stage": "interview", "anchor.interview_start.sequence": 2}
    first, second = {**mine, "application.id": "1"}, {**mine, "application.id": "2"}
    drafts = [draft(facts=about) for about in (first, first, first, second)]
    found = both(*drafts, about=facts(), under=under)
    assert [type(one) for one in found] == [Send, Send, Drop, Send]


def test_a_member_is_not_counted_out_by_a_stage():
    told = [("sms", "informational")] * 2
    assert isinstance(one(draft(told=told, origin="member"), under=policy(**TWO_A_STAGE)), Send)


def test_a_map_may_ask_for_less_and_never_for_more():
    asked = {"caps": [{"per": "application", "window": "stage", "at_most": 1},
                      {"per": "person", "hours": 24, "at_most": 900}]}  # fmt: skip
    narrow = limits([LimitsDocument.model_validate(asked)], 3)
    assert isinstance(one(draft(limits=narrow)), Send)
    decision = one(draft(limits=narrow, told=[("sms", "informational")]))
    assert (type(decision), decision.checks[-1][2]["map"]) == (Drop, 3)
    full = facts(uses={PHONE: used(1, 2, 3)})
    assert one(draft(limits=narrow), full).code == "caps"
