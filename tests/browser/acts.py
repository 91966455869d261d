"""What people do, each in a few lines; tests are written in these."""

from __future__ import annotations

import re

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


def waiting(page: Page) -> Locator:
    """Today's count of them."""
    return page.get_by_role("heading", name="People who need you").locator(".count")


def name_in(row: Locator) -> str:
    """Of the candidate a row is about."""
    return row.get_by_role("link").first.inner_text()


def conversation(page: Page) -> Locator:
    """What was said, in the inbox."""
    return page.get_by_role("log", name="Conversation")


def open_what_waits(page: Page) -> None:
    """The first handoff that nobody has resolved and that can be answered, in the inbox."""
    page.goto("/inbox/?reason=unclear")
    page.locator(".waiter a").first.click()
    expect(resolve_button(page)).to_be_visible()
    page.wait_for_load_state()  # keys do nothing before


def said(page: Page) -> Locator:
    """The line that says what was done."""
    return page.locator("#told .told")


def resolve_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Resolve"))


# --- in the demo ---------------------------------------------------------------------------------


def to_the_next_message(page: Page) -> None:
    """Move the clock, as soon as there is something to move it to."""
    button = page.locator("#clock-next:not([aria-disabled])")
    expect(button).to_be_visible(timeout=REAL_WORK)
    button.click()


def open_the_text(page: Page) -> None:
    """On the candidate's phone."""
    text = page.locator("#open-sms")
    expect(text).to_be_visible(timeout=REAL_WORK)
    text.click()


def answer_with(page: Page, ready: str) -> None:
    """One of the ready answers on the candidate's phone; `ready` is a regular expression."""
    page.get_by_role("form", name="Ready answers").get_by_role(
        "button", name=re.compile(f"^({ready})$")
    ).click(timeout=REAL_WORK)


def see_to_it(page: Page) -> None:
    """In the timeline, as soon as a person is asked."""
    button = page.locator("#console").get_by_role("button", name="I have seen to it")
    button.first.click(timeout=REAL_WORK)


def walk_to_the_answer(page: Page) -> None:
    """The first three steps of the guided walk: somebody is moved to the interview stage, asked
    whether they come, and says yes."""
    page.goto("/demo/")
    page.locator("#panel-walk .act").click()  # begin: at once, or in the morning when it is night
    page.get_by_role("button", name="Move", exact=True).click()
    at_step(page, 2)
    to_the_next_message(page)
    open_the_text(page)
    at_step(page, 3)
    answer_with(page, "Yes|Sí")
    at_step(page, 4)


def at_step(page: Page, number: int) -> None:
    """Wait for the walk to be there."""
    step = page.locator(f"#panel-walk[data-step='{number}']")
    expect(step).to_be_visible(timeout=REAL_WORK)


def go_on_until(page: Page, number: int, *, most: int = 4) -> None:
    """Move the clock from message to message until the walk is there."""
    step = page.locator(f"#panel-walk[data-step='{number}']")
    button = page.locator("#clock-next:not([aria-disabled])")
    for _ in range(most):
        expect(step.or_(button).first).to_be_visible(timeout=REAL_WORK)
        if step.is_visible():
            return
        button.click()
        page.wait_for_timeout(1500)  # the page asks every second what has changed
    at_step(page, number)


# --- anywhere ------------------------------------------------------------------------------------


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
