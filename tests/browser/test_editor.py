"""Writing a message map in the browser: from nothing, by keyboard, and with somebody else at it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import acts
from tests.browser.browsing import Visitors
from tests.browser.pages import COLLEAGUE

CONFLICT = 409


def begin(page: Page, name: str) -> str:
    """A map of its own for each test. Returns the address of its board."""
    page.goto("/maps/")
    page.get_by_role("link", name="New map").click()
    page.get_by_label("Name: for whom is it?").fill(name)
    page.get_by_role("group", name="Also written in").get_by_label("Spanish").check()
    page.get_by_role("button", name="Begin the map").click()
    expect(acts.heading(page)).to_have_text(name)
    return page.url


def add(page: Page, stage: str, name: str) -> None:
    """A touch in a stage that says nothing yet, and to its form."""
    page.get_by_label("Stage", exact=True).select_option(stage)
    page.get_by_label("What it is called").fill(name)
    page.get_by_role("button", name="Add a touch", exact=True).click()
    expect(acts.heading(page)).to_have_text(name)
    page.wait_for_load_state()


def text(page: Page, locale: str = "en") -> Locator:
    return page.locator(f"#say_sms_{locale}_body")


def saved(page: Page) -> Locator:
    return page.locator("#saved")


def test_the_buttons_of_the_library_are_alike(owner: Page) -> None:
    owner.goto("/maps/new")
    buttons = owner.get_by_role("button", name=re.compile("Begin (with it|the map)")).all()
    boxes = [one.bounding_box() for one in buttons]
    assert len(boxes) == 7
    assert len({box["height"] for box in boxes if box}) == 1  # one line each
    assert len({box["width"] for box in boxes[1:] if box}) == 1


def test_the_first_language_is_not_offered_as_a_further_one(owner: Page) -> None:
    owner.goto("/maps/new")
    further = owner.get_by_role("group", name="Also written in")
    expect(further.get_by_label("English")).to_be_hidden()
    owner.get_by_label("Whoever has no text in their own language gets").select_option("es")
    expect(further.get_by_label("English")).to_be_visible()
    expect(further.get_by_label("Spanish")).to_be_hidden()


def test_settings_save_themselves_and_a_text_is_shown_in_its_languages(owner: Page) -> None:
    begin(owner, "Evening helpers")
    owner.get_by_role("link", name="Settings, languages, limits").click()
    owner.get_by_label("What it is for, for colleagues").fill("For the evenings.")
    expect(saved(owner)).to_contain_text("Saved")
    expect(owner.locator("#yes_sms_fr_body")).to_have_count(0)
    owner.get_by_role("group", name="Written in").get_by_label("French").check()
    expect(owner.locator("#yes_sms_fr_body")).to_have_count(1)
    owner.reload()
    expect(owner.get_by_label("What it is for, for colleagues")).to_have_value("For the evenings.")
    owner.get_by_role("button", name="Done: back to the board").click()
    add(owner, "applied", "Thank you")
    text(owner).fill("Thanks!")
    text(owner, "fr").evaluate("one => one.closest('details').open = true")
    text(owner, "fr").fill("Merci !")
    expect(owner.locator("#beside .bubble")).to_have_text("Thanks!")
    owner.get_by_role("button", name="French", exact=True).click()
    expect(owner.locator("#beside .bubble")).to_have_text("Merci !")
    text(owner, "fr").fill("Merci beaucoup !")
    expect(owner.locator("#beside .bubble")).to_have_text("Merci beaucoup !")


def test_the_first_press_after_typing_counts(owner: Page) -> None:
    board = begin(owner, "Early helpers")
    for address, field in (
        (f"{board}settings", owner.get_by_label("What it is for, for colleagues")),
        (f"{board}stages/applied", owner.get_by_label("At most").first),
    ):
        owner.goto(address)
        field.press_sequentially("7")
        expect(saved(owner)).to_contain_text("Saved")
        done = owner.get_by_role("button", name="Done: back to the board")
        done.hover()
        owner.mouse.down()
        expect(field).not_to_be_focused()  # left only now, and so it is "Saving …"
        expect(saved(owner)).to_have_attribute("aria-busy", "true")
        owner.mouse.up()
        expect(acts.heading(owner)).to_have_text("Early helpers")


def test_a_small_map_is_built_from_nothing(owner: Page) -> None:
    board = begin(owner, "Weekend helpers")
    add(owner, "applied", "Thank you")
    text(owner).fill("Hi {{ candidate.given_name }}, thanks! Reply STOP to stop.")
    expect(saved(owner)).to_contain_text("Saved")
    expect(owner.locator("#beside .bubble")).to_contain_text("thanks! Reply STOP to stop.")
    expect(owner.locator("#beside .bubble")).not_to_contain_text("{{")
    expect(owner.locator("#meter-sms-en")).to_contain_text("1 part")
    expect(text(owner)).to_be_focused()
    owner.get_by_role("button", name="Done: back to the board").click()

    add(owner, "interview", "Day before")
    owner.get_by_label("It is due when").select_option("before")
    expect(owner.locator("#wrong-anchor")).to_contain_text("Choose the time it hangs on.")
    expect(saved(owner)).to_contain_text("Not saved yet")
    owner.get_by_label("Which time", exact=True).select_option("interview_start")
    owner.get_by_label("How long before").fill("1")
    owner.locator("#offset_unit").select_option("working")
    expect(owner.get_by_text("without the public holidays where they are")).to_be_visible()
    owner.locator("#offset_unit").select_option("days")
    expect(owner.get_by_text("without the public holidays where they are")).to_be_hidden()
    owner.get_by_label("at", exact=True).fill("9")
    text(owner).fill("See you {{ interview_start | local_time")
    expect(owner.locator("#wrong-say_sms_en_body")).to_contain_text("In line 1 of the text")
    text(owner).fill("See you tomorrow, {{ interview_start | local_clock }}.")
    expect(owner.locator("#wrong-say_sms_en_body")).to_be_empty()
    owner.get_by_role("button", name="Done: back to the board").click()

    column = owner.get_by_role("region", name=re.compile("^Interview"))
    expect(column).to_contain_text("1 day before the interview, at 09:00 their time")
    expect(owner.get_by_role("main")).not_to_contain_text("from being published")
    owner.goto(board)
    column.get_by_text("More about Day before").click()
    column.get_by_role("button", name="Remove").click()
    expect(acts.said(owner)).to_contain_text("“Day before” is not in the map any more.")
    acts.said(owner).get_by_role("button", name="Undo").click()
    expect(column).to_contain_text("Day before")


def test_a_blank_is_put_where_one_types(owner: Page) -> None:
    begin(owner, "Drivers")
    add(owner, "applied", "Thank you")
    text(owner).fill("Hi ")
    owner.get_by_text("What can be filled in").click()
    owner.get_by_role("button", name="first name").click()
    expect(text(owner)).to_have_value("Hi {{ candidate.given_name }}")
    expect(text(owner)).to_be_focused()
    expect(owner.locator("#beside .bubble")).to_contain_text(re.compile(r"^Hi \w+"))


def test_conditions_are_rows_with_what_is_there(owner: Page) -> None:
    begin(owner, "Night shift")
    add(owner, "applied", "Thank you")
    text(owner).fill("Hi.")
    what = owner.get_by_label("Condition 1: what")
    what.focus()
    what.select_option("site.name")
    expect(owner.locator("#values-0 option").first).to_be_attached()
    expect(what).to_be_focused()
    expect(owner.get_by_label("Condition 2: what")).to_be_visible()
    owner.get_by_label("Condition 1: compared with").fill("Nowhere")
    expect(saved(owner)).to_contain_text("Saved")
    expect(owner.locator("#beside")).to_contain_text("it asks whether the site is Nowhere")
    owner.get_by_role("button", name="Another condition").click()
    expect(owner.get_by_label("Condition 3: what")).to_be_visible()


def test_two_people_at_one_touch_see_both_texts(visitors: Visitors) -> None:
    with visitors.page(status=CONFLICT) as maya, visitors.page(COLLEAGUE) as tomas:
        board = begin(maya, "Cashiers")
        add(maya, "applied", "Thank you")
        text(maya).fill("First words")
        expect(saved(maya)).to_contain_text("Saved")
        tomas.goto(maya.url)
        text(tomas).fill("Words of Tomás")
        expect(saved(tomas)).to_contain_text("Saved")
        text(maya).fill("Words of Maya")
        expect(saved(maya)).to_contain_text("Somebody changed this meanwhile (Tomás")
        maya.get_by_role("button", name="Save", exact=True).click()
        main = maya.get_by_role("main")
        expect(acts.heading(maya)).to_have_text("Two texts of “Thank you”")
        expect(main).to_contain_text("Words of Maya")
        expect(main).to_contain_text("Words of Tomás")
        maya.get_by_role("button", name="Take mine").click()
        expect(text(maya)).to_have_value("Words of Maya")
        tomas.goto(board)
        expect(tomas.get_by_role("main")).to_contain_text("Words of Maya")


def test_a_touch_is_written_by_keyboard_alone(owner: Page) -> None:
    begin(owner, "Cooks")
    add(owner, "applied", "Thank you")
    acts.tab_to(owner, text(owner))
    owner.keyboard.type("Hello")
    expect(saved(owner)).to_contain_text("Saved")
    expect(text(owner)).to_be_focused()
    acts.tab_to(owner, owner.get_by_role("button", name="Done: back to the board"))
    owner.keyboard.press("Enter")
    expect(owner.get_by_role("region", name=re.compile("^Applied"))).to_contain_text("Hello")


def test_what_was_typed_before_the_page_was_ready_is_saved(owner: Page) -> None:
    board = begin(owner, "Slow lines")
    add(owner, "applied", "Early words")
    here, waiting = owner.url, list[Route]()
    assert here != board
    owner.route("**/htmx-*.js", lambda route: waiting.append(route))
    owner.goto(here, wait_until="commit")
    text(owner).fill("Typed at once. Reply STOP to stop.")
    waiting[0].continue_()
    expect(saved(owner)).to_contain_text("Saved")
    owner.unroute_all(behavior="ignoreErrors")
