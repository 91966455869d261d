"""The guided walk of the demo, as a newcomer goes it: every step is recognised by what happened."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts


def test_the_guided_walk(owner: Page) -> None:
    acts.walk_to_the_answer(owner)
    written = owner.locator(".written-back").first
    expect(written).to_be_attached()
    owner.get_by_role("link", name="Look there").click()
    expect(written).to_be_in_viewport()
    expect(owner.locator("#panel-walk")).to_be_in_viewport()
    acts.go_on_until(owner, 5)
    waiting = owner.locator("#inbox-waiting")
    before = waiting.inner_text()
    acts.answer_with(owner, "Is there parking.|¿Hay estacionamiento.")
    expect(waiting).not_to_have_text(before, timeout=acts.REAL_WORK)
    acts.see_to_it(owner)
    acts.at_step(owner, 6)
    acts.answer_with(owner, "STOP")
    acts.go_on_until(owner, 7)
    expect(owner.locator("#panel-walk")).to_contain_text("That was the walk")
