"""What allows more than before: part by part, and never a message that was stopped before."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.governance import gate
from followthrough.governance.decisions import Merge, Send, Use
from followthrough.governance.documents import DAYS, PolicyDocument
from followthrough.governance.loosening import loosened
from followthrough.governance.policy import compiled
from followthrough.governance.tests.cases import CHICAGO, NOON, PERSON, PHONE, draft, facts

WEEK = {day: ["09:00-20:00"] for day in DAYS}
CAP = {"per": "address", "hours": 24, "at_most": 3}
FULL = {
    "hours": {"default": WEEK},
    "caps": [CAP],
    "keep_for_priority": {"at_or_under": 2, "room": 1},
    "reply_minutes": 30,
    "require_consent": {"sms": True, "email": False},
    "two_to_loosen": True,
}
LONGER = WEEK | {"sun": ["09:00-21:00"]}
SUBJECT = ("address", "", 24, None, ())

CASES = {
    "nothing": ({}, []),
    "fewer hours": ({"hours": {"default": WEEK | {"sun": []}}}, []),
    "more hours": (
        {"hours": {"default": LONGER}},
        [("hours", one) for one in ("sms", "whatsapp", "webchat", "voice")],
    ),
    "moved hours": ({"hours": {"default": WEEK, "sms": LONGER | {"mon": []}}}, [("hours", "sms")]),
    "mail gets hours": ({"hours": {"default": WEEK, "email": WEEK}}, []),
    "no cap": ({"caps": []}, [("cap", SUBJECT)]),
    "larger cap": ({"caps": [CAP | {"at_most": 4}]}, [("cap", SUBJECT)]),
    "smaller cap": ({"caps": [CAP | {"at_most": 2}], "keep_for_priority": {"room": 1}}, []),
    "longer window": ({"caps": [CAP | {"hours": 48}]}, []),
    "shorter window": ({"caps": [CAP | {"hours": 12}]}, [("cap", SUBJECT)]),
    "only texts": ({"caps": [CAP | {"channel": "sms"}]}, [("cap", SUBJECT)]),
    "only outreach": ({"caps": [CAP | {"purposes": ["outreach"]}]}, [("cap", SUBJECT)]),
    "another cap": ({"caps": [CAP, {"per": "person", "window": "day", "at_most": 2}]}, []),
    "a looser cap beside it": ({"caps": [CAP, CAP | {"at_most": 9}]}, []),
    "less room kept": ({"keep_for_priority": {"room": 0}}, [("room", "")]),
    "more room kept": ({"keep_for_priority": {"room": 2}}, []),
    "more is urgent": (
        {"keep_for_priority": {"at_or_under": 5, "room": 1}},
        [("room", ""), ("merge", "")],
    ),
    "less is urgent": ({"keep_for_priority": {"at_or_under": 1, "room": 1}}, []),
    "longer answers": ({"reply_minutes": 31}, [("reply", "")]),
    "shorter answers": ({"reply_minutes": 0}, []),
    "no consent": ({"require_consent": {"sms": False, "email": False}}, [("consent", "sms")]),
    "more consent": ({"require_consent": {"sms": True, "email": True}}, []),
    "consent unsaid": ({"require_consent": {}}, []),
    "nudges apart": ({"merge_nudges": False}, [("merge", "")]),
    "one person": ({"two_to_loosen": False}, [("loosening", "")]),
}


@pytest.mark.parametrize("name", CASES)
def test_what_allows_more(name):
    changed, expected = CASES[name]
    before, after = PolicyDocument.read(FULL), PolicyDocument.read(FULL | changed)
    assert loosened(before, after) == expected


def test_what_is_urgent_is_left_out_beside_nothing_even_without_room():
    without = FULL | {"keep_for_priority": {"at_or_under": 2, "room": 0}}
    raised = {"keep_for_priority": {"at_or_under": 5, "room": 0}}
    before, after = PolicyDocument.read(without), PolicyDocument.read(without | raised)
    assert loosened(before, after) == [("merge", "")]
    two = [draft(touch_id=UUID(int=n), stage="interview", priority=n) for n in (3, 4)]
    first, second = (
        [type(one) for one in gate.decide(two, facts(zones=(CHICAGO,)), compiled(it), NOON)]
        for it in (before, after)
    )
    assert (first, second) == ([Send, Merge], [Send, Send])
    apart = [PolicyDocument.read(one | {"merge_nudges": False}) for one in (without, FULL | raised)]
    assert loosened(*apart) == []


windows = st.sampled_from([[], ["09:00-20:00"], ["12:00-20:00"], ["08:00-21:00"], ["22:00-02:00"]])
weeks = st.fixed_dictionaries(dict.fromkeys(DAYS, windows)).filter(lambda week: any(week.values()))
caps = st.one_of(
    st.builds(
        lambda per, hours, most, channel, purposes: {
            "per": per, "hours": hours, "at_most": most, "channel": channel, "purposes": purposes,
        },
        st.sampled_from(["person", "address"]), st.sampled_from([1, 24, 48]), st.integers(2, 4),
        st.sampled_from(["", "sms", "email"]),
        st.sampled_from([[], ["outreach"], ["informational", "outreach"]]),
    ),
    st.builds(lambda most: {"per": "person", "window": "day", "at_most": most}, st.integers(2, 4)),
    st.builds(
        lambda most: {"per": "application", "window": "stage", "at_most": most}, st.integers(2, 4)
    ),
)  # fmt: skip
documents = st.builds(
    lambda hours, mail, found, room, at, reply, consent: {
        "hours": {"default": hours, **({"email": mail} if mail else {})},
        "caps": found,
        "keep_for_priority": {"room": room, "at_or_under": at},
        "reply_minutes": reply,
        "require_consent": {"sms": consent, "email": False},
    },
    weeks, st.none() | weeks, st.lists(caps, max_size=3), st.integers(0, 1), st.integers(1, 4),
    st.sampled_from([0, 30]), st.booleans(),
)  # fmt: skip


@st.composite
def messages(draw):
    now = NOON + timedelta(minutes=draw(st.integers(-10_000, 10_000)))
    times = st.lists(st.integers(1, 4000).map(lambda m: now - timedelta(minutes=m)), max_size=5)
    uses = [
        Use(at.timestamp(), "another", str(PERSON), draw(st.sampled_from(["sms", "email"])),
            draw(st.sampled_from(["outreach", "informational", "reply"])))
        for at in draw(times)
    ]  # fmt: skip
    known = {} if draw(st.booleans()) else {(PHONE, "sms"): facts().consent[PHONE, "sms"]}
    about = facts(zones=(CHICAGO,), uses={PHONE: uses}, own_uses=uses, consent=known)
    one = draft(
        purpose=draw(st.sampled_from(["informational", "outreach", "reply"])),
        priority=draw(st.integers(1, 5)),
        reply_to_at=now - timedelta(minutes=20),
        told=draw(st.lists(st.just(("sms", "informational")), max_size=4)),
    )
    return one, about, now


def sends(document, message):
    one, about, now = message
    (decision,) = gate.decide([one], about, compiled(document, id=UUID(int=1)), now)
    return isinstance(decision, Send)


@settings(max_examples=400, deadline=None)
@given(documents, documents, messages())
def test_what_is_no_loosening_sends_nothing_that_was_stopped(before, after, message):
    old, new = PolicyDocument.read(before), PolicyDocument.read(after)
    if not loosened(old, new) and sends(new, message):
        assert sends(old, message)
    both = PolicyDocument.read({**after, "hours": before["hours"], "caps": before["caps"],
                                "require_consent": before["require_consent"]})  # fmt: skip
    if not loosened(old, both) and sends(both, message):  # nearer to it: mostly no loosening
        assert sends(old, message)
