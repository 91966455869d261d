"""Members: invited, changed and let go, by owners only, and each change on record."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from followthrough.accounts.models import Invitation, Member, Organization, Role
from followthrough.audit.models import Fact
from followthrough.people import scopes
from followthrough.people.scopes import Width
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db
ADA = {"email": "Ada@Example.org", "name": "Ada", "role": "recruiter", "works_for": "all"}


@pytest.fixture
def maya(organization: Organization) -> Member:
    return member_of(organization)


@pytest.fixture
def client(maya: Member) -> Client:
    return signed_in(maya)


def colleague(organization: Organization, role: str = Role.RECRUITER) -> Member:
    made = member_of(organization, role)
    made.user.name = "Sam"
    made.user.save()
    return made


def link(page: str) -> str:
    found = re.search(r'value="http://localhost:8000(/invitations/[^"]+)"', page)
    assert found
    return found[1]


def verbs() -> list[str]:
    return list(Fact.objects.order_by("id").values_list("verb", flat=True))


def test_the_list_says_who_does_what_for_whom(client: Client, organization: Organization) -> None:
    sam = colleague(organization)
    scopes.put(sam, Width(frozenset({world.site(organization, name="Reno").id})))
    page = client.get("/settings/members/").content.decode()
    assert "2 people work here" in page
    assert "works for Reno" in page
    assert "works for the whole company" in page
    assert "not seen yet" in page
    assert "Nobody is invited just now." in page
    signed_in(sam)
    assert "not seen yet" not in client.get("/settings/members/").content.decode()


def test_where_no_mail_leaves_the_link_is_shown_once(client: Client) -> None:
    answer = client.post("/settings/members/invite", ADA)
    page = answer.content.decode()
    assert "sends no mail, so hand the link over yourself" in page
    assert "no-store" in answer.headers["Cache-Control"]
    path = link(page)
    assert path not in client.get("/settings/members/").content.decode()
    assert "ada@example.org" in client.get("/settings/members/").content.decode()
    assert Client().get(path).status_code == 200
    assert mail.outbox == []


def test_where_mail_leaves_the_link_is_only_in_the_mail(client: Client, settings) -> None:
    settings.MAIL = "smtp"
    page = client.post("/settings/members/invite", ADA).content.decode()
    assert "A mail with the link is on its way" in page
    assert "/invitations/" not in page.replace("/settings/invitations/", "")
    [sent] = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert sent.subject.startswith("Join Northwind")
    path = re.search(r"http://localhost:8000(/invitations/\S+)", sent.body)
    assert Client().get(path[1]).status_code == 200


def test_a_mail_that_does_not_leave_is_said_and_the_link_is_shown(client: Client, settings) -> None:
    settings.MAIL = "smtp"
    settings.EMAIL_BACKEND = "followthrough.web.console.tests.test_passwords.Away"
    page = client.post("/settings/members/invite", ADA).content.decode()
    assert "did not take the mail" in page
    assert Client().get(link(page)).status_code == 200


def test_an_invitation_with_sites_and_teams(client: Client, organization: Organization) -> None:
    site = world.site(organization, name="Reno")
    world.requisition(world.connection(organization), team="Night")
    some = {**ADA, "works_for": "some"}
    nothing = client.post("/settings/members/invite", some)
    assert nothing.status_code == 400
    assert "Choose at least one site or team" in nothing.content.decode()
    client.post("/settings/members/invite", {**some, "sites": [str(site.id)], "teams": ["Night"]})
    assert "works for Reno, Night" in client.get("/settings/members/").content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"role": "god"}, "not one of the available choices"),
        ({"role": ""}, "required"),
        ({"email": "ada"}, "valid email"),
        ({"works_for": ""}, "required"),
        ({"works_for": "some", "sites": ["0199d1f0-0000-7000-8000-000000000000"]}, "not one of"),
        ({"works_for": "some", "teams": ["Nobody"]}, "not one of"),
        (
            {"works_for": "some", "teams": ["Night"], "role": "owner"},
            "An owner works for the whole",
        ),
    ],
)
def test_nonsense_invites_nobody(
    client: Client, organization: Organization, given: dict, said: str
) -> None:
    world.requisition(world.connection(organization), team="Night")
    answer = client.post("/settings/members/invite", {**ADA, **given})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice(client: Client, maya: Member) -> None:
    client.post("/settings/members/invite", ADA)
    again = client.post("/settings/members/invite", {**ADA, "role": "owner"})
    assert again.status_code == 400
    assert "an invitation for this address that is still open" in again.content.decode()
    member = client.post("/settings/members/invite", {**ADA, "email": maya.user.email})
    assert "they work in Northwind" in member.content.decode()
    assert Invitation.objects.get().role == Role.RECRUITER


def test_a_new_link_and_the_end_of_an_invitation(client: Client) -> None:
    old = link(client.post("/settings/members/invite", ADA).content.decode())
    key = Invitation.objects.get().id
    new = link(client.post(f"/settings/invitations/{key}/renew").content.decode())
    assert Client().get(old).status_code == 410
    assert Client().get(new).status_code == 200
    client.post(f"/settings/invitations/{key}/withdraw")
    assert Client().get(new).status_code == 410
    assert client.post(f"/settings/invitations/{key}/renew").status_code == 302
    assert "no longer open" in client.get("/settings/members/").content.decode()
    assert verbs() == ["invited_member", "renewed_invitation", "withdrew_invitation"]


def test_role_and_scope_change_together_and_count_at_once(
    client: Client, organization: Organization
) -> None:
    sam = colleague(organization)
    theirs, site = signed_in(sam), world.site(organization)
    given = {"role": "compliance", "works_for": "some", "sites": [str(site.id)]}
    assert client.post(f"/settings/members/{sam.id}", given).status_code == 302
    sam.refresh_from_db()
    assert (sam.role, scopes.of(sam).sites) == (Role.COMPLIANCE, {site.id})
    assert "Compliance" in theirs.get("/settings/").content.decode()
    assert verbs() == ["changed_role", "changed_scope"]
    assert {one.actor_kind for one in Fact.objects.all()} == {"member"}


def test_nobody_raises_themselves_by_posting_a_role(organization: Organization) -> None:
    sam = colleague(organization)
    theirs = signed_in(sam)
    for path, given in (
        (f"/settings/members/{sam.id}", {"role": "owner", "works_for": "all"}),
        ("/settings/", {"name": "Sam", "role": "owner"}),
        ("/settings/members/invite", {**ADA, "role": "owner"}),
    ):
        theirs.post(path, given)
    sam.refresh_from_db()
    assert sam.role == Role.RECRUITER
    assert not Invitation.objects.exists()
    assert verbs() == []


def test_the_only_owner_cannot_leave_or_step_down(client: Client, maya: Member) -> None:
    path = f"/settings/members/{maya.id}"
    assert client.post(path, {"role": "recruiter"}).headers["Location"] == path
    page = client.get(path).content.decode()
    assert "Maya: they are the only owner" in page
    assert "Make somebody else an owner first." in page
    assert client.post(f"{path}/end").headers["Location"] == path
    assert "they are the only owner" in client.get(path).content.decode()
    maya.refresh_from_db()
    assert (maya.role, maya.ended_at) == (Role.OWNER, None)


def test_an_owner_who_steps_down_is_led_where_they_may_be(
    client: Client, organization: Organization, maya: Member
) -> None:
    sam = colleague(organization)
    client.post(f"/settings/members/{sam.id}", {"role": "owner"})
    answer = client.post(f"/settings/members/{maya.id}", {"role": "recruiter"})
    assert answer.headers["Location"] == "/settings/"
    assert client.get("/settings/").status_code == 200
    assert client.get("/settings/members/").status_code == 403


def test_ended_access_ends_at_once_and_can_be_undone(
    client: Client, organization: Organization
) -> None:
    sam = colleague(organization)
    theirs = signed_in(sam)
    assert (
        client.post(f"/settings/members/{sam.id}/end").headers["Location"] == "/settings/members/"
    )
    assert theirs.get("/").status_code == 302
    page = client.get("/settings/members/").content.decode()
    assert "Sam has no access any more." in page
    assert f'action="/settings/members/{sam.id}/restore"' in page
    assert client.get(f"/settings/members/{sam.id}").status_code == 404
    sam.user.refresh_from_db()
    assert "You work in no company here" in signed_in(sam).get("/").content.decode()
    client.post(f"/settings/members/{sam.id}/restore")
    assert signed_in(sam).get("/").status_code == 200
    assert theirs.get("/").status_code == 302  # an ended session does not come back
    assert verbs() == ["ended_access", "restored_access"]


def test_the_list_asks_no_more_for_more_people(
    client: Client, organization: Organization, django_assert_num_queries
) -> None:
    def page() -> None:
        with django_assert_num_queries(12):
            client.get("/settings/members/")

    site = world.site(organization)
    for role in (Role.RECRUITER, Role.COORDINATOR):
        scopes.put(member_of(organization, role), Width(frozenset({site.id})))
        client.post("/settings/members/invite", {**ADA, "email": f"{role}@example.org"})
        page()
