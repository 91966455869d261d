"""The first owner, and a password for whoever gets no mail: by a link, on the command line."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from followthrough.accounts.models import Invitation, Member, Organization, Role, User
from followthrough.audit.models import Fact
from followthrough.web.console.tests.conftest import member_of
from tests import world

pytestmark = pytest.mark.django_db
PASSWORD = "four words make one"
GIVEN = {"name": "Maya", "password": PASSWORD, "again": PASSWORD}
ASKED = {"organization": "Northwind", "country": "us", "email": "Maya@Northwind.example"}


def said(command: str, **given: str) -> str:
    out = StringIO()
    call_command(command, stdout=out, **given)
    return out.getvalue()


def path(text: str) -> str:
    found = re.search(r"^http://localhost:8000(/\S+)$", text, re.MULTILINE)
    assert found
    return found[1]


def test_the_first_owner_is_invited_and_gets_in() -> None:
    link = path(said("owner", **ASKED))
    assert not User.objects.exists()  # and so there is no password either
    client = Client()
    client.post(link, GIVEN)
    maya = Member.objects.get()
    assert (maya.role, maya.user.email) == (Role.OWNER, "maya@northwind.example")
    assert (maya.organization.name, maya.organization.country) == ("Northwind", "US")
    assert client.get("/settings/members/").status_code == 200
    assert Fact.objects.order_by("id").first().actor_kind == "operator"


def test_asked_again_the_first_link_is_dead_and_the_company_is_the_same() -> None:
    first, second = (path(said("owner", **ASKED)) for _ in range(2))
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    assert Organization.objects.count() == 1
    said("owner", **{**ASKED, "organization": "northwind", "email": "sam@northwind.example"})
    assert Organization.objects.count() == 1


def test_two_companies_of_like_names_have_their_own_slugs() -> None:
    for name in ("Café", "Cafe", "!!!"):
        said("owner", organization=name, country="US", email="a@example.org")
    slugs = set(Organization.objects.values_list("slug", flat=True))
    assert slugs == {"cafe", "cafe-2", "organization"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"country": ""}, "say where it is"),
        ({"country": "USA"}, "two letters"),
        ({"email": "maya"}, "is not a mail address"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(given: dict[str, str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        said("owner", **{**ASKED, **given})
    assert not Organization.objects.exists()
    assert not Invitation.objects.exists()


def test_whoever_is_a_member_needs_a_password_and_not_an_invitation() -> None:
    organization = world.organization()
    member = member_of(organization)
    with pytest.raises(CommandError, match="followthrough password --email"):
        said("owner", organization=organization.name, email=member.user.email)
    with pytest.raises(CommandError, match="Nobody here signs in"):
        said("password", email="nobody@example.org")
    link = path(said("password", email=member.user.email))
    client = Client()
    form = client.get(link, follow=True).request["PATH_INFO"]
    new = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(form, new).headers["Location"] == "/"
    assert Client().get(link, follow=True).context["token_fail"]
