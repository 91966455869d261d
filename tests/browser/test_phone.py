"""On a phone: the places are behind a button, everything else fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import acts, inspection
from tests.browser.browsing import DARK_PHONE, LIGHT_PHONE, Look

THUMB = 44  # CSS pixels


@pytest.fixture
def phone(owner: Page) -> Page:
    """The owner's."""
    LIGHT_PHONE.put_on(owner)
    return owner


@pytest.mark.parametrize("look", [LIGHT_PHONE, DARK_PHONE], ids=str)
def test_the_menu_leads_to_a_place(phone: Page, look: Look) -> None:
    look.put_on(phone)
    phone.goto("/")
    expect(acts.places(phone)).to_be_hidden()
    phone.get_by_role("button", name="Menu").click()
    expect(acts.places(phone)).to_be_visible()
    assert inspection.violations(phone) + inspection.sideways(phone) == []
    acts.places(phone).get_by_role("link", name="Candidates").click()
    expect(acts.heading(phone)).to_have_text("Candidates")
    expect(acts.places(phone)).to_be_hidden()


def test_a_handoff_is_resolved_with_a_thumb(phone: Page) -> None:
    phone.goto("/")
    before = int(acts.waiting(phone).inner_text())
    tap(acts.handoffs(phone).first.get_by_role("link").last)
    expect(acts.conversation(phone)).to_be_visible()
    tap(acts.resolve_button(phone))
    expect(acts.heading(phone)).to_have_text("Inbox")
    phone.goto("/")
    expect(acts.waiting(phone)).to_have_text(str(before - 1))


def tap(one: Locator) -> None:
    """Press it. Raises AssertionError when a thumb would miss it."""
    box = one.bounding_box()
    assert box
    assert box["height"] >= THUMB, f"{one} is {box['height']} px high"
    one.click()
