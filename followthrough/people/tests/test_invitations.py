"""Invitations: one person, once, for seven days, with what was promised and nothing more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from followthrough.accounts import members
from followthrough.accounts.models import Invitation, Member, Organization, Role, User
from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.people import invitations, scopes
from followthrough.people.invitations import InvitedAlready, Unusable
from followthrough.people.models import Scope, Site
from followthrough.people.scopes import Width
from tests import world

pytestmark = pytest.mark.django_db
BOSS = Actor("member", "the-boss")
PASSWORD = "four words make one"


@pytest.fixture
def organization() -> Organization:
    return world.organization()


def invite(organization: Organization, email: str = "ada@example.org", **given):
    return invitations.invite(
        organization=organization, email=email, **{"role": Role.RECRUITER, "by": BOSS, **given}
    )


def user(email: str = "ada@example.org") -> User:
    return User.objects.create(email=email, name="Ada Obi")


def newly(token: str) -> Member:
    return invitations.accept_newly(token, name="Ada Obi", password=PASSWORD)


def unusable(token: str) -> str:
    with pytest.raises(Unusable) as told:
        invitations.find(token)
    with pytest.raises(Unusable) as again:
        newly(token)
    assert told.value.code == again.value.code
    assert not User.objects.filter(email="ada@example.org", memberships=None).exists()
    return told.value.code


def test_somebody_new_joins_once_as_was_promised(organization: Organization) -> None:
    site = world.site(organization)
    token = invite(organization, "Ada@Example.org ", width=Width(frozenset({site.id}))).token
    ada = newly(token)
    assert (ada.user.email, ada.user.name, ada.role) == (
        "ada@example.org", "Ada Obi", Role.RECRUITER
    )  # fmt: skip
    assert ada.user.check_password(PASSWORD)
    assert [one.site for one in Scope.objects.filter(member=ada)] == [site]
    assert unusable(token) == "used"


def test_each_step_is_on_record_with_who_did_it(organization: Organization) -> None:
    made = invite(organization)
    renewed = invitations.renew(made.invitation, by=BOSS)
    ada = newly(renewed.token)
    invitations.withdraw(invite(organization, "b@example.org").invitation, by=BOSS)
    told = [(one.verb, one.actor_kind, one.actor_id) for one in Fact.objects.order_by("id")]
    assert told == [
        ("invited_member", "member", "the-boss"),
        ("renewed_invitation", "member", "the-boss"),
        ("accepted_invitation", "member", str(ada.id)),
        ("invited_member", "member", "the-boss"),
        ("withdrew_invitation", "member", "the-boss"),
    ]
    assert "ada@example.org" not in str(list(Fact.objects.values_list("why", flat=True)))


def test_only_the_hash_of_the_link_is_kept(organization: Organization) -> None:
    made = invite(organization)
    row = Invitation.objects.filter(id=made.invitation.id).values().get()
    assert made.token not in str(row)
    with pytest.raises(Unusable):
        invitations.find(row["token_hash"])


def test_a_link_that_nobody_made_lets_nobody_in(organization: Organization) -> None:
    invite(organization)
    assert unusable("guessed") == "unknown"
    assert unusable("") == "unknown"


def test_a_withdrawn_invitation_lets_nobody_in(organization: Organization) -> None:
    made = invite(organization)
    assert invitations.withdraw(made.invitation, by=BOSS)
    assert not invitations.withdraw(made.invitation, by=BOSS)
    assert unusable(made.token) == "withdrawn"
    assert invitations.renew(made.invitation, by=BOSS) is None  # nor does it come back


def test_after_seven_days_it_lets_nobody_in_whatever_the_business_clock_says(
    organization: Organization,
) -> None:
    made = invite(organization)
    assert made.invitation.expires_at - clock.wall() > timedelta(days=6, hours=23)
    Invitation.objects.update(expires_at=clock.wall() - timedelta(seconds=1))
    with clock.at(world.NOON - timedelta(days=900)):
        assert unusable(made.token) == "expired"


def test_a_new_link_takes_the_place_of_the_old_one(organization: Organization) -> None:
    old = invite(organization)
    Invitation.objects.update(expires_at=clock.wall() - timedelta(days=1))
    new = invitations.renew(old.invitation, by=BOSS)
    assert unusable(old.token) == "unknown"
    assert newly(new.token).role == Role.RECRUITER


def test_nobody_is_invited_twice(organization: Organization) -> None:
    invite(organization)
    with pytest.raises(InvitedAlready, match="still open"):
        invite(organization, "ADA@example.org", role=Role.OWNER)
    assert Invitation.objects.get().role == Role.RECRUITER
    invite(world.organization())  # another company may


def test_an_expired_invitation_gives_way_to_a_new_one(organization: Organization) -> None:
    invite(organization)
    Invitation.objects.update(expires_at=clock.wall() - timedelta(days=1))
    invite(organization, role=Role.COMPLIANCE)
    assert [one.role for one in invitations.opened(organization)] == [Role.COMPLIANCE]


def test_a_member_is_not_invited(organization: Organization) -> None:
    members.join(user(), organization=organization, role=Role.OWNER)
    with pytest.raises(members.AlreadyMember):
        invite(organization)


def test_nothing_of_another_company_can_be_promised(organization: Organization) -> None:
    elsewhere = world.site(world.organization())
    for width in (
        Width(frozenset({elsewhere.id})),
        Width(frozenset({uuid4()})),
        Width(teams=frozenset({"Nobody"})),
    ):
        with pytest.raises(ValueError):
            invite(organization, width=width)
    with pytest.raises(ValueError):
        invite(organization, role="god")
    assert not Invitation.objects.exists()


def test_whoever_has_an_account_joins_with_it(organization: Organization) -> None:
    ada, token = user(), invite(organization).token
    with pytest.raises(Unusable) as told:
        newly(token)  # the address is taken: they must sign in
    assert told.value.code == "known"
    assert invitations.accept(token, user=ada).organization == organization
    assert User.objects.count() == 1


def test_nobody_uses_the_link_of_somebody_else(organization: Organization) -> None:
    token = invite(organization).token
    with pytest.raises(Unusable) as told:
        invitations.accept(token, user=user("mallory@example.org"))
    assert told.value.code == "other"
    assert not Member.objects.exists()
    assert invitations.find(token)  # and it is still good for whom it is meant


def test_an_invitation_lowers_nobody_who_came_back_meanwhile(organization: Organization) -> None:
    ada = members.join(user(), organization=organization, role=Role.OWNER)
    members.join(user("b@example.org"), organization=organization, role=Role.OWNER)
    members.end(ada, by=BOSS)
    token = invite(organization).token
    members.restore(ada, by=BOSS)
    with pytest.raises(members.AlreadyMember):
        invitations.accept(token, user=ada.user)
    ada.refresh_from_db()
    assert ada.role == Role.OWNER


def test_an_old_scope_does_not_come_back(organization: Organization) -> None:
    team = world.requisition(world.connection(organization), team="Night").team
    ada = members.join(user(), organization=organization, role=Role.RECRUITER)
    scopes.put(ada, Width(frozenset({world.site(organization).id})))
    members.end(ada, by=BOSS)
    token = invite(organization, width=Width(teams=frozenset({team}))).token
    assert scopes.of(invitations.accept(token, user=ada.user)) == Width(teams=frozenset({team}))


def test_sites_that_are_gone_never_become_the_whole_company(organization: Organization) -> None:
    gone, stays = world.site(organization), world.site(organization)
    both = invite(organization, "b@example.org", width=Width(frozenset({gone.id, stays.id})))
    only = invite(organization, width=Width(frozenset({gone.id})))
    Site.objects.filter(id=gone.id).delete()
    ada = user()
    with pytest.raises(Unusable) as told:
        invitations.accept(only.token, user=ada)
    assert told.value.code == "narrow"
    joined = invitations.accept(both.token, user=user("b@example.org"))
    assert scopes.of(joined) == Width(frozenset({stays.id}))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_only_one_gets_in() -> None:
    token = invite(world.organization()).token

    def try_it(_):
        try:
            return newly(token)
        except Unusable:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(try_it, range(8)))
    assert sum(one is not None for one in found) == 1
    assert User.objects.count() == Member.objects.count() == 1
