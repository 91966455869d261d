"""A change to a map that people run through, tried on what happened to them: the difference is the
change, an example shows it, and one that is under way can be cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser import acts

OFF = "Applied waiting"  # a message that many got, and on which no other hangs


@pytest.fixture
def board(owner: Page) -> Iterator[str]:
    """The draft of the map for store roles without that message; thrown away afterwards."""
    owner.goto("/maps/")
    owner.get_by_role("link", name="Store roles", exact=True).click()
    owner.get_by_role("link", name=re.compile("^(Edit|Go on with the draft)$")).click()
    board = owner.url
    owner.get_by_text(f"More about {OFF}", exact=True).click()
    owner.get_by_role("button", name="Switch off").locator("visible=true").click()
    expect(owner.get_by_role("main")).to_contain_text("Throw the draft away")
    yield board
    owner.goto(board)
    owner.get_by_text("Throw the draft away").click()
    owner.get_by_role("button", name="Throw it away").click()


def test_the_difference_is_the_change_and_an_example_shows_it(owner: Page, board: str) -> None:
    _start(owner, board, days="90")
    main = owner.get_by_role("main")
    expect(main).to_contain_text("This would have sent", timeout=acts.REAL_WORK)
    was, would, by = _row(main, "Messages sent, by name", OFF)
    assert was
    assert (would, by) == (0, -was)
    assert _row(main, "In all", "Messages")[2] == by
    expect(main).to_contain_text(re.compile(rf"would have sent {was} messages? fewer"))
    fewer = re.search(r"(\d+) fewer, (\d+) as many but otherwise", main.inner_text())
    assert fewer
    assert 0 < int(fewer[1]) <= was
    example = owner.get_by_role("region", name="Who would have got fewer").locator("details").first
    example.locator("summary").click()
    before, after = example.locator(".both-sides > div").all()
    expect(before.locator(".only")).to_contain_text([OFF])
    expect(after).not_to_contain_text(OFF)


def test_one_that_is_under_way_is_cancelled_unless_it_is_over(owner: Page, board: str) -> None:
    """Here it takes a second or two: whichever comes first, the page says it."""
    _start(owner, board, days="60")
    main = owner.get_by_role("main")
    with suppress(TimeoutError):
        main.get_by_role("button", name="Stop trying it").click(timeout=2_000)
    stopped = main.get_by_text("It was stopped before it had an answer. Nothing was written.")
    over = main.get_by_text("This would have sent")
    expect(stopped.or_(over).first).to_be_visible(timeout=acts.REAL_WORK)
    expect(main.get_by_role("button", name="Stop trying it")).to_have_count(0)
    if stopped.is_visible():
        expect(acts.said(owner)).to_contain_text("Stopped. Nothing was written.")


def _start(page: Page, board: str, *, days: str) -> None:
    """Try the draft on the map's own people."""
    page.goto(board)
    page.get_by_role("link", name=re.compile("^Try it on")).click()
    page.get_by_label("How far back").select_option(days)
    page.get_by_role("button", name="Try it on what happened").click()


def _row(main: Locator, table: str, name: str) -> list[int]:
    """What happened, what would have, and the difference."""
    row = main.get_by_role("region", name=table).get_by_role("row", name=re.compile(f"^{name} "))
    return [int(text.replace("–", "0")) for text in row.get_by_role("cell").all_inner_texts()]
