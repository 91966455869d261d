"""Members: who changes what is on record, and an owner always remains."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from followthrough.accounts import members
from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.core.errors import Explained
from tests import world

pytestmark = pytest.mark.django_db
BOSS = Actor("member", "the-boss")


def member(organization: Organization, role: str = Role.OWNER, name: str = "Maya") -> Member:
    user = User.objects.create(email=f"{name.lower()}@{organization.slug}.example", name=name)
    return members.join(user, organization=organization, role=role)


@pytest.fixture
def organization() -> Organization:
    return world.organization()


def facts() -> list[tuple[str, str, dict]]:
    return [(one.verb, one.actor_id, one.why) for one in Fact.objects.order_by("id")]


def test_another_role_is_a_fact_with_its_actor(organization: Organization) -> None:
    sam = member(organization, Role.RECRUITER)
    assert members.change_role(sam, to=Role.COORDINATOR, by=BOSS)
    assert not members.change_role(sam, to=Role.COORDINATOR, by=BOSS)
    assert facts() == [("changed_role", "the-boss", {"from": "recruiter", "to": "coordinator"})]
    assert Fact.objects.get().subject_id == sam.id


def test_a_role_that_does_not_exist_is_given_to_nobody(organization: Organization) -> None:
    with pytest.raises(ValueError):
        members.change_role(member(organization, Role.RECRUITER), to="god", by=BOSS)


@pytest.mark.parametrize(
    "deed",
    [
        lambda maya: members.change_role(maya, to=Role.RECRUITER, by=BOSS),
        lambda maya: members.end(maya, by=BOSS),
    ],
    ids=["demoted", "ended"],
)
def test_the_only_owner_remains(organization: Organization, deed) -> None:
    maya = member(organization)
    member(world.organization(), name="Elsewhere")  # an owner of another does not count
    with pytest.raises(Explained) as told:
        deed(maya)
    assert str(told.value) == (
        "Maya: they are the only owner, and without one nobody could let anybody in."
        " Make somebody else an owner first."
    )
    maya.refresh_from_db()
    assert (maya.role, maya.ended_at, facts()) == (Role.OWNER, None, [])
    member(organization, name="Sam")
    assert deed(maya)


def test_an_owner_whose_access_has_ended_does_not_count(organization: Organization) -> None:
    maya, sam = member(organization), member(organization, name="Sam")
    members.end(sam, by=BOSS)
    with pytest.raises(members.LastOwner):
        members.end(maya, by=BOSS)


def test_ended_access_can_be_given_back_as_it_was(organization: Organization) -> None:
    sam = member(organization, Role.RECRUITER)
    before = sam.user.get_session_auth_hash()
    assert members.end(sam, by=BOSS)
    assert not members.end(sam, by=BOSS)
    sam.user.refresh_from_db()
    assert sam.user.get_session_auth_hash() != before
    assert not Member.objects.filter(id=sam.id).exists()
    assert members.restore(sam, by=BOSS)
    assert not members.restore(sam, by=BOSS)
    assert Member.objects.get(id=sam.id).role == Role.RECRUITER
    assert [verb for verb, _actor, _why in facts()] == ["ended_access", "restored_access"]


def test_whoever_comes_back_has_the_same_place(organization: Organization) -> None:
    sam = member(organization, Role.RECRUITER)
    with pytest.raises(members.AlreadyMember, match="they work in Northwind"):
        members.join(sam.user, organization=organization, role=Role.OWNER)
    members.end(sam, by=BOSS)
    again = members.join(sam.user, organization=organization, role=Role.COMPLIANCE)
    assert (again.id, again.role, again.ended_at) == (sam.id, Role.COMPLIANCE, None)


def test_being_here_is_noted_once_an_hour(
    organization: Organization, django_assert_num_queries
) -> None:
    sam = member(organization, Role.RECRUITER)
    members.seen(sam)
    sam.refresh_from_db()
    assert sam.seen_at
    with django_assert_num_queries(0):
        members.seen(sam)
    sam.seen_at = clock.wall() - timedelta(hours=2)
    with django_assert_num_queries(1):
        members.seen(sam)


def test_two_users_never_share_an_address() -> None:
    with pytest.raises(IntegrityError):
        User.objects.create(email="Ada@example.org", name="Ada")


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_at_once_leave_one() -> None:
    organization = world.organization()
    maya, sam = (member(organization, name=name) for name in ("Maya", "Sam"))

    def remove_sam() -> bool:
        try:
            return members.end(sam, by=BOSS)
        except members.LastOwner:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert members.end(maya, by=BOSS)
            second = pool.submit(remove_sam)
            while not second.done() and not somebody_waits():
                time.sleep(0.01)
        assert second.result() is False
    assert Member.objects.get(organization=organization).id == sam.id


def somebody_waits() -> bool:
    """Whether another connection waits for a lock of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or it shows the same for ever
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]
