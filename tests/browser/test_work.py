"""What a recruiter does all day."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.browsing import Visitors


def test_search_finds_a_candidate_by_name(owner: Page) -> None:
    owner.goto("/candidates/")
    name = acts.name_in(owner.get_by_role("row").nth(3))
    acts.search(owner, name)
    rows = owner.get_by_role("row")
    expect(rows).to_have_count(2)  # the head, and who was looked for
    expect(rows.last).to_contain_text(name)
    rows.last.get_by_role("link").first.click()
    expect(acts.heading(owner)).to_have_text(name)


def test_a_handoff_is_resolved(owner: Page) -> None:
    owner.goto("/")
    before = int(acts.waiting(owner).inner_text())
    row = acts.handoffs(owner).first
    name = acts.name_in(row)
    row.get_by_role("link").last.click()
    expect(acts.heading(owner)).to_have_text(name)
    acts.resolve_button(owner).click()
    expect(owner.get_by_role("status").filter(has_text=name)).to_be_visible()
    owner.goto("/")
    expect(acts.waiting(owner)).to_have_text(str(before - 1))


def test_an_answer_is_handed_in_and_stands_in_the_conversation(
    owner: Page, visitors: Visitors
) -> None:
    owner.goto(visitors.product.paths["handoff"])
    field = owner.get_by_role("textbox", name="Your answer to")
    field.fill("Thank you for asking, I will find out by noon.")
    owner.get_by_role("button", name="Send", exact=False).first.click()
    expect(acts.conversation(owner)).to_contain_text("I will find out by noon.")
    expect(field).to_have_value("")
