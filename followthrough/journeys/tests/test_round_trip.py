"""Maps that people keep in files: what they did not change comes back byte for byte, and what
cannot be kept is said."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from followthrough.journeys.documents import check, read_yaml, written
from followthrough.journeys.tests.strategies import maps

Raw = dict[str, Any]
MAPS = sorted((Path(__file__).parents[2] / "demo" / "maps").glob("*.yaml"))
TEXTS = {path.stem: path.read_text() for path in MAPS}
ODD = """\
# Kept in git.
%s
name: 'Odd'    # in single quotes
stages:
    applied:
        touches:
        -   key: thanks     # the first
            trigger:
                stage_entered: {}
            channels: [ sms,email ]
            content: &said
                sms:
                    en: { body: "Thanks — “ok”?" }
                    es:
                        body: |
                            ¡Gracias!
                            # not a comment
                email:
                    en: {subject: Thanks, body: Thanks.}
                    es: {subject: Gracias, body: Gracias.}

        # Only after a while.
        -   key: nudge
            trigger: {stalled: {for: P2D}}
            # Texts only.
            channels:
            - sms
            content: *said
        # The last.
        -   key: last
            trigger: {stalled: {for: P9D}}
            channels: [sms]
            content:
                sms: {en: {body: >-
                    Still
                    there?}}
    # Now it gets serious.
    offer:
        touches:
        - {key: offer, trigger: {manual: {}}, channels: [sms], content: {sms: {en: {body: "Hm?"}}}}
# The end.
""".replace(
    "body: >-\n                    Still\n                    there?",
    'body: "Still\n                    there?"',
)
TEXTS |= {"odd": ODD % "schema: 2", "odder": ODD % "schema: 1"}


def with_cr(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_bom(text: str) -> str:
    return "\ufeff" + text


def mixed(text: str) -> str:
    """Half of its lines ended in the one way, half in the other."""
    lines = text.split("\n")
    return (
        "".join(line + ("\r\n" if at % 2 else "\n") for at, line in enumerate(lines[:-1]))
        + lines[-1]
    )


def spaced(text: str) -> str:
    """Blank lines, and comments between everything that is no block of text."""
    return text.replace("\n      - key", "\n\n\n      # spaced\n      - key")


LAYOUTS: dict[str, Callable[[str], str]] = {
    "as it is": str, "CRLF": with_cr, "BOM": with_bom, "both": lambda text: with_bom(with_cr(text)),
    "mixed": mixed, "spaced": spaced, "no end": lambda text: text.rstrip("\n"),
    "blank end": lambda text: text + "\n\n",
}  # fmt: skip


def touches(raw: Raw) -> list[tuple[list[Raw], int]]:
    """Each touch as the list it stands in, and its place there."""
    return [
        (block["touches"], at)
        for block in raw["stages"].values()
        for at in range(len(block["touches"]))
    ]


def removed(raw: Raw, which: int) -> None:
    found = touches(raw)
    listed, at = found[which % len(found)]
    gone = listed[at]["key"]
    listed[:] = [one for one in listed if one["key"] != gone and gone not in str(one)]


def prioritised(raw: Raw, which: int) -> None:
    found = touches(raw)
    listed, at = found[which % len(found)]
    listed[at]["priority"] = 9 - listed[at]["priority"] or 1


def reworded(raw: Raw, which: int) -> None:
    found = touches(raw)
    listed, at = found[which % len(found)]
    channel = next(iter(listed[at]["content"].values()))
    text = channel[list(channel)[which % len(channel)]]
    text["body"] = (
        f"{text['body'].rstrip()} And {which} more: # «words» to read, all of them at once"
    )


def turned(raw: Raw, which: int) -> None:
    blocks = list(raw["stages"].values())
    blocks[which % len(blocks)]["touches"].reverse()


def added(raw: Raw, which: int) -> None:
    found = touches(raw)
    listed, at = found[which % len(found)]
    new = {"key": "brand_new", "trigger": {"manual": {}}, "channels": ["sms"],
           "content": {"sms": {"en": {"body": "New?"}}}}  # fmt: skip
    listed.insert(at + which % 2, new)


def switched_off(raw: Raw, which: int) -> None:
    found = touches(raw)
    listed, at = found[which % len(found)]
    listed[at]["enabled"] = False


def renamed(raw: Raw, which: int) -> None:
    raw["name"] = "Another: name"
    raw["settle"] = f"PT{which + 1}S"


def conditioned(raw: Raw, which: int) -> None:
    found = touches(raw)
    listed, at = found[which % len(found)]
    if listed[at].pop("when", None) is None:
        listed[at]["when"] = {"field": "site.country", "op": "is", "value": "US"}


EDITS = (removed, prioritised, reworded, turned, added, switched_off, renamed, conditioned)
edits = st.tuples(st.sampled_from(EDITS), st.integers(0, 20))


ONCE = settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])


def flawless(text: str, change: Any, which: int) -> bool:
    """Whether an edit of a text leaves the rest of it as it is. What goes takes its comments along;
    an alias cannot stand before what it names, nor say another thing than that."""
    return change is not removed and not (change in (turned, reworded) and "&said" in text)


def check_edit(text: str, change: Any, which: int) -> str:
    """Make an edit, and look at what must hold of any; the new text."""
    raw = read_yaml(text).dump()
    change(raw, which)
    document = check(raw)
    found = written(document, like=text)
    assert read_yaml(found.text) == document
    assert found.text.startswith("\ufeff") == text.startswith("\ufeff")
    if flawless(text, change, which):
        assert (found.lost, found.comments) == ("", ()), found.text
    return found.text


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_was_not_changed_comes_back_byte_for_byte(name: str, layout: str) -> None:
    text = LAYOUTS[layout](TEXTS[name])
    assert written(read_yaml(text), like=text) == (text, "", ())


@pytest.mark.parametrize("change", EDITS, ids=lambda one: one.__name__)
def test_any_edit_keeps_the_layout(change: Any) -> None:
    for which in range(4):
        check_edit(TEXTS["odd"], change, which)
    check_edit(TEXTS["odder"], change, 1)


@ONCE
@given(st.sampled_from(sorted(LAYOUTS)), edits)
def test_line_ends_and_marks_are_kept(layout: str, edit: Any) -> None:
    text = LAYOUTS[layout](TEXTS["odd"])
    found = check_edit(text, *edit)
    if layout in ("CRLF", "both"):
        assert "\n" not in found.replace("\r\n", "")
    elif layout != "mixed":
        assert "\r" not in found


@pytest.mark.parametrize(("name", "change"), [("retail", turned), ("warehouse", reworded)])
def test_maps_of_ordinary_size_are_edited_too(name: str, change: Any) -> None:
    check_edit(TEXTS[name], change, 2)


@pytest.mark.parametrize("change", [prioritised, switched_off, renamed, conditioned])
def test_a_small_edit_is_a_small_difference(change: Any) -> None:
    text = TEXTS["odd"]
    found = check_edit(text, change, 1)
    lines = unified_diff(text.splitlines(), found.splitlines(), n=0)
    told = [one for one in lines if one[0] in "+-" and one[:3] not in ("+++", "---")]
    assert 0 < len(told) <= 6, "\n".join(told)


def test_a_touch_takes_its_comments_along() -> None:
    """The comments above it, and no others: not those of the next one."""
    found = check_edit(TEXTS["odd"].replace("*said", "{sms: {en: {body: Hm?}}}"), turned, 0)
    nudge, last = found.index("# Only after a while."), found.index("# The last.")
    assert last < found.index("key: last") < nudge < found.index("key: nudge")
    gone = check_edit(TEXTS["odd"], removed, 1)
    assert "# Only after a while." not in gone
    assert "# The last." in gone


def test_what_is_lost_is_said() -> None:
    raw = read_yaml(TEXTS["odd"]).dump()
    turned(raw, 0)
    found = written(check(raw), like=TEXTS["odd"])
    assert found.lost
    assert found.comments


@settings(ONCE, max_examples=25)
@given(maps, maps, st.sampled_from(sorted(LAYOUTS)))
def test_any_change_can_be_written(document: Any, other: Any, layout: str) -> None:
    text = LAYOUTS[layout](written(document).text)
    assert read_yaml(text) == document
    assert written(document, like=text).text == text
    assert read_yaml(written(other, like=text).text) == other


@ONCE
@given(st.integers(2, 6), st.integers(0, 4), st.booleans())
def test_any_indentation_is_kept(mapping: int, offset: int, wide: bool) -> None:
    yaml, out = YAML(), StringIO()
    yaml.indent(mapping=mapping, sequence=offset + 2, offset=offset)
    yaml.width = 4096 if wide else 60
    yaml.dump(YAML().load(TEXTS["odd"]), out)
    check_edit(out.getvalue(), prioritised, 3)
    check_edit(out.getvalue(), added, 2)
