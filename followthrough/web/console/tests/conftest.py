"""Somebody who is signed in, and somebody who is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.people.models import Connection, Scope
from tests import world


def member_of(organization: Organization, role: str = Role.OWNER) -> Member:
    """A new user with a place in the organization."""
    user = User.objects.create(email=f"{role}@{organization.slug}.example", name="Maya")
    return Member.objects.create(organization=organization, user=user, role=role)


def signed_in(member: Member) -> Client:
    """A browser in which the member has signed in."""
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def organization(db: None) -> Organization:
    return world.organization()


@pytest.fixture
def owner(organization: Organization) -> Client:
    return signed_in(member_of(organization))


@pytest.fixture
def count_queries(django_assert_max_num_queries: Any) -> Any:
    def count(act: Any) -> int:
        with django_assert_max_num_queries(100) as found:
            act()
        return len(found)

    return count


@pytest.fixture
def ats(organization: Organization) -> Connection:
    return world.connection(organization)


@pytest.fixture
def narrow(ats: Connection) -> Member:
    """Somebody who works for one site."""
    member = member_of(ats.organization, Role.RECRUITER)
    site = world.site(ats.organization, name="Reno")
    Scope.objects.create(organization=ats.organization, member=member, site=site)
    return member
