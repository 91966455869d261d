"""Who sees what: nothing without a sign-in, nothing of others, and nothing by oversight."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from followthrough.accounts.models import Organization, Role
from followthrough.conversations.models import Handoff
from followthrough.web.console.tests.conftest import member_of, signed_in
from tests import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "to"),
    [("/", "/sign-in/"), ("/candidates/?q=a", "/sign-in/?next=%2Fcandidates%2F%3Fq%3Da")],
)
def test_strangers_are_sent_to_the_sign_in(path: str, to: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, to)


def test_a_live_page_of_a_stranger_leads_as_a_whole_to_the_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/candidates/?q=a"}
    answer = Client().get("/", headers=headers)
    to = "/sign-in/?next=%2Fcandidates%2F%3Fq%3Da"
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, to)


def test_a_user_without_an_organization_is_told_so_and_can_sign_out() -> None:
    client = Client()
    client.force_login(get_user_model().objects.create(email="a@b.example", name="Ada"))
    answer = client.get("/")
    assert answer.status_code == 403
    assert "You work in no company here" in answer.content.decode()
    assert 'action="/sign-out"' in answer.content.decode()


def test_another_organizations_candidate_is_not_there(owner: Client) -> None:
    theirs = world.candidate(world.connection(world.organization()))
    answer = owner.get(f"/candidates/{theirs.id}")
    assert answer.status_code == 404
    assert theirs.family_name not in answer.content.decode()


def handoff_in(organization: Organization) -> Handoff:
    candidate = world.candidate(world.connection(organization))
    return Handoff.objects.create(
        organization=organization, candidate=candidate, reason="unclear",
        opened_at=world.NOON, due_at=world.NOON,
    )  # fmt: skip


def test_another_organizations_handoff_cannot_be_resolved(owner: Client) -> None:
    theirs = handoff_in(world.organization())
    assert owner.post(f"/handoffs/{theirs.id}/resolve").status_code == 404
    theirs.refresh_from_db()
    assert theirs.resolved_at is None


@pytest.mark.parametrize(("role", "status"), [(Role.RECRUITER, 302), (Role.READ_ONLY, 403)])
def test_who_only_looks_resolves_nothing(
    organization: Organization, role: str, status: int
) -> None:
    handoff = handoff_in(organization)
    client = signed_in(member_of(organization, role))
    assert client.post(f"/handoffs/{handoff.id}/resolve").status_code == status


def test_the_way_back_never_leads_elsewhere(organization: Organization, owner: Client) -> None:
    handoff = handoff_in(organization)
    answer = owner.post(f"/handoffs/{handoff.id}/resolve", {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_nothing_comes_from_elsewhere_and_nothing_runs_inline(owner: Client) -> None:
    answer = owner.get("/")
    page = answer.content.decode()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "<style" not in page
    assert "style=" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=")
