"""Handoffs: opened once, silent where a person must speak first, released when resolved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.audit.models import Fact
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.messages.models import Touch
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def application():
    return world.application(world.candidate(world.connection(world.organization())))


def opened(application, reason="unclear", **given):
    return handoffs.open(
        **{
            "organization_id": application.organization_id,
            "candidate_id": application.candidate_id,
            "application_id": application.id,
            "reason": reason,
            "at": NOON,
            **given,
        }
    )


def held(application, **given):
    return Touch.objects.create(
        **{
            "organization_id": application.organization_id, "application": application,
            "candidate_id": application.candidate_id, "shard": 3, "origin": "map", "key": "k",
            "occurrence": "1", "purpose": "informational", "held_for": "frozen",
            "due_at": NOON + timedelta(days=1), "planned_at": NOON, **given,
        }
    )  # fmt: skip


def test_one_stands_for_the_same_application_and_reason(application):
    first = opened(application)
    assert opened(application) == first
    assert opened(application, "declined") != first
    assert opened(application, application_id=None) != first
    assert Handoff.objects.count() == 3


@pytest.mark.parametrize("reason", Handoff.Reason.values)
def test_automation_is_silent_where_a_person_must_speak_first(application, reason):
    handoff = opened(application, reason)
    silent = reason in ("unclear", "declined", "ambiguous_stop")
    assert (handoff.freeze_id is not None) is silent
    assert (application.candidate_id in freezes.standing([application.candidate_id], now=NOON)) is (
        silent
    )
    assert handoff.due_at > NOON


def test_a_reason_that_does_not_exist_is_refused(application):
    with pytest.raises(ValueError, match="bored"):
        opened(application, "bored")


def test_resolving_ends_the_freeze_and_releases_what_was_held_for_it(application):
    handoff = opened(application)
    frozen, quiet = held(application), held(application, key="q", held_for="quiet_hours")
    gone = held(application, key="g", state="cancelled")
    assert handoffs.resolve(handoff, by="member:m1", at=LATER)
    assert freezes.standing([application.candidate_id], now=LATER) == {}
    for touch in (frozen, quiet, gone):
        touch.refresh_from_db()
    assert frozen.due_at == LATER
    assert quiet.due_at == gone.due_at == NOON + timedelta(days=1)
    assert (handoff.resolved_at, handoff.resolved_by) == (LATER, "member:m1")


def test_resolving_twice_changes_nothing(application):
    handoff = opened(application)
    handoffs.resolve(handoff, by="member:m1", at=LATER)
    assert not handoffs.resolve(handoff, by="member:m2", at=LATER + timedelta(hours=1))
    assert Handoff.objects.get().resolved_by == "member:m1"


def test_while_another_freeze_stands_nothing_is_released(application):
    first, second = opened(application), opened(application, "declined")
    touch = held(application)
    handoffs.resolve(first, by="member:m1", at=LATER)
    touch.refresh_from_db()
    assert touch.due_at == NOON + timedelta(days=1)
    handoffs.resolve(second, by="member:m1", at=LATER)
    touch.refresh_from_db()
    assert touch.due_at == LATER


def test_another_one_may_be_opened_after_the_first_was_resolved(application):
    handoffs.resolve(opened(application), by="member:m1", at=LATER)
    opened(application)
    assert Handoff.objects.filter(resolved_at=None).count() == 1
    assert Freeze.objects.filter(ended_at=None).count() == 1


def test_everything_names_its_actor(application):
    handoffs.resolve(opened(application), by="member:m1", at=LATER)
    told = list(Fact.objects.order_by("id").values_list("verb", "actor_kind", "actor_id"))
    assert told == [
        ("began_freeze", "system", "engine"), ("opened_handoff", "system", "engine"),
        ("resolved_handoff", "member", "m1"), ("ended_freeze", "member", "m1"),
    ]  # fmt: skip
