"""A map in words: when, if what, and what is filled in."""

from __future__ import annotations

from typing import Any

import pytest

from followthrough.core.predicates import OPERATORS
from followthrough.journeys.conditions import FACT_PREFIXES, Condition
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.tests.builders import a_map
from followthrough.web.console import map_words, texts


def touch(trigger: dict[str, Any], **given: Any) -> TouchDef:
    """A touch of a map in which there is something to reply to."""
    return document(trigger, **given).touches["it"]


def document(trigger: dict[str, Any], **given: Any) -> MapDocument:
    asked = {"key": "visit_confirm", "trigger": {"stage_entered": {}}}
    return a_map({"screen": {"touches": [asked, {"key": "it", "trigger": trigger, **given}]}})


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ({"stage_entered": {}}, "On entering"),
        ({"stage_entered": {"after": "P2D"}}, "2 days after entering"),
        ({"before": {"anchor": "interview_start", "by": "PT24H"}}, "24 hours before the interview"),
        ({"before": {"anchor": "badge_photo", "by": "PT90M"}}, "90 minutes before “Badge photo”"),
        ({"after": {"anchor": "start_date", "by": "P1DT12H"}},
         "1 day 12 hours after the start date"),
        ({"after": {"anchor": "start_date"}}, "At the start date"),
        ({"no_reply": {"to": "visit_confirm", "within": "P1D"}},
         "No answer to “Visit confirm” within 1 day"),
        ({"stalled": {"for": "P1W"}}, "Nothing heard for 1 week"),
        ({"event": {"name": "visit.missed"}}, "When “visit.missed” is reported"),
        ({"event": {"name": "visit.missed", "after": "PT1H"}},
         "1 hour after “visit.missed” is reported"),
    ],
)  # fmt: skip
def test_when_it_goes(trigger: dict[str, Any], said: str):
    assert map_words.when(touch(trigger)) == said


ASK = {"kind": "confirmation", "anchor": "interview_start"}
BEFORE = {"before": {"anchor": "interview_start", "by": "PT24H"}}


@pytest.mark.parametrize(
    ("trigger", "given", "said"),
    [
        ({"stage_entered": {}}, {}, "for 3 days from when it is due"),
        ({"stage_entered": {}}, {"ask": ASK}, "until the interview"),
        ({"stage_entered": {}}, {"useful_for": "PT4H"}, "for 4 hours from when it is due"),
        (BEFORE, {}, "for 12 hours: halfway to the interview"),
        (BEFORE, {"useful_for": "P1D"}, "for 1 day from when it is due"),
    ],
)
def test_how_long_it_is_of_use(trigger: dict[str, Any], given: dict[str, Any], said: str):
    assert map_words.useful(touch(trigger, **given)) == said


def test_what_is_asked_about_a_time_waits_for_it():
    assert (
        map_words.waits_for(touch({"stage_entered": {}}, ask=ASK))
        == "once the interview has a time"
    )
    assert map_words.waits_for(touch(BEFORE, ask=ASK)) == ""
    assert map_words.asks(touch(BEFORE, ask=ASK).ask) == "Asks them to confirm the interview"
    assert map_words.asks(touch(BEFORE, ask={"kind": "confirmation"}).ask) == "Asks for a yes or no"


IS = {"field": "site.region", "op": "is", "value": "NV"}


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (IS, ["the site's state is NV"]),
        ({"all": [IS, {"field": "ask.confirm", "op": "is_not", "value": "declined"}]},
         ["the site's state is NV", "the answer to “Confirm” is not “no”"]),
        ({"any": [IS, {"field": "candidate.locale", "op": "in", "value": ["es", "es-MX"]}]},
         ["the site's state is NV or their language is Spanish or Spanish (MX)"]),
        ({"field": "ask.confirm", "op": "not_in", "value": ["confirmed", "declined"]},
         ["the answer to “Confirm” is neither “yes” nor “no”"]),
        ({"field": "ask.confirm", "op": "not_in", "value": ["open"]},
         ["the answer to “Confirm” is not “not answered yet”"]),
        ({"field": "candidate.replied_at", "op": "known", "value": False},
         ["the time they last wrote is not known"]),
        ({"field": "requisition.family", "op": "is", "value": None},
         ["the job family is not known"]),
        ({"field": "application.fields.shift_code", "op": "is", "value": True},
         ["“Shift code” in the ATS is yes"]),
        ({"field": "anchor.start_date.at", "op": "known", "value": True},
         ["the time of the start date is known"]),
    ],
)  # fmt: skip
def test_only_if(condition: dict[str, Any], said: list[str]):
    assert map_words.conditions(Condition.model_validate(condition)) == said


def test_every_fact_and_every_operator_has_words():
    for prefix in FACT_PREFIXES:
        assert prefix in map_words.FIELDS or prefix.endswith(".")
    assert set(map_words.OPERATORS) | {"known"} == set(OPERATORS)


def test_what_is_filled_in_stands_out_and_the_rest_is_as_it_is():
    found = texts.pieces(
        'Hi {{ candidate.given_name | default: "there" }}, {{ x_y | local_date }}!'
    )
    assert [(one.said, bool(one.source)) for one in found] == [
        ("Hi ", False), ("first name, or “there”", True), (", ", False), ("x y: day", True),
        ("!", False),
    ]  # fmt: skip
    assert found[1].source == '{{ candidate.given_name | default: "there" }}'


def test_rules_within_a_text_are_told_from_what_is_filled_in():
    (rule, *_rest) = texts.pieces("{%- if site.address -%}At {{ site.address }}{% endif %}")
    assert (rule.said, rule.rule) == ("if site.address", True)
    assert texts.first_line("\nOne {{ company }}\nTwo")[-1].said == "company"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "everyone whom no rule above fits"),
        ({"family": "retail"}, "the job family Retail"),
        ({"family": "retail", "site": "Reno"}, "the job family Retail and the site Reno"),
        ({"requisition": "Shift lead"}, "the job “Shift lead”"),
    ],
)
def test_who_gets_it(given: dict[str, str], said: str):
    every = {"family": "", "site": "", "requisition": "", **given}
    assert map_words.assigned(**every) == said
