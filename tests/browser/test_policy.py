"""Changing the policy, and stopping everything: with a mouse, and without one."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser import acts


def test_the_form_says_what_it_would_do_and_publishes_it(owner: Page) -> None:
    owner.goto("/policies/change")
    effect = owner.get_by_role("region", name="What it would do")
    expect(effect).to_contain_text("It says the same as the policy in force.")
    owner.locator("[name=default_mon]").fill("10-18")
    expect(effect).to_contain_text("Mon 10:00–18:00")
    expect(effect).to_contain_text(re.compile(r"(Of \d+ messages?|No message is) planned"))
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


def test_what_is_out_of_date_says_so_until_its_answer_is_here(owner: Page) -> None:
    owner.goto("/policies/change")
    effect = owner.get_by_role("region", name="What it would do")
    expect(effect).to_contain_text("It says the same as the policy in force.")
    expect(effect).not_to_have_attribute("aria-busy", "true")
    asked: list[tuple[Route, APIResponse]] = []
    owner.route("**/change/preview", lambda route: asked.append((route, route.fetch())))
    monday, working = owner.locator("[name=default_mon]"), effect.get_by_text("Working it out…")
    monday.fill("10-18")
    expect(working).to_be_visible()
    expect(effect.locator(".summary")).to_have_css("opacity", "0.35")
    _until(owner, lambda: len(asked) == 1)
    monday.fill("10-17")
    asked[0][0].fulfill(response=asked[0][1])  # an answer to what stands there no more
    expect(effect).to_contain_text("Mon 10:00–18:00")
    expect(working).to_be_visible()
    _until(owner, lambda: len(asked) == 2)
    asked[1][0].fulfill(response=asked[1][1])
    expect(effect).to_contain_text("Mon 10:00–17:00")
    expect(working).to_be_hidden()
    expect(effect.locator(".summary")).to_have_css("opacity", "1")
    monday.fill("10-16")
    expect(working).to_be_visible()
    owner.route("**/policies/change", lambda route: route.fulfill(status=204))
    with owner.expect_request("**/policies/change") as sent:  # all the same
        owner.get_by_role("button", name="Publish").click()
    assert "act=publish" in (sent.value.post_data or "")
    owner.unroute_all(behavior="ignoreErrors")


def _until(page: Page, true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not come to that.")


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
    expect(effect).to_contain_text(
        "At most 2 messages about one application while it is in one stage."
    )
    expect(effect).not_to_contain_text("object (")


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
