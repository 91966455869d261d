"""Getting in by a one-time link, and out again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.browsing import Visitors
from tests.browser.pages import STRANGER


def test_a_link_signs_in_once(visitors: Visitors) -> None:
    link = visitors.link()
    with visitors.page(STRANGER) as page:
        acts.sign_in(page, link)
        expect(acts.places(page)).to_be_visible()
    with visitors.page(STRANGER, status=401) as another:
        acts.sign_in(another, link)
        expect(acts.heading(another)).to_have_text("This link does not work any more")
        expect(acts.places(another)).to_have_count(0)


def test_whoever_signs_out_is_out(visitors: Visitors) -> None:
    with visitors.page(STRANGER) as page:
        acts.sign_in(page, visitors.link())
        page.get_by_role("button", name="Sign out").click()
        expect(acts.heading(page)).to_have_text("Sign in")
        page.goto("/candidates/")
        expect(acts.heading(page)).to_have_text("Sign in")


def test_address_and_password_sign_in(visitors: Visitors) -> None:
    with visitors.page(STRANGER) as page:
        page.goto("/candidates/")
        acts.enter(page, **visitors.product.colleague)
        expect(acts.heading(page)).to_have_text("Candidates")


def test_a_stranger_is_told_how_to_get_in(stranger: Page) -> None:
    stranger.goto("/")
    expect(acts.heading(stranger)).to_have_text("Sign in")
