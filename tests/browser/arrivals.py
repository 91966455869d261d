"""Ways to come to a page that its address alone does not show."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

from django.core.exceptions import DisallowedHost
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page, expect

from followthrough.web.console import errors
from followthrough.web.console.middleware import CONTENT_SECURITY_POLICY
from tests.browser import acts

Arrive = Callable[[Page, str], object]


def plainly(page: Page, url: str) -> None:
    """Open the address."""
    page.goto(url)


def keys(page: Page, url: str) -> None:
    """Open the address and ask for the list of keys."""
    page.goto(url)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def pressing(page: Page, url: str) -> None:
    """Open the address and press the one button there."""
    page.goto(url)
    page.get_by_role("button").click()


def pressing_without_cookies(page: Page, url: str) -> None:
    """As a browser does that keeps no cookies."""
    page.goto(url)
    page.context.clear_cookies()
    page.get_by_role("button").click()


def in_shadow(page: Page, url: str) -> None:
    """Put a map in shadow, and look at it again."""
    page.goto(url)
    page.get_by_role("link", name="Shadow mode").click()
    page.get_by_role("button", name="in shadow").click()
    page.goto(url)
    expect(page.get_by_text("In shadow since")).to_be_visible()


def new_rule(page: Page, url: str) -> None:
    """Fill a rule in, and see what it would change."""
    page.goto(url)
    page.get_by_label("Message map").select_option(index=1)
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_role("heading", name="What it changes")).to_be_visible()


def pausing(page: Page, url: str) -> None:
    """Open a candidate's page and pause for a week."""
    page.goto(url)
    page.get_by_role("button", name="1 week").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing is sent until")


def pausing_until_yesterday(page: Page, url: str) -> None:
    """As a browser does that does not look at what is written."""
    page.goto(url)
    page.get_by_label("Until the day").evaluate("one => { one.type = 'text'; one.value = '1'; }")
    page.get_by_role("button", name="Pause until this day").click()
    expect(page.get_by_role("alert")).to_be_visible()


def guessing(page: Page, url: str) -> None:
    """Sign in with a password that is not theirs."""
    page.goto(url)
    acts.enter(page, email="maya@northwind.example", password="a password of somebody else's")


def inviting(page: Page, url: str) -> None:
    """Invite somebody, and see the link."""
    page.goto(url)
    page.get_by_label("Mail address").fill("new@northwind.example")
    page.get_by_label("Role").select_option("recruiter")
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_label("The link")).to_be_visible()


def broken(page: Page, url: str) -> None:
    """Open the address and get what a view that raises gives: nothing in the product does."""
    answer = errors.failed(RequestFactory().get("/"))
    _given(page, url, status=answer.status_code, html=answer.content.decode())


def by_another_name(page: Page, url: str) -> None:
    """Open the address and get what a name in it that is not ours would have given."""
    answer = errors.not_understood(RequestFactory().get("/"), DisallowedHost())
    _given(page, url, status=answer.status_code, html=answer.content.decode())


def opening_what_takes_forms(page: Page, url: str) -> None:
    """Open an address that a button sends something to."""
    page.goto(urljoin(url, reverse("sign-out")))


def too_often(page: Page, url: str) -> None:
    """Open the address as if it had been tried too often: then nobody could sign in here."""
    _given(page, url, status=429, html=render_to_string("429.html"))


def _given(page: Page, url: str, *, status: int, html: str) -> None:
    """Open the address, and be given this in place of what is there."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    }
    page.route(url, lambda route: route.fulfill(status=status, headers=headers, body=html))
    page.goto(url)
    page.unroute(url)
