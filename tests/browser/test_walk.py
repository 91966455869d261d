"""The guided walk of the demo, as a newcomer goes it: every step is recognised by what happened."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import acts


def test_the_guided_walk(owner: Page) -> None:
    owner.goto("/demo/")
    owner.locator("#panel-walk .act").click()  # begin: at once, or in the morning when it is night
    owner.get_by_role("button", name="Move", exact=True).click()
    at_step(owner, 2)
    acts.to_the_next_message(owner)
    acts.open_the_text(owner)
    at_step(owner, 3)
    acts.answer_with(owner, "Yes|Sí")
    at_step(owner, 4)
    go_on_until(owner, 5)
    acts.answer_with(owner, "Is there parking.|¿Hay estacionamiento.")
    acts.see_to_it(owner)
    at_step(owner, 6)
    acts.answer_with(owner, "STOP")
    go_on_until(owner, 7)
    expect(owner.locator("#panel-walk")).to_contain_text("That was the walk")


def at_step(page: Page, number: int) -> None:
    """Wait for the walk to be there."""
    step = page.locator(f"#panel-walk[data-step='{number}']")
    expect(step).to_be_visible(timeout=acts.REAL_WORK)


def go_on_until(page: Page, number: int, *, most: int = 4) -> None:
    """Move the clock from message to message until the walk is there."""
    step = page.locator(f"#panel-walk[data-step='{number}']")
    button = page.locator("#clock-next:not([aria-disabled])")
    for _ in range(most):
        expect(step.or_(button).first).to_be_visible(timeout=acts.REAL_WORK)
        if step.is_visible():
            return
        button.click()
        page.wait_for_timeout(1500)  # the page asks every second what has changed
    at_step(page, number)
