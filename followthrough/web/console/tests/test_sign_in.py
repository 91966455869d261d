"""One-time links: opening one does nothing, pressing its button does, once."""

from __future__ import annotations

import pytest
from django.test import Client

from followthrough.accounts import sign_in
from followthrough.accounts.models import Organization
from followthrough.web.console.tests.conftest import member_of

pytestmark = pytest.mark.django_db


def test_a_link_signs_in_once(organization: Organization) -> None:
    path = f"/sign-in/{sign_in.make_link(member_of(organization).user)}"
    first, second = Client(), Client()
    assert first.get(path).status_code == 200  # a mail scanner opens it …
    assert first.get("/").status_code == 302  # … and is not in
    assert first.post(path).headers["Location"] == "/"
    assert first.get("/").status_code == 200
    answer = second.post(path)
    assert answer.status_code == 401
    assert "does not work any more" in answer.content.decode()
    assert second.get("/").status_code == 302


def test_a_used_link_does_not_stop_whoever_is_signed_in(organization: Organization) -> None:
    path, browser = f"/sign-in/{sign_in.make_link(member_of(organization).user)}", Client()
    browser.post(path)
    assert browser.post(path).headers["Location"] == "/"


def test_the_page_of_a_link_is_kept_by_nobody(organization: Organization) -> None:
    answer = Client().get("/sign-in/whatever")
    assert "no-store" in answer.headers["Cache-Control"]


def test_signing_out(owner: Client) -> None:
    assert owner.get("/sign-out").status_code == 405
    assert owner.post("/sign-out").headers["Location"] == "/sign-in/"
    assert owner.get("/").status_code == 302
