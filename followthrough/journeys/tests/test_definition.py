"""A bad document names every problem, each with its path, its reason and its remedy."""

from __future__ import annotations

from typing import Any

import pytest

from followthrough.core.predicates import OPERATORS, failing
from followthrough.journeys import codes, definition
from followthrough.journeys.documents import DocumentError, check
from followthrough.journeys.tests.builders import a_map, raw_map
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.stages import Stage

TOUCH = {"key": "thanks", "trigger": {"stage_entered": {}}}


def problems(raw: Any) -> dict[str, tuple[str, str]]:
    with pytest.raises(DocumentError) as found:
        check(raw)
    assert all(one.reason and one.remedy for one in found.value.problems)
    return {one.path: (one.reason, one.remedy) for one in found.value.problems}


def touch(**given: Any) -> dict[str, Any]:
    return raw_map({"applied": {"touches": [{**TOUCH, **given}]}})


HERE = "stages.applied.touches[0]"
BAD: list[tuple[dict[str, Any], str, str, str]] = [
    # what is wrong, where it is said, and words of the reason and of the remedy
    (touch(key="Not A Slug"), f"{HERE}.key", "not a name", "match"),
    (touch(key=3), f"{HERE}.key", "not text", "quotes"),
    (touch(prioritty=2), f"{HERE}.prioritty", "Nothing here is called", "Did you mean priority?"),
    (touch(anchor="x"), f"{HERE}.anchor", "Nothing here is called", "It belongs elsewhere"),
    (touch(priority=0), f"{HERE}.priority", "too small", "1 or more"),
    (touch(priority=10), f"{HERE}.priority", "too large", "9 or less"),
    (touch(priority="2"), f"{HERE}.priority", "not a whole number", "whole number"),
    (touch(priority=True), f"{HERE}.priority", "not a whole number", "whole number"),
    (touch(purpose="reply"), f"{HERE}.purpose", "not known", "informational"),
    (touch(enabled="yes"), f"{HERE}.enabled", "neither true nor false", "true"),
    (touch(useful_for="two days"), f"{HERE}.useful_for", "not a duration", "PT30M"),
    (touch(useful_for="P1M"), f"{HERE}.useful_for", "not a duration", "no months"),
    (touch(useful_for="P366D"), f"{HERE}.useful_for", "longer than any wait", "P365D"),
    (touch(useful_for="P99999999999D"), f"{HERE}.useful_for", "not a duration", "P2D"),
    (touch(trigger={}), f"{HERE}.trigger", "exactly one trigger, not 0", "Keep one"),
    (
        touch(trigger={"stage_entered": {}, "stalled": {"for": "P1D"}}),
        f"{HERE}.trigger",
        "exactly one trigger, not 2",
        "Keep one",
    ),
    (touch(trigger={"befor": {}}), f"{HERE}.trigger.befor", "Nothing here", "Did you mean before?"),
    (touch(trigger={"before": {"by": "P1D"}}), f"{HERE}.trigger.before.anchor", "missing", "Add"),
    (
        touch(trigger={"before": {"anchor": "interview_start", "by": "PT0S"}}),
        f"{HERE}.trigger.before.by",
        "no time before",
        "Use after",
    ),
    (touch(trigger={"stalled": {}}), f"{HERE}.trigger.stalled.for", "missing", "Add"),
    (
        touch(trigger={"no_reply": {"to": "thnaks", "within": "P1D"}}),
        f"{HERE}.trigger.no_reply.to",
        "No touch is called 'thnaks'",
        "Did you mean 'thanks'?",
    ),
    (
        touch(trigger={"no_reply": {"to": "thanks", "within": "P1D"}}),
        f"{HERE}.trigger.no_reply.to",
        "waits for itself",
        "circle",
    ),
    (touch(channels=[]), f"{HERE}.channels", "empty", "at least one"),
    (touch(channels=["sms", "sms"]), f"{HERE}.channels", "named twice", "once"),
    (touch(channels=["fax"], content={}), f"{HERE}.channels[0]", "not known", "sms"),
    (touch(content={}), f"{HERE}.content.sms", "says nothing there", "Write a text for sms"),
    (touch(content={"sms": {}}), f"{HERE}.content.sms", "no text in 'en'", "default_locale"),
    (
        touch(content={"sms": {"es": {"body": "Hola"}}}),
        f"{HERE}.content.sms",
        "no text in 'en'",
        "Add en",
    ),
    (touch(content={"sms": {"en": {"body": ""}}}), f"{HERE}.content.sms.en.body", "empty", "Write"),
    (
        touch(content={"sms": {"english": {"body": "x"}, "en": {"body": "x"}}}),
        f"{HERE}.content.sms.english",
        "not a name",
        "match",
    ),
    (
        touch(channels=["email"], content={"email": {"en": {"body": "x"}}}),
        f"{HERE}.content.email.en.subject",
        "missing",
        "Add",
    ),
    (
        touch(content={"sms": {"en": {"body": "Hi\n{{ candidate.given_name"}}}),
        f"{HERE}.content.sms.en.body",
        "In line 2 of the text",
        "{{ candidate.given_name }}",
    ),
    (
        touch(content={"sms": {"en": {"body": "{{ company | shout }}"}}}),
        f"{HERE}.content.sms.en.body",
        "no filter 'shout'",
        "Blanks",
    ),
    (
        touch(content={"sms": {"en": {"body": "{{ candidate.givenname }}"}}}),
        f"{HERE}.content.sms.en.body",
        "called candidate.givenname",
        "Did you mean 'candidate.given_name'?",
    ),
    (touch(ask={"kind": "riddle"}), f"{HERE}.ask.kind", "not known", "confirmation"),
    (
        touch(
            ask={"kind": "confirmation", "answers": {"confirmed": {"write_back": {"kind": "note"}}}}
        ),
        f"{HERE}.ask.answers.confirmed.write_back",
        "has text",
        "Give text",
    ),
    (
        touch(
            ask={
                "kind": "confirmation",
                "answers": {"declined": {"reply": {"sms": {"es": {"body": "x"}}}}},
            }
        ),
        f"{HERE}.ask.answers.declined.reply.sms",
        "no text in 'en'",
        "Add en",
    ),
    (touch(when={}), f"{HERE}.when", "one of all, any or field, not 0", "Write"),
    (touch(when={"all": []}), f"{HERE}.when.all", "empty", "at least one"),
    (touch(when={"all": [{"op": "is"}]}), f"{HERE}.when.all[0]", "one of all, any", "Write"),
    (
        touch(when={"any": [{"field": "weather", "op": "is"}]}),
        f"{HERE}.when.any[0].field",
        "nothing a condition can ask about",
        "application.stage",
    ),
    (
        touch(when={"field": "anchor.interview_start", "op": "known", "value": True}),
        f"{HERE}.when.field",
        "what about the anchor",
        ".at",
    ),
    (
        touch(when={"field": "anchor.interview_start.zone", "op": "known", "value": True}),
        f"{HERE}.when.field",
        "not known of an anchor",
        ".at",
    ),
    (
        touch(when={"field": "candidate.email", "op": "is", "value": "ada@example.org"}),
        f"{HERE}.when",
        "is an address",
        "op: known",
    ),
    (
        touch(when={"field": "anchor.start_date.weekday", "op": "in", "value": ["mon", "Tuesday"]}),
        f"{HERE}.when",
        "'Tuesday' is no day of the week",
        "mon, tue",
    ),
    (touch(when={"field": "site.name"}), f"{HERE}.when", "does not say how", "op"),
    (touch(when={"field": "site.name", "op": "like"}), f"{HERE}.when", "'like'", "is_not"),
    (touch(when={"field": "site.name", "op": "in", "value": "x"}), f"{HERE}.when", "list", "["),
    (touch(when={"field": "site.name", "op": "known"}), f"{HERE}.when", "true or false", "true"),
    (
        touch(when={"field": "anchor.start_date.at", "op": "before", "value": "2026-06-04"}),
        f"{HERE}.when",
        "compared as text",
        "2026-06-03T17:00:00.000000Z",
    ),
    (
        touch(
            when={"field": "ask.thanks", "op": "is_not", "value": "no"},
            ask={"kind": "confirmation"},
        ),
        f"{HERE}.when.value",
        "'no' is no answer",
        "confirmed, declined, open or closed. Did you mean declined?",
    ),
    (
        touch(
            when={"any": [{"field": "ask.thanks", "op": "in", "value": ["open", "confirmd"]}]},
            ask={"kind": "confirmation"},
        ),
        f"{HERE}.when.any[0].value[1]",
        "'confirmd' is no answer",
        "Did you mean confirmed?",
    ),
    (
        touch(when={"field": "application.stage", "op": "is", "value": "Checks and paperwork"}),
        f"{HERE}.when.value",
        "is no stage",
        "Did you mean checks?",
    ),
    (
        touch(when={"field": "ask.thanks", "op": "is", "value": "open"}),
        f"{HERE}.when.field",
        "No touch called 'thanks' asks anything",
        "none",
    ),
    (raw_map({"aplied": {}}), "stages.aplied", "not known", "applied"),
    (raw_map({}, schema=3), "schema", "not known", "2"),
    (raw_map({}, name=""), "name", "empty", "Write"),
    (raw_map({}, settle="soon"), "settle", "not a duration", "PT30M"),
    (
        raw_map({}, replies={"confirmed": {"sms": {"es": {"body": "x"}}}}),
        "replies.confirmed.sms",
        "no text in 'en'",
        "Add en",
    ),
]


@pytest.mark.parametrize(("raw", "path", "reason", "remedy"), BAD, ids=lambda one: str(one)[:40])
def test_a_problem_says_where_why_and_what_to_do(
    raw: dict[str, Any], path: str, reason: str, remedy: str
) -> None:
    found = problems(raw)
    assert path in found
    assert reason in found[path][0]
    assert remedy in found[path][1]


def test_all_problems_are_named_at_once() -> None:
    raw = raw_map(
        {
            "applied": {
                "touches": [
                    {**TOUCH, "priority": 99, "content": {"sms": {"en": {"body": "{{ x"}}}},
                    {**TOUCH, "trigger": {"no_reply": {"to": "gone", "within": "soon"}}},
                ]
            },
            "screen": {
                "touches": [
                    {"key": "s", "trigger": {"no_reply": {"to": "thanks", "within": "P1D"}}}
                ]
            },
            "nowhere": {"touches": []},
        },
        settle="P1Y",
    )
    assert set(problems(raw)) == {
        "settle",
        "stages.applied.touches[0].priority",
        "stages.applied.touches[0].content.sms.en.body",
        "stages.applied.touches[1].key",
        "stages.applied.touches[1].trigger.no_reply.to",
        "stages.applied.touches[1].trigger.no_reply.within",
        "stages.screen.touches[0].trigger.no_reply.to",
        "stages.nowhere",
    }


def test_an_ask_is_only_known_in_its_own_stage() -> None:
    asking = {**TOUCH, "ask": {"kind": "confirmation"}}
    when = {"field": "ask.thanks", "op": "is", "value": "open"}
    later = {"key": "later", "trigger": {"stage_entered": {}}, "when": when}
    a_map({"applied": {"touches": [asking, later]}})
    found = problems(raw_map({"applied": {"touches": [asking]}, "screen": {"touches": [later]}}))
    assert "leaving it ends the ask" in found["stages.screen.touches[0].when.field"][0]


def test_nudges_in_a_circle_are_found() -> None:
    circle = [
        {"key": "a", "trigger": {"no_reply": {"to": "b", "within": "P1D"}}},
        {"key": "b", "trigger": {"no_reply": {"to": "a", "within": "P1D"}}},
    ]
    assert len(problems(raw_map({"applied": {"touches": circle}}))) == 2


def test_a_default_locale_of_ones_own() -> None:
    spanish = {**TOUCH, "content": {"sms": {"es": {"body": "Hola"}, "en": {"body": "Hi"}}}}
    document = a_map({"applied": {"touches": [spanish]}}, default_locale="es")
    assert list(document.contents["thanks"]["sms"]) == ["es", "en"]


def test_the_vocabulary_is_that_of_the_mirror() -> None:
    assert set(definition.STAGES) == {stage.value for stage in Stage} - {"unmapped"}
    assert set(definition.CHANNELS) == set(CHANNEL_KIND)
    assert tuple(definition.Trigger.model_fields) == definition.TRIGGERS


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_can_be_written_and_evaluated(op: str) -> None:
    value = {"in": ["a"], "not_in": ["a"], "known": True}.get(op, "a")
    when = {"any": [{"field": "site.name", "op": op, "value": value}]}
    document = a_map({"applied": {"touches": [{**TOUCH, "when": when}]}})
    condition = document.touches["thanks"].when
    assert condition is not None
    predicate = condition.predicate()
    assert predicate == when
    failing(predicate, {"site.name": "a"})


def test_problems_hold_no_more_than_what_is_needed() -> None:
    found = problems(touch(useful_for="x" * 5000))
    assert all(len(part) < 200 for said in found.values() for part in said)


@pytest.mark.parametrize("value", [*codes.ANSWERS, None])
def test_every_answer_there_is_may_be_asked_for(value: str | None):
    when = {"field": "ask.thanks", "op": "is_not", "value": value}
    check(touch(when=when, ask={"kind": "confirmation"}))
