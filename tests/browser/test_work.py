"""What a recruiter does all day."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser import acts
from tests.browser.browsing import Visitors
from tests.browser.pages import STRANGER

KEPT = "() => JSON.stringify(sessionStorage)"


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


def test_a_double_click_resolves_once_and_can_be_undone(owner: Page) -> None:
    sent = []
    owner.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    for _ in range(3):
        acts.open_what_waits(owner)
        acts.resolve_button(owner).dblclick()
        expect(acts.said(owner)).to_have_count(1)
        expect(acts.said(owner)).to_contain_text("resolved.")
        acts.said(owner).get_by_role("button", name="Undo").dblclick()
        expect(acts.said(owner)).to_contain_text("It is open again.")
    assert len(sent) == 6


def test_while_a_form_is_on_its_way_its_buttons_say_so(owner: Page) -> None:
    acts.open_what_waits(owner)
    held: list[Route] = []
    owner.route("**/reply*", lambda route: held.append(route))
    field = owner.get_by_label("Your answer to")
    button = owner.get_by_role("button", name="Send", exact=True)
    field.fill("I will ask the store, and write to you.")
    button.click()
    for one in owner.locator("#answer button").all():
        expect(one).to_have_attribute("aria-disabled", "true")
    expect(acts.resolve_button(owner)).not_to_have_attribute("aria-disabled", "true")
    field.press("Control+Enter")
    assert len(held) == 1
    held[0].continue_()
    expect(acts.conversation(owner)).to_contain_text("I will ask the store")
    for one in owner.locator("#answer button").all():
        expect(one).not_to_have_attribute("aria-disabled", "true")


def test_a_page_that_comes_back_has_its_buttons_again(owner: Page) -> None:
    owner.goto("/settings/")
    owner.route("**/settings/", lambda route: route.fulfill(status=204))  # it stays where it is
    button = owner.get_by_role("button", name="Save")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    owner.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(button).not_to_have_attribute("aria-disabled", "true")


def test_what_one_typed_is_gone_for_whoever_signs_in_next(visitors: Visitors) -> None:
    handoff, words = visitors.product.paths["handoff"], "Between you and me, no."
    with visitors.page(STRANGER) as page:
        acts.sign_in(page, visitors.link())
        page.goto(handoff)
        page.get_by_label("Your answer to").fill(words)
        page.reload()
        expect(page.get_by_label("Your answer to")).to_have_value(words)
        page.get_by_role("button", name="Sign out").click()
        expect(acts.heading(page)).to_have_text("Sign in")
        assert words not in page.evaluate(KEPT)
        acts.enter(page, **visitors.product.colleague)
        page.goto(handoff)
        expect(page.get_by_label("Your answer to")).to_have_value("")


def test_what_one_typed_is_found_again_by_them_alone_when_a_session_ran_out(
    visitors: Visitors,
) -> None:
    handoff, words = visitors.product.paths["handoff"], "Between you and me, yes."
    with visitors.page(STRANGER) as page:
        page.goto(handoff)
        acts.enter(page, **visitors.product.colleague)
        for _ in range(2):
            page.get_by_label("Your answer to").fill(words)
            page.context.clear_cookies()
            page.goto(handoff)
            acts.enter(page, **visitors.product.colleague)
            expect(page.get_by_label("Your answer to")).to_have_value(words)
        page.context.clear_cookies()
        acts.sign_in(page, visitors.link())
        page.goto(handoff)
        expect(page.get_by_label("Your answer to")).to_have_value("")
        assert words not in page.evaluate(KEPT)
