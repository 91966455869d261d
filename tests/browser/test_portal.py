"""The candidates' own page: by keyboard alone, and without scripts."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.browsing import PHONE, Visitors


def test_it_is_used_by_keyboard_alone(visitors: Visitors, stranger: Page) -> None:
    stranger.goto(visitors.product.paths["preferences"])
    _tab_to(stranger, "Only messages about interviews")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("status")).to_contain_text("only messages about interviews")
    _tab_to(stranger, "Undo")
    stranger.keyboard.press("Space")
    expect(stranger.get_by_role("status")).to_contain_text("as it was before")


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the button has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            return
    raise AssertionError(f"Tab never gets to {name!r}.")


def test_it_works_without_scripts_on_a_phone(visitors: Visitors) -> None:
    context = visitors.browser.new_context(
        base_url=visitors.product.address, java_script_enabled=False,
        viewport={"width": PHONE, "height": 700},
    )  # fmt: skip
    try:
        _stop_and_come_back(context, visitors.product.paths["preferences"])
    finally:
        context.close()


def _stop_and_come_back(context: BrowserContext, path: str) -> None:
    page = context.new_page()
    page.goto(path)
    page.get_by_role("button", name="Stop everything").click()
    expect(page.get_by_text(re.compile("You get no messages from"))).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("as it was before")
    assert not context.cookies()


def test_what_is_tapped_is_large_enough(visitors: Visitors, stranger: Page) -> None:
    stranger.set_viewport_size({"width": PHONE, "height": 700})
    stranger.goto(visitors.product.paths["preferences"])
    for one in stranger.get_by_role("button").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= 44
