"""What stands at the top when something is unusual."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import inspection
from tests.browser.browsing import DARK_PHONE, LIGHT


def test_a_clock_that_was_moved_is_said_on_every_page(owner: Page) -> None:
    owner.goto("/demo/")
    owner.get_by_role("button", name="+1 hour").click()
    strip = owner.get_by_role("status").filter(has_text="The clock is moved")
    expect(strip).to_be_visible()
    owner.goto("/candidates/")
    expect(strip).to_be_visible()
    for look in (LIGHT, DARK_PHONE):
        look.put_on(owner)
        assert inspection.violations(owner) + inspection.sideways(owner) == []
