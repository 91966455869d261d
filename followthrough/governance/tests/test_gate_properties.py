"""What the gate must never do, whatever else is true."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.governance import gate
from followthrough.governance.decisions import Consent, Hold, Merge, Rendered, Send, Use
from followthrough.governance.tests.cases import (
    CHICAGO,
    MAIL,
    NOON,
    PERSON,
    PHONE,
    draft,
    facts,
    freeze,
    granted,
    option,
    policy,
)

POLICIES = [
    policy(),
    policy(merge_nudges=False, spread_minutes=45),
    policy(hours={"default": {"mon": ["22:00-02:00"], "thu": ["07:30-23:30"]}}, caps=[]),
    policy(
        caps=[
            {"per": "person", "hours": 24, "at_most": 2},
            {"per": "address", "channel": "sms", "hours": 1, "at_most": 1},
        ],
        keep_for_priority={"room": 0},
    ),
]
ZONES = ["America/New_York", "America/Los_Angeles", "Europe/London", "Australia/Lord_Howe",
         "Asia/Kolkata", "Pacific/Apia"]  # fmt: skip
TEXTS = [Rendered("Hello"), Rendered(""), Rendered("", problem="no_content")]

moments = st.builds(
    lambda minutes: NOON + timedelta(minutes=minutes), st.integers(-250_000, 250_000)
)
near = st.integers(-3000, 3000).map(lambda minutes: timedelta(minutes=minutes))


def likely(value, *others):
    """Mostly `value`, so that most drafts come far."""
    return st.sampled_from([value] * 5 + list(others))


places = st.lists(st.sampled_from(ZONES), max_size=2, unique=True).map(tuple)


@st.composite
def options(draw):
    channel = draw(st.sampled_from(["sms", "sms", "email"]))
    changed = {
        "unusable": draw(likely("", "too_short")),
        "contact_point_id": draw(likely(UUID(int=2), None)),
        "sender_id": draw(likely(UUID(int=3), None)),
        "sender_active": draw(likely(True, False)),
    }
    text = draw(likely(TEXTS[0], *TEXTS[1:]))
    return option(channel, render=lambda _: text, **changed)


freezes = st.lists(
    st.builds(
        lambda kind, why, until: freeze(subject_kind=kind, why=why, until=until),
        st.sampled_from(["candidate", "organization", "application", "sender"]),
        st.sampled_from(["handoff", "promise", "accommodation", "kill_switch", "held_batch"]),
        st.none() | st.integers(1, 5000).map(lambda m: NOON + timedelta(days=400, minutes=m)),
    ),
    min_size=1,
    max_size=2,
)


@st.composite
def drafts(draw, now):
    purpose = draw(st.sampled_from(["informational", "outreach", "reply", "service"]))
    return draft(
        purpose=purpose,
        origin=draw(st.sampled_from(["map", "map", "reply", "member"])),
        priority=draw(st.integers(1, 9)),
        due_at=now - abs(draw(near)),
        useful_until=draw(st.none() | near.map(lambda by: now + by)),
        anchor_sequence=draw(likely(2, 1)),
        stage=draw(st.sampled_from(["interview", "offer", "checks"])),
        options=draw(likely(draw(st.lists(options(), min_size=1, max_size=3)), [])),
        reply_to_at=draw(st.none() | near.map(lambda by: now + by / 60)),
        failed_channels=draw(likely(frozenset(), frozenset({"sms"}))),
    )


@st.composite
def situations(draw, *, frozen=False, blocked=False, by_day=False):
    now = NOON if by_day else draw(moments)
    uses = st.lists(
        st.builds(
            lambda by, channel, purpose: Use(
                (now - abs(by)).timestamp(), "another", str(PERSON), channel, purpose
            ),
            near, st.sampled_from(["sms", "email"]), st.sampled_from(["", "outreach", "reply"]),
        ),
        max_size=4,
    )  # fmt: skip
    consents = {(PHONE, "sms"): granted(), (MAIL, "email"): Consent("unknown")}
    about = facts(
        zones=(CHICAGO,) if by_day else draw(places),
        places=draw(st.sampled_from([(("US", "NV"),), (("GB", ""),), ()])),
        consent=draw(likely(consents, {})),
        blocked={(PHONE, "sms"): now, (MAIL, "email"): now} if blocked else {},
        freezes=draw(freezes) if frozen else (),
        uses={PHONE: draw(uses)},
        own_uses=draw(uses),
    )
    passed = draw(st.lists(drafts(now), min_size=3 if by_day else 1, max_size=4))
    return passed, about, draw(st.sampled_from(POLICIES)), now


def decided(situation):
    passed, about, under, now = situation
    return list(zip(passed, gate.decide(passed, about, under, now), strict=True))


@settings(max_examples=80, deadline=None)
@given(situations())
def test_one_explained_decision_each_in_the_order_given(situation):
    passed, _, _, _ = situation
    found = decided(situation)
    assert [decision.touch_id for _, decision in found] == [one.touch_id for one in passed]
    for _, decision in found:
        assert decision.checks
        assert {decision.code, *(code for code, _, _ in decision.checks)} <= gate.GATE_CODES
        assert {outcome for _, outcome, _ in decision.checks} <= {
            "pass", "skip", "hold", "drop", "merge",
        }  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(situations())
def test_a_hold_is_always_for_later_and_never_past_its_use(situation):
    *_, now = situation
    for one, decision in decided(situation):
        if isinstance(decision, Hold):
            assert decision.until > now
            assert one.useful_until is None or decision.until <= one.useful_until


@settings(max_examples=80, deadline=None)
@given(situations(frozen=True))
def test_while_a_freeze_stands_automation_is_silent(situation):
    for one, decision in decided(situation):
        if one.purpose != "service" and one.origin != "member":
            assert not isinstance(decision, Send | Merge)


@settings(max_examples=80, deadline=None)
@given(situations(blocked=True))
def test_nothing_but_a_service_message_goes_to_a_blocked_address(situation):
    for one, decision in decided(situation):
        assert not isinstance(decision, Send) or one.purpose == "service"


def legal_and_own(wall: datetime, under, places) -> bool:
    """The hours of the test's policies, written down a second time."""
    day, clock = wall.weekday(), wall.time()
    if places == (("US", "NV"),) and not time(8) <= clock < time(21):
        return False
    if not places and not time(12 if day == 6 else 9) <= clock < time(20):  # every state's law
        return False
    if under is POLICIES[2]:
        monday = (day == 0 and clock >= time(22)) or (day == 1 and clock < time(2))
        return monday or (day == 3 and time(7, 30) <= clock < time(23, 30))
    return time(12 if day == 6 else 9) <= clock < time(20)


@settings(max_examples=150, deadline=None)
@given(situations())
def test_no_text_message_lands_outside_allowed_hours_in_any_plausible_zone(situation):
    _, about, under, now = situation
    for one, decision in decided(situation):
        if not isinstance(decision, Send) or decision.option.channel != "sms":
            continue
        answers = one.purpose == "reply" and abs(now - (one.reply_to_at or NOON)) <= timedelta(
            minutes=30
        )
        if one.purpose == "service" or answers:
            assert any(detail.get("basis") for _, _, detail in decision.checks)
            continue
        assert about.zones
        for name in about.zones:
            assert legal_and_own(now.astimezone(ZoneInfo(name)), under, about.places)


@settings(max_examples=80, deadline=None)
@given(situations(by_day=True))
def test_caps_hold_within_a_pass(situation):
    _, about, under, now = situation
    found = decided(situation)
    for cap in under.own_caps:
        for subject in (PHONE, MAIL) if cap.per == "address" else (PERSON,):
            counted = [
                one
                for one, decision in found
                if isinstance(decision, Send)
                and one.purpose != "service"
                and (cap.per == "person" or decision.option.address_key == subject)
                and cap.covers(decision.option.channel, one.purpose)
            ]
            before = [
                use
                for use in (about.own_uses if cap.per == "person" else about.uses.get(subject, ()))
                if use.at > (now - cap.length).timestamp() and cap.covers(use.channel, use.purpose)
            ]
            assert not counted or len(before) + len(counted) <= cap.at_most


@settings(max_examples=80, deadline=None)
@given(situations())
def test_a_certain_hold_goes_out_when_it_said_if_nothing_else_changed(situation):
    passed, about, under, now = situation
    for one in passed:
        (decision,) = gate.decide([one], about, under, now)
        if isinstance(decision, Hold) and decision.code in ("legal_hours", "quiet_hours", "caps"):
            (then,) = gate.decide([one], about, under, decision.until)
            assert then.code != decision.code
