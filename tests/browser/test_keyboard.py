"""With the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts


def test_tab_comes_to_the_skip_link_first_and_it_leads_past_the_frame(owner: Page) -> None:
    owner.goto("/")
    owner.keyboard.press("Tab")
    skip = owner.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("main")).to_be_focused()
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("main").locator(":focus")).to_have_count(1)


def test_a_candidate_is_searched_and_opened(owner: Page) -> None:
    owner.goto("/candidates/")
    name = acts.name_in(owner.get_by_role("row").nth(2))
    owner.goto("/")
    acts.search(owner, name)
    acts.tab_to(owner, owner.get_by_role("main").get_by_role("link", name=name))
    owner.keyboard.press("Enter")
    expect(acts.heading(owner)).to_have_text(name)


def test_a_handoff_is_answered_and_resolved(owner: Page) -> None:
    owner.goto("/")
    before = int(acts.waiting(owner).inner_text())
    asked = acts.handoffs(owner).filter(has_text="The answer needs a person").first
    acts.tab_to(owner, asked.get_by_role("link").last)
    owner.keyboard.press("Enter")
    expect(acts.conversation(owner)).to_be_visible()
    owner.keyboard.press("r")
    owner.keyboard.type("I will call you this afternoon.")
    owner.keyboard.press("Control+Enter")
    expect(acts.conversation(owner)).to_contain_text("I will call you this afternoon.")
    owner.keyboard.press("Escape")
    owner.keyboard.press("e")
    expect(owner.get_by_role("status").filter(has_text="resolved")).to_be_visible()
    owner.goto("/")
    expect(acts.waiting(owner)).to_have_text(str(before - 1))
