"""Ways to come to a page that its address alone does not show."""

from __future__ import annotations

from collections.abc import Callable

from django.test import RequestFactory
from playwright.sync_api import Page, Route

from followthrough.web.console import errors
from followthrough.web.console.middleware import CONTENT_SECURITY_POLICY

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


def broken(page: Page, url: str) -> None:
    """Open the address and get what a view that raises gives: nothing in the product does."""
    page.route(url, _failed)
    page.goto(url)
    page.unroute(url)


def _failed(route: Route) -> None:
    answer = errors.failed(RequestFactory().get("/"))
    headers = {
        "Content-Type": answer.headers["Content-Type"],
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    }
    route.fulfill(status=answer.status_code, headers=headers, body=answer.content)
