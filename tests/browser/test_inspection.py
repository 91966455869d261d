"""What looks at the pages sees: each planted fault is found, on a page of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import inspection
from tests.browser.browsing import Visitors
from tests.browser.pages import STRANGER

Look = Callable[[Page], list[str]]
FAULTS: dict[str, tuple[Look, str, str]] = {
    "a field without a name": (
        inspection.violations, "main => main.append(document.createElement('input'))", "label",
    ),
    "text too pale to read": (
        inspection.violations, "main => { main.style.color = '#ddd' }", "color-contrast",
    ),
    "targets too small to hit": (
        inspection.violations,
        """main => {
          for (const name of ["One", "Two"]) {
            const button = Object.assign(document.createElement("button"), {ariaLabel: name});
            button.style.cssText = "min-height: 0; width: 8px; height: 8px; padding: 0; border: 0";
            main.append(button);
          }
        }""",
        "target-size",
    ),
    "something too wide": (
        inspection.sideways, "main => { main.style.minWidth = '2000px' }", "2000 px",
    ),
    "text that lies on other text": (
        inspection.overlaps, "main => { main.querySelector('h1').style.marginBottom = '-40px' }",
        "text over text",
    ),
    "a row by its class": (
        inspection.machine_words, "main => main.append('Candidate object (01a2-12-34)')",
        "Candidate object (",
    ),
    "a control that hides its focus": (
        inspection.unseen_focus,
        "main => { main.querySelector('button').style.outline = 'none' }", "no visible focus",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(stranger: Page, fault: str) -> None:
    look, plant, said = FAULTS[fault]
    stranger.goto("/sign-in/any")
    assert look(stranger) == []
    stranger.locator("main").evaluate(plant)
    assert any(said in line for line in look(stranger)), look(stranger)


def test_colours_alone_are_looked_at_too(stranger: Page) -> None:
    stranger.goto("/sign-in/any")
    stranger.locator("main").evaluate(FAULTS["text too pale to read"][1])
    assert "color-contrast" in inspection.violations(stranger, inspection.COLOURS)[0]


PICTURE = "Object.assign(new Image(), {src: '/no-such-picture', onerror: done})"
MISBEHAVIOUR = {
    "console.error('on fire')": "console error: on fire",
    "console.warn('smoke')": "console warning: smoke",
    "setTimeout(() => { throw new Error('fell over') })": "uncaught: fell over",
    f"await new Promise((done) => document.body.append({PICTURE}))": "answered 404",
}


@pytest.mark.parametrize("script", MISBEHAVIOUR)
def test_a_page_that_misbehaves_is_noticed(visitors: Visitors, script: str) -> None:
    with pytest.raises(AssertionError, match=MISBEHAVIOUR[script]):
        visit(visitors, "/sign-in/", script)


@pytest.mark.parametrize("noticed", ["asked another machine", "ERR_NAME_NOT_RESOLVED"])
def test_a_request_to_another_machine_is_noticed_and_comes_to_nothing(
    visitors: Visitors, noticed: str
) -> None:
    script = "await fetch('http://elsewhere.example/').catch(() => 0)"
    with pytest.raises(AssertionError, match=noticed):
        visit(visitors, "/static/web/mark.svg", script)  # pictures have no policy that forbids it


def visit(visitors: Visitors, path: str, script: str) -> None:
    with visitors.page(STRANGER) as page:
        page.goto(path)
        page.evaluate(f"async () => {{ {script}; await new Promise((done) => setTimeout(done)) }}")
