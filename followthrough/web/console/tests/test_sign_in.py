"""One-time links: opening one does nothing, pressing its button does, once; and only in the demo,
on its own machine."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from followthrough.accounts import sign_in
from followthrough.accounts.models import Member, Organization
from followthrough.web.console.sign_in import is_loopback
from followthrough.web.console.tests.conftest import member_of
from followthrough.web.quiet_paths import QuietPaths
from tests.routes import URLS

pytestmark = [pytest.mark.django_db, pytest.mark.urls(URLS)]


@pytest.fixture(autouse=True)
def demo(settings) -> None:
    settings.DEMO = True


@pytest.fixture
def maya(organization: Organization) -> Member:
    return member_of(organization)


def path(maya: Member) -> str:
    return f"/sign-in/{sign_in.make_link(maya.user)}"


def here(**given: str) -> Client:
    """A browser on the demo's own machine, but for what is given."""
    return Client(**{"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", **given})


def test_a_link_signs_in_once(maya: Member) -> None:
    link, first, second = path(maya), here(), here()
    assert first.get(link).status_code == 200  # a mail scanner opens it …
    assert first.get("/").status_code == 302  # … and is not in
    assert first.post(link).headers["Location"] == "/demo/"
    assert first.get("/").status_code == 200
    answer = second.post(link)
    assert answer.status_code == 401
    assert "does not work any more" in answer.content.decode()
    assert second.get("/").status_code == 302


def test_a_used_link_does_not_stop_whoever_is_signed_in(maya: Member) -> None:
    link, browser = path(maya), here()
    browser.post(link)
    assert browser.post(link).headers["Location"] == "/demo/"


def test_the_page_of_a_link_is_kept_by_nobody() -> None:
    answer = here().get("/sign-in/whatever")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "from_elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},  # a socket: nobody knows who is behind it
        {"SERVER_NAME": "testserver"},  # a name that somebody gave the address 127.0.0.1
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_from_elsewhere_there_is_no_such_page(maya: Member, from_elsewhere: dict[str, str]) -> None:
    link, browser = path(maya), here(**from_elsewhere)
    assert browser.get(link).status_code == 404
    assert browser.post(link).status_code == 404
    assert here().post(link).status_code == 302  # and it was not spent


def test_outside_the_demo_there_is_no_such_page(maya: Member, settings) -> None:
    settings.DEMO = False
    link, browser = path(maya), here()
    assert browser.get(link).status_code == 404
    assert browser.post(link).status_code == 404
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("[::1]", True),
        ("::ffff:127.0.0.1", True), ("localhost", True), ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False), ("0.0.0.0", False), ("10.0.0.1", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_this_machine(name: str, ours: bool) -> None:
    assert is_loopback(name) is ours


def test_signing_out(owner: Client) -> None:
    assert owner.get("/sign-out").status_code == 405
    assert owner.post("/sign-out").headers["Location"] == "/sign-in/"
    assert owner.get("/").status_code == 302


@pytest.mark.parametrize("door", ["invitations", "sign-in", "password/new"])
def test_the_log_holds_no_link_that_lets_anybody_in(door: str) -> None:
    said = ("%s: %s", ("Bad Request", f"/{door}/S3cret-Token_1"))
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, *said, None)
    assert QuietPaths().filter(record)
    assert record.getMessage() == f"Bad Request: /{door}/…"


@pytest.mark.parametrize(
    ("problem", "told"), [(PermissionDenied("not theirs"), False), (ValueError("a fault"), True)]
)
def test_a_refusal_is_no_fault_of_ours(problem: Exception, told: bool) -> None:
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Forbidden: %s", ("/settings/",),
        (type(problem), problem, None),
    )  # fmt: skip
    assert QuietPaths().filter(record)
    assert bool(record.exc_info) is told
