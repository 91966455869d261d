"""A session that is over: said so, nothing lost, nothing led elsewhere. And old pages (CSRF)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from followthrough.accounts import members
from followthrough.accounts.models import Organization, Role
from followthrough.audit.facts import SYSTEM
from followthrough.web.console.tests.conftest import member_of, signed_in

pytestmark = pytest.mark.django_db


def led_to(answer) -> dict[str, str]:
    """What the sign-in was asked, from a redirect of either kind."""
    to = urlsplit(answer.headers.get("Location") or answer.headers["HX-Redirect"])
    assert to.path == "/sign-in/"
    return {name: values[0] for name, values in parse_qs(to.query).items()}


@pytest.fixture(params=["too old", "deleted", "ended", "made up"])
def lost(request, organization: Organization) -> Client:
    """A browser whose session is over, in one of the ways that happens."""
    member = member_of(organization, Role.RECRUITER)
    client = signed_in(member)
    if request.param == "too old":
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    elif request.param == "deleted":
        Session.objects.all().delete()
    elif request.param == "ended":
        members.end(member, by=SYSTEM)
    else:
        client.cookies[configured.SESSION_COOKIE_NAME] = "a" * 32
    return client


def test_whoever_looked_at_a_page_is_told_and_it_opens_afterwards(lost: Client) -> None:
    answer = lost.get("/candidates/?q=a")
    assert led_to(answer) == {"next": "/candidates/?q=a", "ended": "read"}
    page = lost.get(answer.headers["Location"]).content.decode()
    assert "You were signed out." in page
    assert "what you were looking at opens afterwards" in page
    assert 'name="next" value="/candidates/?q=a"' in page


def test_whoever_sent_something_is_told_that_nothing_was_changed(lost: Client) -> None:
    answer = lost.post(
        "/settings/", {"name": "New"}, headers={"Referer": "http://testserver/settings/?x=1"}
    )
    assert led_to(answer) == {"next": "/settings/?x=1", "ended": "unsaved"}
    page = lost.get(answer.headers["Location"]).content.decode()
    assert "nothing was changed" in page
    given = lost.post("/settings/", {"next": "/candidates/"})
    assert led_to(given)["next"] == "/candidates/"


def test_a_live_part_leads_the_whole_page_there(lost: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/candidates/?q=a"}
    answer = lost.get("/", headers=headers)
    assert answer.status_code == 401
    assert led_to(answer) == {"next": "/candidates/?q=a", "ended": "read"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Referer": "https://evil.example/candidates/"},
        {"Referer": "http://testserver//evil.example/"},
        {"HX-Request": "true", "HX-Current-URL": "https://evil.example/candidates/"},
    ],
)
def test_no_page_of_another_opens_afterwards(lost: Client, headers: dict[str, str]) -> None:
    assert led_to(lost.post("/settings/", headers=headers)) == {"ended": "unsaved"}


def test_a_next_that_leads_elsewhere_is_not_passed_on(lost: Client) -> None:
    assert led_to(lost.post("/settings/", {"next": "//evil.example/"})) == {"ended": "unsaved"}


def test_whoever_was_never_here_or_signed_out_is_told_nothing(owner: Client) -> None:
    assert led_to(Client().get("/candidates/")) == {"next": "/candidates/"}
    owner.post("/sign-out")
    assert led_to(owner.get("/candidates/")) == {"next": "/candidates/"}
    assert "You were signed out" not in owner.get("/sign-in/?ended=whatever").content.decode()


def test_an_old_page_is_explained_to_whoever_is_signed_in_or_not(organization) -> None:
    for member in (member_of(organization), None):
        client = Client(enforce_csrf_checks=True)
        if member:
            client.force_login(member.user)
        referer = {"Referer": "http://testserver/settings/"}
        answer = client.post("/settings/", headers=referer)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Nothing was changed" in page
        assert 'href="/settings/">Open the page anew' in page
        assert ("<nav" in page) is (member is not None)


def test_an_old_live_page_is_loaded_anew_and_says_why(organization) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member_of(organization).user)
    answer = client.post("/settings/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (403, "true")
    assert "Nothing was changed" in client.get("/settings/").content.decode()


def test_a_page_that_is_not_there_stands_in_the_frame_of_whoever_looks(owner: Client) -> None:
    assert "<nav" in owner.get("/nowhere").content.decode()
    assert "<nav" not in Client().get("/nowhere").content.decode()
