"""Settings: one's own account, who may do what, and the company."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.web import permissions
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world
from tests.routes import URLS

pytestmark = pytest.mark.django_db


def test_the_rail_has_it_and_only_owners_see_the_members(organization: Organization) -> None:
    owner = signed_in(member_of(organization)).get("/settings/").content.decode()
    other = signed_in(member_of(organization, Role.OPERATIONS)).get("/settings/").content.decode()
    for page in (owner, other):
        assert re.search(r'<a href="/settings/" aria-current="page">', page)
    assert 'href="/settings/members/"' in owner
    assert 'href="/settings/members/"' not in other


def test_a_name_and_a_language_are_kept(organization: Organization, settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]
    member = member_of(organization)
    client = signed_in(member)
    given = {"name": "Maya L", "language": "es", "email": "x@example.org", "is_active": ""}
    assert client.post("/settings/", given).status_code == 302
    user = User.objects.get(id=member.user_id)
    assert (user.name, user.language, user.email, user.is_active) == (
        "Maya L", "es", member.user.email, True
    )  # fmt: skip
    assert '<html lang="es">' in client.get("/settings/").content.decode()
    wrong = client.post("/settings/", {"name": "", "language": "tlh"})
    assert wrong.status_code == 400
    assert User.objects.get(id=member.user_id).language == "es"
    assert '<html lang="en">' in Client().get("/sign-in/").content.decode()
    settings.LANGUAGES = [("en", "English")]  # a language that is gone is spoken no more
    page = client.get("/settings/").content.decode()
    assert '<html lang="en">' in page
    assert 'name="language"' not in page


def test_letter_keys_can_be_switched_off_and_on(organization: Organization) -> None:
    member = member_of(organization)
    client = signed_in(member)
    before = client.get("/settings/").content.decode()
    assert 'data-keys="on"' in before
    assert 'aria-keyshortcuts="/"' in before
    client.post("/settings/", {"name": "Maya"})
    off = client.get("/settings/").content.decode()
    assert 'data-keys="off"' in off
    assert "aria-keyshortcuts" not in off
    assert "<kbd>j</kbd>" not in off
    assert "you have switched them off" in off
    client.post("/settings/", {"name": "Maya", "letter_keys": "on"})
    assert 'data-keys="on"' in client.get("/settings/").content.decode()


def test_signing_out_everywhere_else(organization: Organization) -> None:
    member = member_of(organization)
    here, elsewhere = signed_in(member), signed_in(member)
    assert elsewhere.get("/settings/sign-out-elsewhere").status_code == 405
    here.post("/settings/sign-out-elsewhere")
    assert "signed out everywhere else" in here.get("/settings/").content.decode()
    assert elsewhere.get("/").status_code == 302


@pytest.mark.urls(URLS)
def test_the_table_is_the_matrix(owner: Client, settings) -> None:
    page = owner.get("/settings/roles").content.decode()
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    shown = {said: re.findall(r'class="unseen">(yes|no)', cells) for said, cells in rows}
    expected = {
        str(one.said): ["yes" if role in one.roles else "no" for role in permissions.COLUMNS]
        for one in permissions.ABILITIES
        if one.code not in ("develop", "demo")  # neither is here
    }
    assert shown == expected
    settings.DEMO = True
    assert "Use the demo" in owner.get("/settings/roles").content.decode()


def test_the_company_is_named_with_the_zone_of_whoever_looks(owner: Client) -> None:
    owner.cookies["zone"] = "America/New_York"
    page = owner.get("/settings/organization").content.decode()
    assert "New York" in page
    assert "Followthrough 0." in page


def in_two(organization: Organization) -> tuple[Member, Member]:
    first = member_of(organization, Role.RECRUITER)
    other = world.organization(name="Zephyr")
    second = Member.objects.create(organization=other, user=first.user, role=Role.OWNER)
    return first, second


def test_whoever_works_in_two_companies_chooses(organization: Organization) -> None:
    first, second = in_two(organization)
    client = signed_in(first)
    page = client.get("/settings/").content.decode()
    assert "Go to Zephyr" in page
    assert f"Recruiter · {organization.name}" in page
    assert client.get("/settings/members/").status_code == 403
    path = f"/settings/switch/{second.organization_id}"
    assert client.get(path).status_code == 405
    assert client.post(path).headers["Location"] == "/"
    assert "Owner · Zephyr" in client.get("/settings/").content.decode()
    assert client.get("/settings/members/").status_code == 200


def test_nobody_switches_to_a_company_they_do_not_work_in(organization: Organization) -> None:
    first, second = in_two(organization)
    client = signed_in(first)
    theirs = world.organization()
    assert client.post(f"/settings/switch/{theirs.id}").status_code == 404
    session = client.session
    session["organization"] = str(theirs.id)  # even if a session said so
    session.save()
    assert f"Recruiter · {organization.name}" in client.get("/settings/").content.decode()
    client.post(f"/settings/switch/{second.organization_id}")
    second.ended_at = world.NOON
    second.save()
    assert f"Recruiter · {organization.name}" in client.get("/settings/").content.decode()
    assert "Zephyr" not in client.get("/settings/").content.decode()


def test_few_questions_to_the_database(owner: Client, django_assert_num_queries) -> None:
    for path in ("/settings/", "/settings/roles", "/settings/organization"):
        with django_assert_num_queries(7):  # session, user, places of work, clock; the frame: three
            owner.get(path)
