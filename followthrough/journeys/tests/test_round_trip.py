"""Maps that people keep in files: what they did not change comes back byte for byte, and what
cannot be kept is said."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any

from hypothesis import given, settings
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
laid_out = st.builds(
    lambda name, layout: LAYOUTS[layout](TEXTS[name]), st.sampled_from(sorted(TEXTS)),
    st.sampled_from(sorted(LAYOUTS)),
)  # fmt: skip


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


@settings(max_examples=60, deadline=None)
@given(laid_out)
def test_what_was_not_changed_comes_back_byte_for_byte(text: str) -> None:
    found = written(read_yaml(text), like=text)
    assert found == (text, "", ())


@settings(max_examples=150, deadline=None)
@given(laid_out, edits)
def test_an_edit_keeps_every_comment_and_every_other_line(text: str, edit: Any) -> None:
    raw = read_yaml(text).dump()
    change, which = edit
    change(raw, which)
    document = check(raw)
    found = written(document, like=text)
    assert read_yaml(found.text) == document
    assert found.text.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r" not in text or "\n" not in text.replace("\r\n", ""):
        assert ("\r" in found.text) == ("\r" in text)
        assert "\n" not in found.text.replace("\r\n", "") or "\r" not in text
    if change is removed or (change is turned and "&said" in text):
        return  # what goes takes its comments along; an alias cannot stand before what it names
    assert (found.lost, found.comments) == ("", ()), found.text
    if change in (prioritised, switched_off, renamed):
        told = [
            line for line in unified_diff(text.splitlines(), found.text.splitlines(), n=0)
            if line[0] in "+-" and line[:3] not in ("+++", "---")
        ]  # fmt: skip
        assert len(told) <= 8, "\n".join(told)


@settings(max_examples=40, deadline=None)
@given(maps, maps, st.sampled_from(sorted(LAYOUTS)))
def test_any_change_can_be_written(document: Any, other: Any, layout: str) -> None:
    text = LAYOUTS[layout](written(document).text)
    assert read_yaml(text) == document
    assert written(document, like=text).text == text
    assert read_yaml(written(other, like=text).text) == other


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.integers(1, 6), st.integers(0, 4), st.booleans())
def test_any_indentation_is_kept(name: str, mapping: int, offset: int, wide: bool) -> None:
    yaml, path = YAML(), []
    yaml.indent(mapping=mapping + 1, sequence=offset + 2, offset=offset)
    yaml.width = 4096 if wide else 60
    from io import StringIO

    out = StringIO()
    yaml.dump(YAML().load(TEXTS[name]), out)
    text = out.getvalue()
    assert path == []
    document = read_yaml(text)
    assert written(document, like=text).text == text
    raw = document.dump()
    prioritised(raw, 3)
    found = written(check(raw), like=text)
    assert read_yaml(found.text) == check(raw)
    assert found.comments == ()
