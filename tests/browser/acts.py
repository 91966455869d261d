"""What people do, each in a few lines; tests are written in these."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

REAL_WORK = 30_000  # milliseconds; through the door, the worker and back takes one second at best


def sign_in(page: Page, link: str) -> None:
    """Open a one-time link and press its button."""
    page.goto(link)
    page.get_by_role("button", name="Sign me in").click()
    page.wait_for_load_state()


def enter(page: Page, *, email: str, password: str) -> None:
    """Fill in the sign-in and send it."""
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def places(page: Page) -> Locator:
    """The links to the places, on a desk; only whoever has signed in has them."""
    return page.get_by_role("navigation", name="Places")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def search(page: Page, words: str) -> None:
    """Find a candidate from wherever one is, by keyboard."""
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/candidates/?q=*")


def handoffs(page: Page) -> Locator:
    """The rows on Today that wait for a person."""
    return page.get_by_role("region", name="People who need you").get_by_role("listitem")


def name_in(row: Locator) -> str:
    """Of the candidate a row is about."""
    return row.get_by_role("link").first.inner_text()


def say_yes_in_the_demo(page: Page) -> None:
    """On the candidate's phone; and see what follows."""
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_text("Understood as a yes").last).to_be_visible(timeout=REAL_WORK)


def settled(page: Page) -> None:
    """Wait until nothing that htmx has asked for is on its way."""
    page.wait_for_function("() => !document.querySelector('.htmx-request')")


def tab_to(page: Page, wanted: Locator, *, most: int = 80) -> None:
    """Press Tab until the wanted control has the focus. Raises AssertionError after `most`."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach it within {most} steps: {wanted}")
