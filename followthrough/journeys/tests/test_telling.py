"""Which messages spare a candidate the reminder that would have been due before they went out."""

from __future__ import annotations

from typing import Any

import pytest

from followthrough.journeys.tests.builders import a_map

INVITE: dict[str, Any] = {
    "key": "invite", "trigger": {"stage_entered": {}}, "channels": ["sms", "email"],
    "ask": {"kind": "confirmation", "anchor": "interview_start"},
}  # fmt: skip
REMINDER: dict[str, Any] = {
    "key": "reminder", "trigger": {"before": {"anchor": "interview_start", "by": "PT24H"}},
    "channels": ["sms"],
}  # fmt: skip
HERE = {"field": "site.country", "op": "is", "value": "US"}
GERMAN = {"field": "candidate.locale", "op": "is", "value": "de"}


def telling(invite: dict[str, Any], reminder: dict[str, Any]) -> list[str]:
    document = a_map({"interview": {"touches": [INVITE | invite, REMINDER | reminder]}})
    return [touch.key for touch in document.telling["reminder"]]


@pytest.mark.parametrize(
    ("invite", "reminder"),
    [
        ({}, {}),
        ({"trigger": {"stage_entered": {"after": "PT5M"}}}, {}),
        ({}, {"ask": {"kind": "confirmation", "anchor": "interview_start"}}),
        ({}, {"when": HERE}),
        ({"when": HERE}, {"when": {"all": [HERE, GERMAN]}}),
    ],
)
def test_what_reaches_everybody_whom_the_reminder_is_for_tells_them(
    invite: dict[str, Any], reminder: dict[str, Any]
) -> None:
    assert telling(invite, reminder) == ["invite"]


@pytest.mark.parametrize(
    ("invite", "reminder"),
    [
        ({"enabled": False}, {}),
        ({"channels": ["email"]}, {}),
        ({"channels": ["email", "sms"]}, {}),
        ({"when": HERE}, {}),
        ({"when": HERE}, {"when": GERMAN}),
        ({"ask": {"kind": "confirmation", "anchor": "visit_start"}}, {}),
        ({"trigger": {"manual": {}}}, {}),
        ({"trigger": {"after": {"anchor": "interview_start", "by": "PT1H"}}, "ask": None}, {}),
    ],
)
def test_what_some_do_not_get_or_what_is_about_something_else_does_not(
    invite: dict[str, Any], reminder: dict[str, Any]
) -> None:
    assert telling(invite, reminder) == []


def test_of_another_stage_it_tells_nobody_here() -> None:
    document = a_map({"screen": {"touches": [INVITE]}, "interview": {"touches": [REMINDER]}})
    assert document.telling == {"reminder": []}
