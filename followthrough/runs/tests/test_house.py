"""What one worker does for the whole installation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from followthrough.core import clock
from followthrough.governance import freezes
from followthrough.messages.models import Touch
from followthrough.runs import house
from tests import world

pytestmark = pytest.mark.django_db


def test_sessions_that_ran_out_are_forgotten() -> None:
    for key, left in (("gone", -1), ("here", 1)):
        ends = timezone.now() + timedelta(minutes=left)
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    house.forget_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["here"]


@pytest.mark.parametrize("why", ["kill_switch", "handoff"])
def test_what_a_freeze_held_when_it_had_ended_already_is_let_go(why: str) -> None:
    now = clock.now()
    application = world.application(world.candidate(world.connection(world.organization())))
    given = {"organization": application.organization, "application": application}
    later = now + timedelta(hours=1)
    touch = Touch.objects.create(
        **given, candidate=application.candidate, shard=0, origin="map", key="thanks",
        occurrence="1", purpose="informational", planned_at=now, due_at=later, held_for="frozen",
    )  # fmt: skip
    freeze = freezes.begin(
        organization_id=application.organization_id, subject_kind="application",
        subject_id=application.id, why=why, by="system", at=now,
    )  # fmt: skip
    house.wake_what_was_overtaken()
    touch.refresh_from_db()
    assert touch.due_at == later  # it stands
    freezes.end(freeze.id, by="system", at=clock.now())
    house.wake_what_was_overtaken()
    touch.refresh_from_db()
    assert touch.due_at < later


def test_what_is_frozen_for_somebody_else_sleeps_on() -> None:
    now, ats = clock.now(), world.connection(world.organization())
    later = now + timedelta(hours=1)
    ada, bo = (world.application(world.candidate(ats)) for _ in range(2))
    touches = [
        Touch.objects.create(
            organization=one.organization, application=one, candidate=one.candidate, shard=0,
            origin="map", key="thanks", occurrence="1", purpose="informational", planned_at=now,
            due_at=later, held_for="frozen",
        )
        for one in (ada, bo)
    ]  # fmt: skip
    freeze = freezes.begin(
        organization_id=ada.organization_id, subject_kind="candidate",
        subject_id=ada.candidate_id, why="handoff", by="system", at=now,
    )  # fmt: skip
    freezes.end(freeze.id, by="system", at=clock.now())
    house.wake_what_was_overtaken()
    due = [Touch.objects.get(id=one.id).due_at for one in touches]
    assert due[0] < later
    assert due[1] == later
