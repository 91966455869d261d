"""What one version says otherwise than another."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from followthrough.journeys.definition import Content
from followthrough.journeys.diff import diff, texts
from followthrough.journeys.tests.builders import a_map

STAGES: dict[str, Any] = {
    "applied": {"touches": [{"key": "thanks", "trigger": {"stage_entered": {}}}]},
    "interview": {
        "touches": [
            {"key": "confirm", "trigger": {"stage_entered": {}},
             "ask": {"kind": "confirmation", "anchor": "interview_start"}},
            {"key": "soon", "trigger": {"before": {"anchor": "interview_start", "by": "PT2H"}}},
        ]
    },
}  # fmt: skip
BEFORE = a_map(STAGES)


def changed(**given: Any) -> dict[str, Any]:
    """The stages with parts of the touch `confirm` replaced."""
    stages = deepcopy(STAGES)
    stages["interview"]["touches"][0].update(given)
    return stages


def test_a_document_does_not_differ_from_itself():
    found = diff(BEFORE, a_map(STAGES))
    assert not found
    assert found.count("changed") == 0


def test_touches_come_and_go_by_their_key():
    stages = deepcopy(STAGES)
    stages["applied"]["touches"][0]["key"] = "welcome"
    found = diff(BEFORE, a_map(stages))
    assert {key: one.kind for key, one in found.touches.items()} == {
        "welcome": "added",
        "thanks": "removed",
    }
    assert found.touches["welcome"].before is None
    assert found.touches["thanks"].after is None
    assert (found.count("added"), found.count("removed"), found.count("changed")) == (1, 1, 0)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("trigger", {"stage_entered": {"after": "PT5M"}}),
        ("when", {"field": "site.country", "op": "is", "value": "US"}),
        ("content", {"sms": {"en": {"body": "Hello."}}}),
        ("ask", {"kind": "confirmation", "anchor": "interview_start",
                 "answers": {"declined": {"handoff": False}}}),
        ("purpose", "outreach"),
        ("priority", 2),
        ("useful_for", "PT4H"),
        ("enabled", False),
    ],
)  # fmt: skip
def test_each_part_of_a_touch_that_differs_is_named(part: str, value: Any):
    (change,) = diff(BEFORE, a_map(changed(**{part: value}))).touches.values()
    assert (change.key, change.kind, change.parts) == ("confirm", "changed", (part,))


TEXT = {"sms": {"body": "Hi."}, "email": {"subject": "Hi", "body": "Hi."}}


def test_all_parts_that_differ_are_named_in_order():
    content = {one: {"en": text} for one, text in TEXT.items()}
    after = a_map(changed(priority=1, channels=["sms", "email"], content=content))
    (change,) = diff(BEFORE, after).touches.values()
    assert change.parts == ("channels", "content", "priority")


def test_a_touch_in_another_stage_has_moved():
    stages = deepcopy(STAGES)
    stages.setdefault("screen", {"touches": []})["touches"].append(
        stages["applied"]["touches"].pop()
    )
    (change,) = diff(BEFORE, a_map(stages)).touches.values()
    assert (change.key, change.parts) == ("thanks", ("stage",))


def test_settings_of_the_whole_map_are_named():
    after = a_map(STAGES, settle="PT1M", description="Other words")
    found = diff(BEFORE, after)
    assert found.settings == ("description", "settle")
    assert not found.touches
    assert found


def test_a_stage_that_ends_a_run_in_one_of_the_two_is_named():
    stages = deepcopy(STAGES)
    stages["interview"]["ends"] = True
    assert diff(BEFORE, a_map(stages)).ends == ("interview",)
    stages = {**STAGES, "hired": {"ends": True}}  # as it goes without saying
    assert diff(BEFORE, a_map(stages)).ends == ()


def test_texts_differ_by_channel_and_language():
    before = Content.model_validate(
        {"sms": {"en": {"body": "Hi."}, "es": {"body": "Hola."}}, "email": {"en": TEXT["email"]}}
    )
    after = Content.model_validate(
        {
            "sms": {"en": {"body": "Hello."}, "fr": {"body": "Salut."}},
            "email": {"en": TEXT["email"]},
        }
    )
    assert texts(before, after) == [
        ("sms", "en", "changed"), ("sms", "fr", "added"), ("sms", "es", "removed"),
    ]  # fmt: skip
    assert texts(None, before)[0] == ("sms", "en", "added")
    assert texts(before, before) == []
