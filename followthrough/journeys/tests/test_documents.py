"""YAML in and out: nothing is lost, and what cannot be read says where and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from followthrough.journeys.definition import SCHEMA, MapDocument
from followthrough.journeys.documents import DocumentError, check, read_yaml, write_yaml
from followthrough.journeys.tests.builders import a_map
from followthrough.journeys.tests.strategies import maps

KEPT = """\
# A map that people keep in git.
schema: 2
name: "Kept as it is"   # quoted on purpose
settle: PT1M

stages:
  applied:
    ends: false          # said, though it goes without saying
    touches:
      # The first thing anybody hears.
      - key: thanks
        trigger: {stage_entered: {}}
        channels: [sms]
        content:
          sms:
            en: {body: 'Thanks, {{ candidate.given_name }}!'}
      - key: nudge
        trigger:
          stalled: {for: P2D}
        channels:
        - sms
        content:
          sms:
            en:
              body: >-
                Still there?
                Just reply.
"""


@settings(max_examples=40, deadline=None)
@given(maps)
def test_any_document_survives_yaml(document: MapDocument) -> None:
    text = write_yaml(document)
    assert read_yaml(text) == document
    assert write_yaml(read_yaml(text), like=text) == text


@settings(max_examples=40, deadline=None)
@given(maps, maps)
def test_any_change_survives_yaml(document: MapDocument, other: MapDocument) -> None:
    assert read_yaml(write_yaml(other, like=write_yaml(document))) == other


@settings(max_examples=40, deadline=None)
@given(maps)
def test_what_is_published_reads_back(document: MapDocument) -> None:
    assert check(document.dump()) == document
    assert MapDocument.model_validate(document.sparse()) == document


def test_unchanged_comes_back_byte_for_byte() -> None:
    assert write_yaml(read_yaml(KEPT), like=KEPT) == KEPT


def test_a_change_leaves_the_rest_alone() -> None:
    raw = read_yaml(KEPT).dump()
    raw["stages"]["applied"]["touches"][0]["priority"] = 2
    raw["name"] = "Another name"
    written = write_yaml(check(raw), like=KEPT)
    new = [line.strip() for line in written.splitlines() if line not in KEPT.splitlines()]
    assert new == ['name: "Another name"    # quoted on purpose', "priority: 2"]
    for kept in ("# A map that people keep in git.", "# said, though", "# The first thing", ">-"):
        assert kept in written
    assert read_yaml(written) == check(raw)


def test_touches_keep_their_comments_when_one_goes() -> None:
    raw = read_yaml(KEPT).dump()
    del raw["stages"]["applied"]["touches"][1]
    written = write_yaml(check(raw), like=KEPT)
    assert "# The first thing anybody hears." in written
    assert "nudge" not in written


def test_shared_texts_may_be_aliases_and_change_apart() -> None:
    text = KEPT.replace(
        "content:\n          sms:\n            en: {",
        "content: &said\n          sms:\n            en: {",
    )
    text = (
        text[: text.index("        content:\n          sms:\n            en:\n")]
        + "        content: *said\n"
    )
    document = read_yaml(text)
    assert document.contents["thanks"] == document.contents["nudge"]
    assert write_yaml(document, like=text) == text
    raw = document.dump()
    raw["stages"]["applied"]["touches"][0]["content"] = {"sms": {"en": {"body": "Only this."}}}
    assert read_yaml(write_yaml(check(raw), like=text)) == check(raw)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("schema: 2\nname: 'open\nstages: {}\n", 4, "cannot be read"),
        ("schema: 2\n\tname: x\n", 2, "cannot be read"),
        ("schema: 2\nname: a\nname: b\n", 3, "cannot be read"),
        ("schema: 2\nname: !!python/object:os.system x\n", 2, "Tags"),
        ("name: !secret x\n", 1, "Tags"),
        (BOMB, 5, "repeat too much"),
        ("a: &a [1, *a]\n", 1, "contains itself"),
        ("a: " + "[" * 50 + "]" * 50 + "\n", 1, "nested too deeply"),
        ("- a\n- b\n", 1, "group of named parts"),
        ("", 1, "group of named parts"),
        ("just words", 1, "group of named parts"),
        ("a: 1\n---\nb: 2\n", 2, "cannot be read"),
        ("a: \x00", 0, "cannot be read"),
        ("a: 'x'\n" * 40_000, 0, "larger than 256 KiB"),
    ],
)  # fmt: skip
def test_what_is_no_document_says_why(text: str, line: int, said: str) -> None:
    with pytest.raises(DocumentError) as found:
        read_yaml(text)
    (problem,) = found.value.problems
    assert said in problem.reason
    assert problem.remedy
    assert problem.line == line


def test_what_a_text_begins_with_is_named_by_todays_schema() -> None:
    with pytest.raises(DocumentError) as found:
        read_yaml("just words")
    assert f"schema: {SCHEMA} " in found.value.problems[0].remedy


def test_problems_have_their_lines() -> None:
    text = KEPT.replace("for: P2D", "for: two days").replace("channels: [sms]", "channels: [fax]")
    with pytest.raises(DocumentError) as found:
        read_yaml(text)
    places = [(one.line, one.path) for one in found.value.problems]
    assert places == [
        (13, "stages.applied.touches[0].channels[0]"),
        (14, "stages.applied.touches[0].content.fax"),
        (19, "stages.applied.touches[1].trigger.stalled.for"),
    ]


@pytest.mark.parametrize("raw", [None, 1, [], "x", {"stages": []}, {"stages": {"applied": 3}}])
def test_anything_can_be_checked(raw: Any) -> None:
    with pytest.raises(DocumentError):
        check(raw)


def test_durations_are_kept_as_written() -> None:
    document = a_map(
        {"applied": {"touches": [{"key": "a", "trigger": {"stalled": {"for": "PT48H"}}}]}}
    )
    assert "PT48H" in write_yaml(document)
