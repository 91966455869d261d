"""What one document says otherwise than another, in words and side by side."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from followthrough.journeys.definition import MapDocument
from followthrough.journeys.diff import diff
from followthrough.journeys.tests.builders import a_map
from followthrough.journeys.tests.strategies import maps
from followthrough.web.console.publishing import compare

STAGES: dict[str, Any] = {
    "applied": {"touches": [{"key": "thanks", "trigger": {"stage_entered": {}}}]},
    "interview": {"touches": [
        {"key": "confirm", "trigger": {"stage_entered": {}},
         "ask": {"kind": "confirmation", "anchor": "interview_start"}},
        {"key": "soon", "trigger": {"before": {"anchor": "interview_start", "by": "PT2H"}}},
    ]},
}  # fmt: skip


def compared(stages: dict[str, Any], **given: Any) -> compare.Comparison:
    return compare.compare(a_map(STAGES), a_map(stages, **given))


def said(row: compare.Row) -> tuple[str, str, str]:
    return (row.name, *("".join(mark.text for mark in side) for side in row.sides))


def rows(found: compare.Comparison) -> list[tuple[str, str, str]]:
    return [said(row) for touch in found.touches for row in touch.rows]


def normal(document: MapDocument) -> dict[str, Any]:
    """What a document says; an empty stage says nothing, nor does an end that goes without it."""
    found = document.dump()
    blocks = {
        stage: {**block, "ends": document.ends(stage)} for stage, block in found["stages"].items()
    }
    empty = {"limits": {"hours": {}, "caps": []}, "touches": []}
    found["stages"] = {
        stage: block for stage, block in blocks.items()
        if block != {**empty, "ends": MapDocument(name="x", stages={}).ends(stage)}
    }  # fmt: skip
    return found


@settings(max_examples=60, deadline=None)
@given(st.data(), maps, maps)
def test_whatever_differs_is_found_and_nothing_else(data, document, other):
    after = data.draw(st.sampled_from([document, other]))
    found = diff(document, after)
    assert bool(found) == (normal(document) != normal(after))
    shown = compare.compare(document, after)
    assert all(touch.rows for touch in shown.touches)
    assert len(shown.touches) == len(found.touches)


def test_times_and_texts_stand_side_by_side():
    stages = deepcopy(STAGES)
    stages["interview"]["touches"][1]["trigger"]["before"]["by"] = {"days": 1, "at": "09:00"}
    stages["applied"]["touches"][0]["content"] = {"sms": {"en": {"body": "Hello."}}}
    assert rows(compared(stages)) == [
        ("Text message · English", "Hi.", "Hello."),
        ("When it goes", "2 hours before the interview",
         "1 day before the interview, at 09:00 their time"),
    ]  # fmt: skip


def test_what_follows_an_answer_is_told_part_by_part():
    stages = deepcopy(STAGES)
    stages["interview"]["touches"][0]["ask"]["answers"] = {
        "declined": {"handoff": False, "reply": {"sms": {"en": {"body": "Fine."}}}}
    }
    assert rows(compared(stages)) == [
        ("After a no · a person takes over", "yes", "no"),
        ("After a no · our answer · Text message · English", "", "Fine."),
    ]


def test_the_map_as_a_whole_has_limits_order_and_what_becomes_of_the_unmatched():
    stages = deepcopy(STAGES)
    stages["interview"]["touches"].reverse()
    stages["interview"]["limits"] = {"caps": [{"per": "person", "hours": 24, "at_most": 1}]}
    found = compared(stages, unmatched="pause", settle="PT1M")
    assert {name for name, _before, _after in map(said, found.settings)} == {
        "A stage speaks after", "An application that no rule gives to this map any more",
        "Interview: limits", "Interview: order of its messages",
    }  # fmt: skip


def test_where_words_are_alike_what_is_written_tells_them_apart():
    stages = deepcopy(STAGES)
    stages["interview"]["touches"][1]["trigger"]["before"]["by"] = "PT120M"
    ((name, before, after),) = rows(compared(stages))
    assert name == "When it goes"
    assert before != after


def test_what_comes_and_goes_is_whole():
    stages = deepcopy(STAGES)
    stages["applied"]["touches"][0]["key"] = "welcome"
    found = compared(stages)
    assert [(one.key, one.kind, one.whole, one.when) for one in found.touches] == [
        ("welcome", "added", True, "On entering"), ("thanks", "removed", True, "On entering"),
    ]  # fmt: skip
    assert found.counts == {"added": 1, "changed": 0, "removed": 1}
    assert not compared(STAGES)


def test_the_first_version_is_all_new():
    found = compare.beginning(a_map(STAGES))
    assert {one.kind for one in found.touches} == {"added"}
