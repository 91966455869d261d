"""Handoffs: opened once, silent where a person must speak first, released when resolved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.accounts.models import Member, User
from followthrough.audit.models import Fact
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core.ids import uuid7
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Anchor
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


def invited(application, *, hours):
    """An interview so many hours after NOON."""
    return Anchor.objects.create(
        organization_id=application.organization_id, application=application,
        name=Anchor.INTERVIEW, at=NOON + timedelta(hours=hours),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        (30, timedelta(hours=8)),  # as usual
        (6, timedelta(hours=4)),  # two hours before it
        (2, timedelta(minutes=15)),  # never sooner
        (-1, timedelta(hours=8)),  # it is past
    ],
)
def test_it_is_due_before_an_interview_ahead(application, hours, due):
    invited(application, hours=hours)
    assert opened(application, "opted_out").due_at == NOON + due


def test_what_is_due_sooner_anyway_stays_so(application):
    invited(application, hours=30)
    assert opened(application, "ambiguous_stop").due_at == NOON + timedelta(hours=1)


def test_another_anchor_and_another_application_change_nothing(application):
    other = world.application(application.candidate)
    invited(other, hours=3)
    Anchor.objects.filter(id=invited(application, hours=3).id).update(name="offer_sent")
    assert opened(application, "opted_out").due_at == NOON + timedelta(hours=8)
    assert opened(other, "opted_out").due_at == NOON + timedelta(hours=1)


def test_about_no_application_any_interview_of_theirs_counts(application):
    invited(application, hours=3)
    assert opened(application, application_id=None).due_at == NOON + timedelta(hours=1)


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
    handoff = opened(application)
    handoffs.assign(handoff, member_of(application), by="member:m1", at=LATER)
    handoffs.resolve(handoff, by="member:m1", at=LATER)
    handoffs.reopen(handoff, by="member:m2", at=LATER)
    told = list(Fact.objects.order_by("id").values_list("verb", "actor_kind", "actor_id"))
    assert told == [
        ("began_freeze", "system", "engine"), ("opened_handoff", "system", "engine"),
        ("assigned_handoff", "member", "m1"),
        ("resolved_handoff", "member", "m1"), ("ended_freeze", "member", "m1"),
        ("began_freeze", "member", "m2"), ("reopened_handoff", "member", "m2"),
    ]  # fmt: skip


# --- whose it is ---------------------------------------------------------------------------------


def member_of(application, name="maya"):
    user, _ = User.objects.get_or_create(email=f"{name}@northwind.example")
    return Member.objects.get_or_create(organization=application.organization, user=user)[0]


def test_it_is_given_and_given_back(application):
    handoff, maya = opened(application), member_of(application)
    assert handoffs.assign(handoff, maya, by="member:m1", at=LATER)
    assert handoff.owner == maya
    assert handoffs.assign(handoff, None, by="member:m1", at=LATER, seen=maya.id)
    assert Handoff.objects.get().owner is None
    whys = [one.why for one in Fact.objects.filter(verb="assigned_handoff").order_by("id")]
    assert [(why["from"], why["to"]) for why in whys] == [
        (None, str(maya.id)), (str(maya.id), None),
    ]  # fmt: skip


def test_of_two_who_take_it_at_once_one_has_it(application):
    handoff, maya, bo = opened(application), member_of(application), member_of(application, "bo")
    assert handoffs.assign(handoff, maya, by="member:maya", at=LATER)
    assert not handoffs.assign(handoff, bo, by="member:bo", at=LATER)
    assert Handoff.objects.get().owner == maya
    assert Fact.objects.filter(verb="assigned_handoff").count() == 1


def test_what_is_resolved_is_given_to_nobody(application):
    handoff = opened(application)
    handoffs.resolve(handoff, by="member:m1", at=LATER)
    assert not handoffs.assign(handoff, member_of(application), by="member:m1", at=LATER)


# --- undoing -----------------------------------------------------------------------------------


def test_within_the_time_to_undo_nothing_that_was_held_is_due(application):
    handoff, touch = opened(application), held(application)
    handoffs.resolve(handoff, by="member:m1", at=LATER, undo=handoffs.UNDO)
    touch.refresh_from_db()
    assert touch.due_at == LATER + handoffs.UNDO
    assert touch.held_for == "frozen"


def test_opened_again_automation_is_silent_again(application):
    handoff = opened(application)
    before = handoff.freeze_id
    handoffs.resolve(handoff, by="member:m1", at=LATER)
    found = handoffs.reopen(handoff, by="member:m1", at=LATER + timedelta(seconds=5))
    assert (found.handoff.id, found.left) == (handoff.id, [])
    assert (found.handoff.resolved_at, found.handoff.resolved_by) == (None, "")
    assert found.handoff.freeze_id != before
    assert application.candidate_id in freezes.standing([application.candidate_id], now=LATER)


def test_where_nothing_was_silent_nothing_is(application):
    handoff = opened(application, "unreachable")
    handoffs.resolve(handoff, by="member:m1", at=LATER)
    assert handoffs.reopen(handoff, by="member:m1", at=LATER).handoff.freeze_id is None
    assert not Freeze.objects.exists()


def test_what_is_open_is_not_opened_again(application):
    handoff = opened(application)
    assert handoffs.reopen(handoff, by="member:m1", at=LATER).handoff == handoff
    assert not Fact.objects.filter(verb="reopened_handoff").exists()


def test_another_one_that_was_opened_since_stands_for_it(application):
    first = opened(application)
    handoffs.resolve(first, by="member:m1", at=LATER)
    second = opened(application)
    assert handoffs.reopen(first, by="member:m1", at=LATER).handoff == second
    assert Handoff.objects.filter(resolved_at=None).count() == 1


def said(application, touch, *, at, delivery=""):
    return Message.objects.create(
        organization=application.organization, candidate=application.candidate, direction="out",
        channel="sms", sender_id=uuid7(), touch_id=touch.id, body="Hi", at=at, delivery=delivery,
    )  # fmt: skip


def test_what_automation_said_meanwhile_is_named(application):
    handoff = opened(application)
    handoffs.resolve(handoff, by="member:m1", at=LATER)
    after = LATER + timedelta(seconds=4)
    by_map, by_member = held(application), held(application, key="m", origin="member")
    left = said(application, by_map, at=after)
    said(application, by_map, at=LATER - timedelta(seconds=1))
    said(application, by_map, at=after, delivery="not_sent")
    said(application, by_member, at=after)
    assert handoffs.reopen(handoff, by="member:m1", at=after).left == [left]
