"""What a member works for, in rows and in words."""

from __future__ import annotations

import pytest
from django.db.models import ProtectedError

from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit.facts import Actor
from followthrough.audit.models import Fact
from followthrough.people import scopes
from followthrough.people.models import Scope
from followthrough.people.scopes import Width
from tests import world

pytestmark = pytest.mark.django_db
BOSS = Actor("member", "the-boss")


@pytest.fixture
def organization() -> Organization:
    return world.organization()


@pytest.fixture
def sam(organization: Organization) -> Member:
    user = User.objects.create(email="sam@example.org", name="Sam")
    return Member.objects.create(organization=organization, user=user, role=Role.RECRUITER)


def test_another_scope_is_a_fact_with_its_actor(organization: Organization, sam: Member) -> None:
    site = world.site(organization)
    world.requisition(world.connection(organization), team="Night")
    to = Width(frozenset({site.id}), frozenset({"Night"}))
    assert scopes.widen_or_narrow(sam, to=to, by=BOSS)
    assert not scopes.widen_or_narrow(sam, to=to, by=BOSS)
    assert scopes.of(sam) == to
    fact = Fact.objects.get()
    assert (fact.verb, fact.actor_id, fact.subject_id) == ("changed_scope", "the-boss", sam.id)
    assert fact.why == {"sites": [str(site.id)], "teams": ["Night"]}
    assert scopes.widen_or_narrow(sam, to=scopes.EVERYTHING, by=BOSS)
    assert not Scope.objects.exists()


def test_nothing_of_another_company_is_given(sam: Member) -> None:
    theirs = world.site(world.organization())
    with pytest.raises(ValueError):
        scopes.widen_or_narrow(sam, to=Width(frozenset({theirs.id})), by=BOSS)


def test_names_stand_in_the_order_of_sites_then_teams(organization: Organization) -> None:
    sites = [world.site(organization, name=name) for name in ("Columbus", "Reno")]
    wide = Width(frozenset({one.id for one in sites}), frozenset({"Night", "Day"}))
    assert scopes.names(wide, sites) == ["Columbus", "Reno", "Day", "Night"]
    assert scopes.names(scopes.EVERYTHING, sites) == []


def test_a_site_that_somebody_is_limited_to_cannot_vanish(
    organization: Organization, sam: Member
) -> None:
    site = world.site(organization)
    scopes.put(sam, Width(frozenset({site.id})))
    with pytest.raises(ProtectedError):  # or they would work for the whole company
        site.delete()
