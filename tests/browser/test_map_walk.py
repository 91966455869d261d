"""A message map from the first word to its second version, and back: author, preview, try on what
happened, publish, publish again what was there before."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from followthrough.core import clock
from tests.browser import acts

OLD, NEW = "Yes, we are still reading.", "Somebody reads your application this week."


def test_a_map_is_written_tried_published_and_taken_back(owner: Page) -> None:
    board = _author(owner, OLD)
    _preview(owner, board, OLD)
    _publish(owner, board, "First version")
    expect(owner.get_by_role("main")).to_contain_text("Version 1, published")

    owner.get_by_role("link", name="Edit", exact=True).click()
    owner.get_by_role("link", name=re.compile("^Edit Still reading")).click()
    owner.locator("#say_sms_en_body").fill(NEW)
    expect(owner.locator("#saved")).to_contain_text("Saved")
    _try_on_what_happened(owner, board)
    _publish(owner, board, "Says who reads")
    expect(owner.get_by_role("main")).to_contain_text("Version 2, published")
    expect(owner.get_by_role("main")).to_contain_text("What v2 was tried on")
    _roll_back(owner)


def _author(page: Page, said: str) -> str:
    page.goto("/maps/")
    page.get_by_role("link", name="New map").click()
    page.get_by_label("Name: for whom is it?").fill("Office roles")
    page.get_by_role("button", name="Begin the map").click()
    board = page.url
    page.get_by_label("Stage", exact=True).select_option("applied")
    page.get_by_label("What it is called").fill("Still reading")
    page.get_by_role("button", name="Add a touch", exact=True).click()
    expect(acts.heading(page)).to_have_text("Still reading")
    page.wait_for_load_state()
    page.locator("#say_sms_en_body").fill(said)
    expect(page.locator("#saved")).to_contain_text("Saved")
    return board


def _preview(page: Page, board: str, said: str) -> None:
    """A whole life is shown at once, decided by the gate for somebody invented; then another one,
    step by step. Nothing is sent."""
    page.goto(board)
    page.get_by_role("link", name="Preview").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("1 message would go out.")
    expect(page.locator(".stretch h3")).to_contain_text(["Applied", "Hired"])
    expect(page.locator(".bubble.out")).to_contain_text(said)
    page.get_by_text(re.compile("^Change what happens")).click()
    page.get_by_label("When (empty: now)").fill(
        f"{clock.wall() + timedelta(days=7):%Y-%m-%d}T12:00"
    )
    page.get_by_role("button", name="Add a step after step 1").click()
    expect(page.locator(".stretch h3")).to_contain_text(["Applied", "Screen", "Hired"])
    page.get_by_role("button", name="Take step 3 away").click()
    expect(page.locator(".stretch h3")).to_contain_text(["Applied", "Screen"])
    expect(page.locator(".bubble.out")).to_contain_text(said)
    page.get_by_text(re.compile(r"^\d+ checks, in order")).first.click()
    expect(main).to_contain_text("hours")


def _publish(page: Page, board: str, note: str) -> None:
    page.goto(board)
    page.get_by_role("link", name=re.compile("^Publish")).click()
    page.get_by_label("What changes, and why?").fill(note)
    page.get_by_role("button", name=re.compile("^Publish version")).click()
    expect(acts.said(page)).to_contain_text("is published.")


def _try_on_what_happened(page: Page, board: str) -> None:
    """Nobody ran through this map yet, so it is tried on the people of another one, who would have
    heard what it says and nothing else."""
    page.goto(board)
    page.get_by_role("link", name=re.compile("^Try it on")).click()
    expect(page.get_by_role("main")).to_contain_text("Nobody ran through this map")
    page.get_by_role("button", name="Try it on what happened").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("on the people of", timeout=acts.REAL_WORK)
    expect(main).to_contain_text("This would have sent", timeout=acts.REAL_WORK)
    expect(main.get_by_role("row", name=re.compile(r"^Applied \d+ [1-9]"))).to_be_visible()
    expect(main).to_contain_text("Still reading")


def _roll_back(page: Page) -> None:
    """What version 1 said is published once more, as version 3."""
    page.get_by_role("navigation", name="Versions").get_by_role("link", name="v1").click()
    page.get_by_role("link", name="Publish v1 again").first.click()
    expect(acts.heading(page)).to_have_text("Publish version 1 again")
    expect(page.get_by_role("main")).to_contain_text("Somebody reads")
    page.get_by_role("button", name="Publish version 3").click()
    expect(acts.said(page)).to_contain_text("Version 3 is published.")
    expect(page.get_by_role("main")).to_contain_text("Version 1 again: First version")
