"""What cannot be shown is said on a page, with a way on."""

from __future__ import annotations

import pytest
from django.test import Client

from followthrough.accounts.models import Organization
from tests.routes import URLS

pytestmark = pytest.mark.django_db


def test_opening_what_only_takes_forms_says_so_and_leads_back(owner: Client) -> None:
    answer = owner.get("/sign-out", headers={"Referer": "http://testserver/inbox/?whose=mine"})
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in page
    assert 'href="/inbox/?whose=mine"' in page
    assert 'aria-label="Places"' in page  # whoever has signed in is known
    assert owner.get("/").status_code == 200


def test_a_link_from_elsewhere_is_not_led_back_to(owner: Client) -> None:
    page = owner.get("/sign-out", headers={"Referer": "https://evil.example/x"}).content.decode()
    assert "evil.example" not in page
    assert 'href="/"' in page


def test_sending_something_to_a_page_that_only_shows_leads_to_it(owner: Client) -> None:
    answer = owner.post("/settings/roles")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert 'href="/settings/roles"' in answer.content.decode()


def test_strangers_are_told_too_and_see_no_places() -> None:
    answer = Client().get("/sign-out")
    assert answer.status_code == 405
    assert 'aria-label="Places"' not in answer.content.decode()


@pytest.mark.urls(URLS)
def test_a_program_gets_no_page(settings) -> None:
    settings.DEMO = True
    answer = Client().delete("/demo/ats/api/applications/anything")
    assert answer.status_code == 405
    assert b"<html" not in answer.content


def test_by_a_name_that_is_not_ours_one_is_told_the_right_one(
    organization: Organization, settings
) -> None:
    settings.PUBLIC_URL = "https://talent.example"
    answer = Client().get("/", headers={"Host": "elsewhere.example"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'href="https://talent.example/"' in page
    assert "web/console.css" in page
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_what_cannot_be_read_is_answered_with_a_page(owner: Client, settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    answer = owner.post("/settings/", {"name": "Maya", "letter_keys": "on"})
    assert answer.status_code == 400
    assert "incomplete or too much" in answer.content.decode()
