"""Changing the policy, and stopping everything: with a mouse, and without one."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import acts


def test_the_form_says_what_it_would_do_and_publishes_it(owner: Page) -> None:
    owner.goto("/policies/change")
    effect = owner.get_by_role("region", name="What it would do")
    expect(effect).to_contain_text("It says the same as the policy in force.")
    owner.locator("[name=default_mon]").fill("10-18")
    expect(effect).to_contain_text("Mon 10:00–18:00")
    expect(effect).to_contain_text(re.compile(r"Of \d+ messages? planned"))
    expect(effect).not_to_contain_text("Allows more")
    owner.locator("[name=default_sun]").fill("late")
    expect(effect).to_contain_text("“late” is no time from and to")
    owner.locator("[name=default_sun]").fill("8-21")
    expect(effect).to_contain_text("Allows more")
    # What is published counts for every test after this one: only Sundays become shorter.
    owner.locator("[name=default_mon]").fill("09:00–20:00")
    owner.locator("[name=default_sun]").fill("14-18")
    expect(effect).to_contain_text("Sun 14:00–18:00")
    expect(effect).not_to_contain_text("Allows more")
    owner.get_by_label("What changes and why").fill("Sundays are for rest")
    owner.get_by_role("button", name="Publish").click()
    expect(acts.said(owner)).to_contain_text("is in force.")
    expect(owner.get_by_role("main")).to_contain_text("“Sundays are for rest”")


def test_a_cap_is_added_by_keyboard_alone(owner: Page) -> None:
    owner.goto("/policies/change")
    caps = owner.get_by_role("group", name=re.compile("^Cap "))
    before = caps.count()
    owner.get_by_role("button", name="Another cap").press("Enter")
    expect(caps).to_have_count(before + 1)
    number = caps.nth(before - 1).get_by_label("At most")
    number.press("2")
    number.press("Tab")
    for _ in range(2):
        owner.keyboard.press("Tab")
    owner.keyboard.press("End")  # the last window: in one stage
    effect = owner.get_by_role("region", name="What it would do")
    expect(effect).to_contain_text("At most 2 messages about one application in one stage.")


def test_everything_is_stopped_and_let_go(owner: Page) -> None:
    owner.goto("/policies/stop/")
    owner.get_by_role("link", name="Stop All sending").click()
    owner.get_by_label("Why (your colleagues see it)").fill("A wrong salary")
    owner.get_by_role("button", name="Stop it now").click()
    expect(owner.locator("#strip")).to_contain_text("Everything is stopped since")
    expect(owner.get_by_role("main")).to_contain_text("“A wrong salary”")
    owner.get_by_role("button", name="Let it go on").click()
    expect(owner.locator("#strip")).not_to_contain_text("stopped")
    expect(owner.get_by_role("main")).to_contain_text("Nothing is stopped")
