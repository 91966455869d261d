"""The guided walk of the demo, as a newcomer goes it: every step is recognised by what happened."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts


def test_the_guided_walk(owner: Page) -> None:
    acts.walk_to_the_answer(owner)
    acts.go_on_until(owner, 5)
    acts.answer_with(owner, "Is there parking.|¿Hay estacionamiento.")
    acts.see_to_it(owner)
    acts.at_step(owner, 6)
    acts.answer_with(owner, "STOP")
    acts.go_on_until(owner, 7)
    expect(owner.locator("#panel-walk")).to_contain_text("That was the walk")
