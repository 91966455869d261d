"""The page of an invitation's link: for one person, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from followthrough.accounts.models import Invitation, Member, Organization, Role, User
from followthrough.audit.facts import SYSTEM
from followthrough.core import clock
from followthrough.people import invitations
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db
PASSWORD = "four words make one"
GIVEN = {"name": "Ada Obi", "password": PASSWORD, "again": PASSWORD}


def link(organization: Organization, email: str = "ada@example.org") -> str:
    made = invitations.invite(
        organization=organization, email=email, name="Ada", role=Role.RECRUITER, by=SYSTEM
    )
    return f"/invitations/{made.token}"


def test_a_name_and_a_password_and_they_are_in(organization: Organization) -> None:
    path, client = link(organization), Client()
    answer = client.get(path)
    page = answer.content.decode()
    assert f"Join {organization.name}" in page
    assert "<strong>Recruiter</strong>" in page
    assert 'value="Ada"' in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Member.objects.exists()  # a mail scanner that opens it changes nothing
    assert client.post(path, GIVEN).headers["Location"] == "/"
    shown = client.get("/").content.decode()
    assert "Ada Obi" in shown
    assert Client().post(
        "/sign-in/", {"login": "ada@example.org", "password": PASSWORD}
    ).status_code == 302  # fmt: skip


def test_a_used_link_says_so(organization: Organization) -> None:
    path = link(organization)
    Client().post(path, GIVEN)
    for answer in (Client().get(path), Client().post(path, {**GIVEN, "name": "Mallory"})):
        assert answer.status_code == 410
        assert "it was used already" in answer.content.decode()
    assert not User.objects.filter(name="Mallory").exists()


def test_an_old_a_withdrawn_and_a_guessed_link_say_so(organization: Organization) -> None:
    old = link(organization)
    Invitation.objects.update(expires_at=clock.wall() - timedelta(seconds=1))
    gone = link(organization, "b@example.org")
    invitations.withdraw(Invitation.objects.get(email="b@example.org"), by=SYSTEM)
    for path, why in ((old, "seven days"), (gone, "withdrawn"), ("/invitations/x", "not exist")):
        answer = Client().post(path, GIVEN)
        assert answer.status_code == 410
        assert why in answer.content.decode()
    assert not User.objects.exists()


def test_nobody_gives_themselves_more_than_they_were_given(organization: Organization) -> None:
    elsewhere = world.organization()
    more = {"role": "owner", "email": "boss@example.org", "organization": str(elsewhere.id)}
    Client().post(link(organization), {**GIVEN, **more, "is_active": "1", "works_for": "all"})
    ada = Member.objects.get()
    assert (ada.role, ada.user.email, ada.organization) == (
        Role.RECRUITER, "ada@example.org", organization
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "ada@example.org", "again": "ada@example.org"}, "too similar"),
        ({"again": "something else"}, "not the same password"),
        ({"name": " "}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(
    organization: Organization, wrong: dict[str, str], said: str
) -> None:
    path = link(organization)
    answer = Client().post(path, {**GIVEN, **wrong})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert Client().post(path, GIVEN).status_code == 302


def test_whoever_has_an_account_signs_in_and_joins_without_a_new_password(
    organization: Organization,
) -> None:
    theirs = member_of(world.organization(name="Another"))
    theirs.user.set_password(PASSWORD)
    theirs.user.save()
    path, client = link(organization, theirs.user.email), Client()
    page = client.get(path).content.decode()
    assert f'href="/sign-in/?next=%2Finvitations%2F{path.split("/")[2]}"' in page
    assert 'name="password"' not in page
    assert client.post(path, GIVEN).status_code == 200  # not by a password chosen here
    given = {"login": theirs.user.email, "password": PASSWORD, "next": path}
    assert client.post("/sign-in/", given).headers["Location"] == path
    assert client.post(path).headers["Location"] == "/"
    assert organization.name in client.get("/").content.decode()
    theirs.user.refresh_from_db()
    assert theirs.user.check_password(PASSWORD)


def test_nobody_uses_the_link_of_somebody_else(organization: Organization) -> None:
    mallory = signed_in(member_of(world.organization()))
    path = link(organization)
    assert "for another mail address" in mallory.get(path).content.decode()
    assert mallory.post(path, GIVEN).status_code == 403
    assert not Member.objects.filter(organization=organization).exists()
    assert Client().post(path, GIVEN).status_code == 302
