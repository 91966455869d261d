"""Policy documents and rule packs: what is refused and why, and what they compile to."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from followthrough.core.zones import Window
from followthrough.governance import rulepacks
from followthrough.governance.documents import PolicyDocument, PolicyError
from followthrough.governance.hours import intersection
from followthrough.governance.packs import RulePack
from followthrough.governance.policy import choose, compiled
from followthrough.governance.tests.cases import NOON

WEEK = {day: ["09:00-20:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
GOOD = {"hours": {"default": WEEK}}
CAP = {"per": "address", "hours": 24, "at_most": 3}


def test_the_default_policy_is_the_suggested_one():
    policy = compiled(rulepacks.default_policy(), packs=rulepacks.packs())
    rules = policy.rules((("US", "NV"),), NOON)
    hours = rules.bounds("sms", "informational").hours
    assert hours.own[0] == (Window(time(9), time(20)),)
    assert hours.own[6] == (Window(time(12), time(20)),)
    (cap,) = policy.own_caps
    assert (cap.per, cap.length, cap.at_most) == ("address", timedelta(hours=24), 3)
    assert (policy.urgent_at, policy.room, policy.reply_within) == (2, 1, timedelta(minutes=30))
    assert policy.needs_consent("sms")
    assert not policy.needs_consent("email")
    mail = rules.bounds("email", "informational").hours
    assert mail.both == {day: (Window(time(7), time(21)),) for day in range(7)}


REFUSED = {
    "not a mapping": ([], "top", "Write names"),
    "no hours": ({}, "hours", "Add it."),
    "unknown part": (GOOD | {"hour": {}}, "hour", "Take it out"),
    "unknown channel": ({"hours": {"smss": WEEK}}, "hours.smss", "Use one of 'default'"),
    "unknown day": ({"hours": {"default": {"monday": []}}}, "hours.default.monday", "Take it out"),
    "bad window": ({"hours": {"sms": {"mon": ["9-20"]}}}, "hours.sms.mon", "Write it like"),
    "no such time": (
        {"hours": {"sms": {"mon": ["09:00-24:30"]}}}, "hours.sms.mon", "Write it like",
    ),
    "empty window": ({"hours": {"sms": {"mon": ["09:00-09:00"]}}}, "hours.sms.mon", "00:00-24:00"),
    "overlap": (
        {"hours": {"sms": {"mon": ["09:00-12:00", "11:00-13:00"]}}}, "hours.sms.mon", "Make one",
    ),
    "overlap past midnight": (
        {"hours": {"sms": {"mon": ["20:00-02:00", "22:00-23:00"]}}}, "hours.sms.mon", "Make one",
    ),
    "silent week": ({"hours": {"sms": {}}}, "hours.sms", "Allow a window"),
    "cap of none": (GOOD | {"caps": [CAP | {"at_most": 0}]}, "caps.0.at_most", "Use 1 or more."),
    "cap too long": (GOOD | {"caps": [CAP | {"hours": 169}]}, "caps.0.hours", "Use 168 or less."),
    "cap per what": (GOOD | {"caps": [CAP | {"per": "site"}]}, "caps.0.per", "Use one of 'person'"),
    "service capped": (
        GOOD | {"caps": [CAP | {"purposes": ["service"]}]}, "caps.0.purposes.0", "Use one of",
    ),
    "cap of two windows": (GOOD | {"caps": [CAP | {"window": "day"}]}, "caps.0", "Write hours: 24"),
    "cap of no window": (
        GOOD | {"caps": [{"per": "person", "at_most": 3}]}, "caps.0", "Write hours: 24",
    ),
    "stage of a person": (
        GOOD | {"caps": [{"per": "person", "window": "stage", "at_most": 2}]},
        "caps.0", "per: application",
    ),
    "all room kept": (
        GOOD | {"caps": [CAP], "keep_for_priority": {"room": 3}}, "top", "Keep less room",
    ),
    "text for a number": (GOOD | {"reply_minutes": "30"}, "reply_minutes", "Write a whole number."),
    "text for a yes": (GOOD | {"merge_nudges": "yes"}, "merge_nudges", "Write true or false."),
    "consent of what": (
        GOOD | {"require_consent": {"fax": True}}, "require_consent.fax", "Use one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_names_the_place_the_reason_and_the_remedy(name):
    document, path, remedy = REFUSED[name]
    with pytest.raises(PolicyError) as problem:
        PolicyDocument.read(document)
    first = problem.value.problems[0]
    assert first.path == path
    assert remedy in first.remedy
    assert first.reason
    assert first.reason in str(problem.value)


def test_every_problem_is_named_at_once():
    with pytest.raises(PolicyError) as problem:
        PolicyDocument.read({"hours": {"sms": {"mon": ["x"]}}, "caps": [{"per": "x"}], "y": 1})
    assert len(problem.value.problems) == 4


def test_of_two_caps_about_the_same_the_stricter_counts():
    (cap,) = compiled(GOOD | {"caps": [CAP, CAP | {"at_most": 2}]}).own_caps
    assert cap.at_most == 2


def test_windows_of_a_day_may_touch_and_pass_midnight():
    week = PolicyDocument.read(
        {"hours": {"sms": {"mon": ["09:00-12:00", "12:00-14:00", "22:00-02:00"]}}}
    ).hours["sms"]
    assert week.week()[0][2] == Window(time(22), time(2))


# --- rule packs ----------------------------------------------------------------------------------


def pack(id, country, region="", **given):
    source = {
        "says": "x",
        "url": "https://example.org",
        "seen": date(2026, 11, 22),
        "confidence": "K",
    }
    raw = {"id": id, "version": 1, "title": id, "country": country, "region": region,
           "channels": ["sms"], "sources": [source], **given}  # fmt: skip
    return RulePack.read(raw)


PACKS = [
    pack("us", "US", when_unknown=True),
    pack("us-fl", "US", "FL", hours={"mon": ["08:00-20:00"]}, caps=[CAP]),
    pack("fr", "FR"),
]


@pytest.mark.parametrize(
    ("country", "region", "ids"),
    [("US", "FL", ["us", "us-fl"]), ("US", "NV", ["us"]), ("US", "", ["us"]), ("FR", "FL", ["fr"]),
     ("DE", "", []), ("", "", ["us"])],
)  # fmt: skip
def test_packs_are_chosen_by_jurisdiction(country, region, ids):
    assert [one.id for one in choose(PACKS, [(country, region)], NOON)] == ids


def test_packs_narrow_a_policy_and_never_widen_it():
    rules = compiled(GOOD, packs=PACKS).rules((("US", "FL"),), NOON)
    found = rules.bounds("sms", "informational")
    assert found.hours.both == {0: (Window(time(9), time(20)),)}
    assert found.hours.legal == {0: (Window(time(8), time(20)),)}
    assert [cap.source for cap in found.legal_caps] == ["us-fl"]
    mail = rules.bounds("email", "informational")
    assert mail.hours.both is None
    assert mail.legal_caps == []


def test_intersection_splits_windows_at_midnight():
    night = {0: [Window(time(22), time(6))]}
    day = {day: [Window(time(5), time(23))] for day in range(7)}
    assert intersection([night, day]) == {
        0: (Window(time(22), time(23)),),
        1: (Window(time(5), time(6)),),
    }
    whole = {day: [Window(time(0), time(0))] for day in range(7)}
    assert intersection([whole]) == {day: (Window(time(0), time(0)),) for day in range(7)}
    assert intersection([night, {3: [Window(time(1), time(2))]}]) == {}
