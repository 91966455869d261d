"""What a recruiter does all day."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts


def test_search_finds_a_candidate_by_name(owner: Page) -> None:
    owner.goto("/candidates/")
    name = acts.name_in(owner.get_by_role("row").nth(3))
    acts.search(owner, name)
    rows = owner.get_by_role("row")
    expect(rows).to_have_count(2)  # the head, and who was looked for
    expect(rows.last).to_contain_text(name)
    rows.last.get_by_role("link").first.click()
    expect(acts.heading(owner)).to_have_text(name)


def test_a_handoff_that_was_seen_to_is_gone(owner: Page) -> None:
    owner.goto("/")
    waiting = acts.handoffs(owner)
    count, row = waiting.count(), waiting.first
    name = acts.name_in(row)
    row.get_by_role("button", name="I have seen to it").click()
    expect(waiting).to_have_count(count - 1)
    acts.search(owner, name)
    owner.get_by_role("row").last.get_by_role("link").first.click()
    expect(owner.get_by_role("main")).not_to_contain_text("Automation is silent")
