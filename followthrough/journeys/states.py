"""A run's state as JSON: compact, since it is written with every event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from followthrough.core.canonical import iso
from followthrough.journeys.events import State

_PLAIN = ("stage", "came_from", "visit", "ended", "asks", "answers")
_LISTS = ("shadow", "fresh")
_TIMES = ("entered_at", "replied_at", "seen_at", "moved_at", "came_at")


def dump_state(state: State) -> dict[str, Any]:
    """`state` as plain JSON values; what is empty is left out."""
    found: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(state, name))}
    found |= {name: iso(at) for name in _TIMES if (at := getattr(state, name)) is not None}
    found |= {name: list(one) for name in _LISTS if (one := getattr(state, name))}
    if state.sent:
        found["sent"] = {key: iso(at) for key, at in state.sent.items()}
    if state.anchors:
        found["anchors"] = {
            name: [at and iso(at), sequence] for name, (at, sequence) in state.anchors.items()
        }
    if state.heard:
        found["heard"] = {name: [iso(at), mark] for name, (at, mark) in state.heard.items()}
    return found


def load_state(raw: Mapping[str, Any]) -> State:
    """The state that `dump_state` wrote; an empty mapping is a run that has not begun."""
    return State(
        stage=raw.get("stage", ""),
        came_from=raw.get("came_from", ""),
        visit=raw.get("visit", 0),
        ended=raw.get("ended", False),
        asks=raw.get("asks", {}),
        answers=raw.get("answers", {}),
        shadow=tuple(raw.get("shadow", ())),
        fresh=tuple(raw.get("fresh", ())),
        sent={key: _time(at) for key, at in raw.get("sent", {}).items()},
        anchors={
            name: (at and _time(at), sequence)
            for name, (at, sequence) in raw.get("anchors", {}).items()
        },
        heard={name: (_time(at), mark) for name, (at, mark) in raw.get("heard", {}).items()},
        **{name: _time(raw[name]) for name in _TIMES if name in raw},
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
