"""What is said of those under way before a version is published is what happens to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.core import clock
from followthrough.journeys.models import Run, Running
from followthrough.messages.models import Touch
from followthrough.runs.published import affected, otherwise
from tests import publications
from tests.properties.life import STEPS, Life, happen, lived
from tests.properties.test_moves import VERSIONS
from tests.publications import (
    CALL,
    document,
    move_all,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def life() -> Iterator[Life]:
    with publications.life() as made:
        yield made


def planned(run_ids: list[Any]) -> Counter[tuple[Any, str]]:
    found = Touch.objects.filter(run_id__in=run_ids, state="planned")
    return Counter(found.values_list("run_id", "key"))


@settings(max_examples=12)
@given(steps=st.lists(STEPS, min_size=2, max_size=7), which=st.integers(0, len(VERSIONS) - 1))
def test_what_is_said_beforehand_is_what_a_move_does(steps, which):
    with lived() as life:
        for step in [("ats", "app-1", "New"), ("ats", "app-3", "Interview"), *steps]:
            happen(life, step)
        runs = list(Run.objects.filter(ended_at=None).values_list("id", flat=True))
        changed, before = document(VERSIONS[which]), planned(runs)
        rows = Touch.objects.count()
        said = affected.affected(life.company.maps["associates"], changed, now=clock.now())
        assert Touch.objects.count() == rows
        publish(life, VERSIONS[which], Running.NOW)
        move_all()
        after = planned(runs)
        assert said.open == said.looked == len(runs)
        assert said.total(affected.VANISHES) == sum((before - after).values())
        new = said.total(affected.APPEARS) + said.total(affected.AGAIN)
        assert new == sum((after - before).values())
        assert said.ended == Run.objects.filter(id__in=runs).exclude(ended_at=None).count()


def test_each_message_says_what_becomes_of_it_with_examples(life):
    changes = {
        "stages.applied.touches.1.trigger": {"stalled": {"for": "P3D"}},
        "stages.applied.touches.0.key": "welcome",
        "stages.screen.touches.0.key": "call",
        "stages.screen.touches.0.useful_for": "PT1S",
    }
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert found.where == {(1, "applied"): 1, (1, "screen"): 1}
    counts = {key: dict(one.counts) for key, one in found.touches.items()}
    assert counts == {"still-here": {"shifts": 1}, "welcome": {"appears": 1}, "call": {"late": 1}}
    (shifted,) = found.touches["still-here"].examples["shifts"]
    assert shifted.before - shifted.after == timedelta(days=2)
    # In Screen they are past Applied; in Applied, Screen is still ahead of them.
    assert [(one.key, one.kind, one.runs) for one in found.later] == [
        ("call", "added", 1), ("screening", "removed", 1),
    ]  # fmt: skip


def test_what_waits_in_the_stage_they_are_in_for_a_cause_is_told(life):
    """A nudge is planned when its first message has gone out: nobody has it planned yet."""
    life.ats("app-9", stage="Interview")
    life.passes(timedelta(seconds=1))
    within = {"no_reply": {"to": "invite", "within": "PT2H"}}
    changes = {"stages.interview.touches.1.trigger": within}
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert found.changed == 0
    assert [(one.key, one.kind, one.runs) for one in found.here] == [("nudge", "changed", 1)]


STILL = "stages.applied.touches.1"
DAILY = {"per": "person", "window": "day", "at_most": 1}
IF_WAREHOUSE = {"field": "requisition.family", "op": "is", "value": "warehouse"}


@pytest.mark.parametrize(("kind", "changes"), [
    ("reworded", {f"{STILL}.content.sms.en.body": "Other words."}),
    ("channels", {f"{STILL}.channels": ["email", "sms"]}),
    ("conditions", {f"{STILL}.when": IF_WAREHOUSE}),
    ("useful", {f"{STILL}.useful_for": "PT7H"}),
    ("purpose", {f"{STILL}.purpose": "outreach"}),
    ("priority", {f"{STILL}.priority": 9}),
    ("asks", {f"{STILL}.ask": {"kind": "confirmation"}}),
    ("limits", {"stages.applied.limits": {"caps": [DAILY]}}),
])  # fmt: skip
def test_whatever_is_otherwise_in_what_is_planned_is_told(life, kind, changes):
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert {key: dict(one.counts) for key, one in found.touches.items()} == {
        "still-here": {kind: 1}
    }
    assert found.changed == 1


def test_what_is_due_at_another_time_is_of_use_as_long(life):
    changes = {f"{STILL}.trigger": {"stalled": {"for": "P3D"}}, f"{STILL}.priority": 9}
    found = affected.affected(life.company.maps["associates"], document(changes))
    assert dict(found.touches["still-here"].counts) == {"shifts": 1, "priority": 1}


@settings(max_examples=8)
@given(steps=st.lists(STEPS, min_size=2, max_size=7))
def test_what_says_the_same_changes_nothing_that_is_planned(steps):
    with lived() as life:
        for step in [("ats", "app-1", "New"), ("ats", "app-3", "Interview"), *steps]:
            happen(life, step)
        said = affected.affected(life.company.maps["associates"], document({}), now=clock.now())
        assert [kind for kind in otherwise.KINDS if said.total(kind)] == []


def test_only_the_first_are_looked_at_and_it_says_so(life, monkeypatch):
    monkeypatch.setattr(affected, "MOST", 1)
    found = affected.affected(life.company.maps["associates"], document(CALL))
    assert (found.open, found.looked, found.more) == (2, 1, True)


def test_who_was_to_move_with_the_next_stage_is_counted(life):
    publish(life, CALL, Running.NEXT)
    found = affected.affected(life.company.maps["associates"], document({"settle": "PT9M"}))
    assert found.waiting == {2: 2}
