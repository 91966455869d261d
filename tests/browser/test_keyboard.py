"""With the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
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
    owner.wait_for_load_state()  # keys do nothing before
    owner.keyboard.press("r")
    expect(owner.get_by_label("Your answer to")).to_be_focused()
    owner.keyboard.type("I will call you this afternoon.")
    owner.keyboard.press("Control+Enter")
    expect(acts.conversation(owner)).to_contain_text("I will call you this afternoon.")
    owner.keyboard.press("Escape")
    owner.keyboard.press("e")
    expect(owner.get_by_role("status").filter(has_text="resolved")).to_be_visible()
    owner.goto("/")
    expect(acts.waiting(owner)).to_have_text(str(before - 1))


def test_letters_do_nothing_below_the_list_of_keys(owner: Page) -> None:
    acts.open_what_waits(owner)
    address = owner.url
    owner.keyboard.press("?")
    sheet = owner.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    for key in "erajg/":
        owner.keyboard.press(key)
    expect(sheet).to_be_visible()
    expect(owner.get_by_label("Your answer to")).not_to_be_focused()
    owner.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    owner.reload()
    assert owner.url == address
    expect(acts.resolve_button(owner)).to_be_visible()
    expect(acts.said(owner)).to_have_count(0)
    owner.keyboard.press("r")
    expect(owner.get_by_label("Your answer to")).to_be_focused()


def test_a_letter_that_is_held_down_acts_once(owner: Page) -> None:
    acts.open_what_waits(owner)
    for _ in range(6):
        owner.keyboard.down("e")  # from the second on, as the keyboard repeats it
    owner.keyboard.up("e")
    expect(acts.said(owner)).to_have_count(1)
    expect(acts.said(owner)).to_contain_text("resolved.")
    acts.said(owner).get_by_role("button", name="Undo").click()
    expect(acts.said(owner)).to_contain_text("It is open again.")


def test_letters_can_be_switched_off(without_letters: Page) -> None:
    page = without_letters
    acts.open_what_waits(page)
    page.get_by_role("main").focus()
    for key in "re/?":
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("main")).to_be_focused()
    expect(acts.resolve_button(page)).to_be_visible()
    field = page.get_by_label("Your answer to")
    field.focus()
    page.keyboard.press("Escape")  # what is no letter goes on as it was
    expect(field).not_to_be_focused()


def test_switched_on_again_they_act(owner: Page) -> None:
    acts.open_what_waits(owner)
    owner.keyboard.press("r")
    expect(owner.get_by_label("Your answer to")).to_be_focused()


@pytest.fixture
def without_letters(owner: Page) -> Iterator[Page]:
    """The owner's page, while letters do nothing on it."""
    switch(owner, on=False)
    yield owner
    switch(owner, on=True)


def switch(owner: Page, *, on: bool) -> None:
    owner.goto("/settings/")
    owner.get_by_label("Letter keys do things").set_checked(on)
    owner.get_by_role("button", name="Save").click()
    expect(acts.said(owner)).to_contain_text("Saved.")
