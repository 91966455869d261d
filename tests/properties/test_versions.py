"""A run stays in its version until it is moved, and the same events have the same effects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.journeys.models import Run, RunMove
from followthrough.messages.models import Ask, Message, Receipt, Touch
from followthrough.people.models import WriteBack
from followthrough.runs import engine
from followthrough.runs.published import moving
from tests import company, invariants
from tests.properties.life import STEPS, Life, happen, lived
from tests.story.script import load_map

pytestmark = pytest.mark.django_db
CHANGES = {
    "settle": "PT10M",
    "stages.applied.touches.0.content.sms.en.body": "Another text.",
    "stages.interview.touches.3.trigger.before.by": "PT9H",
    "stages.screen.touches": [],
}
some = settings(max_examples=12)
FIRST = [("ats", "app-1", "New"), ("ats", "app-3", "Interview")]


def play(steps: list[tuple[Any, ...]], *, publish_at: int | None = None) -> list[Any]:
    with lived() as life:
        for number, step in enumerate([*FIRST, *steps]):
            if publish_at is not None and number == publish_at + len(FIRST):
                publish(life)
            happen(life, step)
        assert list(invariants.versions()) == []
        return told()


def publish(life: Life) -> None:
    document = company.changed(load_map("associates"), CHANGES)
    company.publish(life.company, "associates", document)


def told() -> list[Any]:
    """Everything that the journeys of those who were under way did."""
    runs = list(Run.objects.filter(version__number=1).values_list("id", flat=True))
    touches = Touch.objects.filter(run_id__in=runs)
    keys = {touch.id: (touch.application.external_id, touch.key, touch.occurrence)
            for touch in touches.select_related("application")}  # fmt: skip
    receipts = Receipt.objects.filter(touch_id__in=keys)
    texts = Message.objects.filter(touch_id__in=keys, direction="out")
    apps = Run.objects.filter(id__in=runs).values("application_id")
    return [
        sorted((keys[one.id], one.state, one.due_at) for one in touches),
        sorted((keys[one.touch_id], one.verdict, one.code, one.at) for one in receipts),
        sorted((keys[one.touch_id], one.body, one.at) for one in texts),
        sorted(Ask.objects.filter(run_id__in=runs).values_list("key", "occurrence", "state")),
        sorted(map(str, WriteBack.objects.filter(application__in=apps).values_list("payload"))),
    ]


@some
@given(steps=st.lists(STEPS, min_size=2, max_size=8))
def test_the_same_events_have_the_same_effects(steps):
    assert play(steps) == play(steps)


@some
@given(steps=st.lists(STEPS, min_size=2, max_size=8), at=st.integers(0, 7))
def test_publishing_changes_nothing_for_those_under_way(steps, at):
    """Applications that begin later may have the new version; they are not looked at."""
    mine = [step for step in steps if step[:2] != ("ats", "app-2")]
    mine = [step for step in mine if step[:2] != ("anchor", "app-2")]
    assert play(mine, publish_at=at) == play(mine)


def test_a_move_is_recorded_and_names_who_did_it():
    with lived() as life:
        happen(life, ("ats", "app-1", "New"))
        publish(life)
        run = Run.objects.get()
        assert run.version.number == 1
        to = life.company.versions["associates"]
        with transaction.atomic():
            moving.move(
                [run.id], to_version=to.id, why="new texts", actor=Actor("member", "m-1"),
                now=clock.now(),
            )  # fmt: skip
        run.refresh_from_db()
        assert run.version.number == 2
        assert list(invariants.versions()) == []
        assert RunMove.objects.filter(run=run, by="m-1", to_version=to).count() == 1
        assert Fact.objects.filter(verb="moved_run", actor_id="m-1", subject_id=run.id).exists()
        happen(life, ("ats", "app-1", "Screen"))
        happen(life, ("ats", "app-1", "New"))
        happen(life, ("passes", 3600))
        assert life.provider.calls[-1].body == "Another text."
        life.to_the_end()
        assert invariants.everything() == []


def test_a_message_on_its_way_during_a_move_is_not_said_again():
    """What went out, or may have, in the old version is not planned anew by the move."""
    with lived(script=["died_gone"]) as life:
        life.ats("app-1", stage="New")
        engine.drain()
        assert Touch.objects.get(key="thanks").state == "sending"
        publish(life)
        with transaction.atomic():
            moving.move(
                [Run.objects.get().id], to_version=life.company.versions["associates"].id,
                why="new texts", actor=Actor("member", "m-1"), now=clock.now(),
            )  # fmt: skip
        life.passes(timedelta(hours=1))
        assert [call.answer for call in life.provider.calls] == ["died_gone"]
        assert Touch.objects.filter(key="thanks").count() == 1
