"""What a run brings along from another map: a yes about an interview stays a yes, and a question
that waits for its answer waits on, whatever either map calls it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from followthrough.journeys import plans
from followthrough.journeys.answers import ANSWERS
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.events import OpenAsk, State

About = tuple[str, str]  # the kind of an ask, and the time it is about


def over(
    before: MapDocument, document: MapDocument, state: State, now: datetime
) -> tuple[State, list[OpenAsk]]:
    """The state of a run that comes from the map `before` at `now`, and its open asks as they are
    called here: those about a time that both maps ask about in this stage."""
    state = replace(state, came_at=now)
    effects: list[OpenAsk] = []
    for about, key in _asked_about(document, state.stage).items():
        there = [one for one in _asked(before, state) if _about(before, one) == about]
        if there and key not in there:
            state, found = _taken(document, state, key, there)
            effects += found
    return state, effects


def _asked_about(document: MapDocument, stage: str) -> Mapping[About, str]:
    """What the stage's touches ask about: the first key that does."""
    found: dict[About, str] = {}
    for touch in document.of_stage(stage):
        if about := _about(document, touch.key):
            found.setdefault(about, touch.key)
    return found


def _about(document: MapDocument, key: str) -> About | None:
    ask, anchor = document.touches[key].ask, document.anchors[key]
    return (ask.kind, anchor) if ask and anchor else None


def _asked(before: MapDocument, state: State) -> list[str]:
    """What was asked in this stage: the keys there, the answered ones last."""
    keys = [*state.asks, *(key for key, said in state.answers.items() if said in ANSWERS)]
    return [key for key in keys if before.stage_of.get(key) == state.stage]


def _taken(
    document: MapDocument, state: State, key: str, there: list[str]
) -> tuple[State, list[OpenAsk]]:
    """As if the last of `there` had been asked as `key`."""
    was, answer = there[-1], state.answers.get(there[-1], "")
    at, ask = state.sent.get(was, state.entered_at), document.touches[key].ask
    assert at
    assert ask
    state = replace(state, sent={**state.sent, key: at})
    if answer:
        return replace(state, answers={**state.answers, key: answer}), []
    occurrence = plans.occurrence(document, state, key)
    opened = OpenAsk(key, occurrence, ask.kind)
    return replace(state, asks={**state.asks, key: occurrence}), [opened]
