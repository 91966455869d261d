"""Documents of older schemas: whatever was ever published runs on as it did.

A fixture in `published/schema-N` is a document as it was stored by the code of its time, and the
effects that code had for one life through it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from followthrough.core.predicates import fields
from followthrough.journeys import documents, engine, events
from followthrough.journeys.definition import SCHEMA, MapDocument
from followthrough.journeys.documents import DocumentError
from followthrough.journeys.events import State
from followthrough.journeys.tests.builders import START
from followthrough.journeys.upgrades import FIRST, STEPS, upgraded

PUBLISHED = sorted((Path(__file__).parent / "published").glob("schema-*/*.json"))
HOUR = timedelta(hours=1)
STAGES = ("applied", "screen", "interview", "offer", "hired")


def life(document: MapDocument) -> list[events.Effect]:
    """What follows from one walk through every stage, with a time, answers and replies in each."""
    state, found = State(), []

    def hear(event: events.Event) -> list[events.PlanTouch]:
        nonlocal state
        settle = document.settle_delay
        state, effects = engine.advance(document, state, event, START, settle=settle)
        found.extend(effects)
        return [one for one in effects if isinstance(one, events.PlanTouch)]

    for number, stage in enumerate(STAGES):
        at = START + number * 240 * HOUR
        anchor = "start_date" if stage == "hired" else "interview_start"
        plans = hear(events.StageChanged(stage, at))
        plans += hear(events.AnchorMoved(anchor, at + 100 * HOUR, number + 1))
        for plan in plans:
            hear(events.TouchSent(plan.key, plan.occurrence, plan.due_at))
        for count, key in enumerate(list(state.asks)):
            answer = "declined" if count else "confirmed"
            hear(events.AskAnswered(key, answer, at + 50 * HOUR, "sms"))
        hear(events.Replied(at + 60 * HOUR))
    return found


def plain(effect: events.Effect) -> dict[str, Any]:
    """An effect as the fixtures have it."""
    values = {name: getattr(effect, name) for name in effect.__dataclass_fields__}
    times = {key: one.isoformat() for key, one in values.items() if isinstance(one, datetime)}
    return json.loads(json.dumps({"effect": type(effect).__name__, **values, **times}))


def without_telling(effect: dict[str, Any]) -> dict[str, Any]:
    """Without what reminders depend on since then: that nothing else has told of their time."""
    parts = effect.get("relevance", {}).get("all", [])
    kept = [one for one in parts if not any(name.startswith("told.") for name in fields(one))]
    return {**effect, "relevance": {"all": kept}} if parts else effect


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_published_runs_as_it_did(path: Path) -> None:
    fixture = json.loads(path.read_text())
    assert f"schema-{fixture['document']['schema']}" == path.parent.name
    document = documents.check(fixture["document"])
    assert document.schema_ == SCHEMA
    assert [without_telling(plain(one)) for one in life(document)] == fixture["effects"]


def test_every_older_schema_has_fixtures_and_a_step() -> None:
    older = set(range(FIRST, SCHEMA))
    assert set(STEPS) == older
    assert {int(path.parent.name.removeprefix("schema-")) for path in PUBLISHED} == older


def test_a_document_of_today_is_left_alone() -> None:
    raw = {"schema": SCHEMA, "name": "Test", "stages": {"applied": {"touches": []}}}
    assert upgraded(raw) == raw


ASKS = {"on_declined": {"handoff": False}, "on_confirmed": {}, "kind": "confirmation"}


def test_what_follows_an_answer_stands_together() -> None:
    raw = {"schema": 1, "stages": {"applied": {"touches": [{"key": "a", "ask": ASKS}, 7]}}}
    (touch, other) = upgraded(raw)["stages"]["applied"]["touches"]
    assert touch["ask"] == {
        "kind": "confirmation",
        "answers": {"declined": {"handoff": False}, "confirmed": {}},
    }
    assert other == 7
    assert "answers" not in raw["stages"]["applied"]["touches"][0]["ask"]


@pytest.mark.parametrize("broken", [
    None, [], "text", {"schema": 1, "stages": 5}, {"schema": 1, "stages": {"applied": None}},
    {"schema": 1, "stages": {"applied": {"touches": {"a": 1}}}}, {"schema": 99}, {"schema": True},
    {"schema": "1"}, {"schema": 0},
])  # fmt: skip
def test_what_makes_no_sense_is_refused_and_not_changed(broken: Any) -> None:
    upgraded(broken)  # whatever it is
    with pytest.raises(DocumentError):
        documents.check(broken)


def test_a_schema_of_tomorrow_says_so() -> None:
    with pytest.raises(DocumentError) as refused:
        documents.check({"schema": SCHEMA + 1, "name": "Test", "stages": {}})
    (problem,) = refused.value.problems
    assert (problem.path, problem.remedy) == ("schema", f"Use {SCHEMA}.")
