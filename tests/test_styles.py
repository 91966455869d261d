"""A class of one page means nothing on another: pages do not spoil each other's looks.

The stylesheet's sections are named by comments. Those in SHARED are for every page; what another
section begins a selector with belongs to it alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

CONSOLE = Path(__file__).parent.parent / "followthrough/web/static/web/console.css"
DEMO = Path(__file__).parent.parent / "followthrough/demo/static/demo/demo.css"
SHARED = {"", "The frame", "Acts", "Lists", "The timeline", "On a phone", "On paper"}
SECTION = re.compile(r"(?m)^/\* (\w[\w ]*).*? \*/$")


def sections(css: str) -> list[tuple[str, str]]:
    """Each section's name and its text; what stands before the first has the name ''."""
    first, *rest = SECTION.split(css)
    return [("", first), *zip(rest[::2], rest[1::2], strict=True)]


def begun_with(css: str) -> set[str]:
    """The classes that selectors begin with."""
    plain = re.sub(r"/\*.*?\*/|\([^()]*\)", "", css, flags=re.S)  # `:is(a, b)` begins nothing
    selectors = re.findall(r"([^{}]+){", plain)
    found = (re.match(r"\s*\.([\w-]+)", one) for each in selectors for one in each.split(","))
    return {one[1] for one in found if one}


def owners(css: str) -> dict[str, set[str]]:
    """The sections of pages that each class is begun with in."""
    found = defaultdict(set)
    for name, text in sections(css):
        if name not in SHARED:
            for one in begun_with(text):
                found[one].add(name)
    return found


def test_a_class_belongs_to_one_page() -> None:
    found = owners(CONSOLE.read_text())
    assert len({name for names in found.values() for name in names}) > 5
    assert {one: names for one, names in found.items() if len(names) > 1} == {}


def test_the_demo_leaves_the_pages_as_they_are() -> None:
    """Its own page shows the console's timeline; only the frame it may fit to itself."""
    parts = sections(CONSOLE.read_text())
    theirs = {one for name, text in parts for one in begun_with(text)}
    theirs -= {one for name, text in parts if name == "The frame" for one in begun_with(text)}
    assert begun_with(DEMO.read_text()) & theirs == set()


def test_what_two_pages_begin_with_would_be_seen() -> None:
    css = "/* Maps */\n.day svg { width: 1px }\n/* Interviews: by day */\n.a, .day h2 { margin: 0 }"
    assert owners(css)["day"] == {"Maps", "Interviews"}
    assert owners(css)["a"] == {"Interviews"}
