"""Every case file in `cases/`, run by one runner; each trigger, event and effect must have one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from followthrough.journeys import engine, events
from followthrough.journeys.definition import TRIGGERS, MapDocument
from followthrough.journeys.events import State
from followthrough.journeys.offsets import Where
from followthrough.journeys.tests.builders import SETTLE, START, a_map, moment

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
TIMES = {"due_at": "due", "useful_until": "useful_until", "reply_to_at": "reply_to"}


def read(path: Path) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(path)


class Run:
    """One run through a case: it remembers the occurrences that were planned, by key."""

    def __init__(self, document: MapDocument, where: Where) -> None:
        self.document, self.state, self.where = document, State(), where
        self.planned: dict[str, list[str]] = {}

    def step(self, step: dict[str, Any]) -> list[dict[str, Any]]:
        if "moved" in step:
            said = [(key, self.planned[key][-1]) for key in step["moved"].get("said", ())]
            self.state, found = engine.moved(
                self.document,
                self.state,
                moment(step["moved"]["at"]),
                settle=SETTLE,
                said=said,
                where=self.where,
            )
        else:
            event = self.event(step["event"])
            self.state, found = engine.advance(
                self.document, self.state, event, START, settle=SETTLE, where=self.where
            )
        for effect in found:
            if isinstance(effect, events.PlanTouch):
                self.planned.setdefault(effect.key, []).append(effect.occurrence)
        # Whatever happens, the state survives being stored.
        assert engine.load_state(engine.dump_state(self.state)) == self.state
        return [{type(effect).__name__: shown(effect)} for effect in found]

    def event(self, written: dict[str, Any]) -> Any:
        ((name, given),) = written.items()
        given = dict(given)
        if name == "TouchSent":
            which = given.pop("occurrence_of", 0)
            given["occurrence"] = self.planned[given["key"]][which - 1 if which else -1]
        return getattr(events, name)(**{**given, "at": moment(given["at"])})


def shown(effect: Any) -> dict[str, Any]:
    """An effect as a case writes it: times under shorter names, lists as lists."""
    found = {TIMES.get(name, name): value for name, value in asdict(effect).items()}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in found.items()
    }


def agrees(expected: Any, found: Any) -> bool:
    if isinstance(found, datetime):
        return moment(expected) == found
    return expected == found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = read(path)
    run = Run(a_map(**case["document"]), Where(**case.get("where", {})))
    for number, step in enumerate(case["steps"], 1):
        if "moved" in step:
            run.document = a_map(**case["other"])
        found = run.step(step)
        where = f"{path.name}, step {number} ({step.get('note', '')})"
        names = [next(iter(effect)) for effect in found]
        assert names == [next(iter(effect)) for effect in step["expect"]], f"{where}: {found}"
        for expected, effect in zip(step["expect"], found, strict=True):
            ((name, wanted),) = expected.items()
            for field, value in wanted.items():
                assert agrees(value, effect[name][field]), f"{where}: {name}.{field} {effect}"


def test_every_trigger_event_and_effect_has_a_case() -> None:
    planned, heard, followed = set(), set(), set()
    for path in CASES:
        case = read(path)
        documents = [a_map(**case[name]) for name in ("document", "other") if name in case]
        for step in case["steps"]:
            heard |= set(step.get("event", ()))
            for effect in step["expect"]:
                followed |= set(effect)
                key = effect.get("PlanTouch", {}).get("key")
                planned |= {d.touches[key].trigger.kind for d in documents if key in d.touches}
    assert planned == set(TRIGGERS)
    assert heard == {kind.__name__ for kind in get_args(events.Event)}
    assert followed == {kind.__name__ for kind in get_args(events.Effect)}
