"""When a planned touch still makes sense, as a predicate that needs no map to be judged.

The gate evaluates it against its own facts at the moment of sending (`core.predicates`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from followthrough.core.canonical import iso
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.events import State

Parts = list[dict[str, Any]]


def relevance(
    document: MapDocument, state: State, touch: TouchDef, *also: dict[str, Any]
) -> dict[str, Any]:
    """What must hold for `touch` (of the present stage) to go out, `also` included.

    That the run has not ended needs no part of its own: only the stage ends a run, and what is
    said in an ending stage is meant to be said.
    """
    stage: Parts = [_is("application.stage", state.stage)]  # also for what is about the one left
    parts = stage + _anchored(document, state, touch) + _unanswered(document, state, touch)
    return {"all": [*parts, *also, *document.conditions[touch.key]]}


def not_told(touches: Iterable[str], moment: datetime) -> Parts:
    """What must hold for a reminder that was due at a moment: nobody has told them since. Who is
    invited today for tomorrow needs no "your interview is tomorrow" in the same minute."""
    return [_not_since(f"told.{key}", moment) for key in touches]


def asked(state: State, key: str, answer: str) -> dict[str, Any]:
    """What must hold for our answer to an answer to go out."""
    return {"all": [_is("application.stage", state.stage), _is(f"ask.{key}", answer)]}


def _is(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": "is", "value": value}


def _anchored(document: MapDocument, state: State, touch: TouchDef) -> Parts:
    name = document.anchors[touch.key]
    return [_is(f"anchor.{name}.sequence", state.anchors[name][1])] if name else []


def _unanswered(document: MapDocument, state: State, touch: TouchDef) -> Parts:
    """Nudges and stalled clocks are for silence; a nudge about an ask, for an open one."""
    if touch.trigger.stalled:
        return [_silent_since(quiet_since(state))]
    if touch.trigger.no_reply is None:
        return []
    source = touch.trigger.no_reply.to
    still_open = [_is(f"ask.{source}", "open")] if document.touches[source].ask else []
    return [_silent_since(state.sent[source]), *still_open]


def quiet_since(state: State) -> datetime:
    """The last thing that happened in this stage: it was entered, or the candidate wrote."""
    assert state.entered_at is not None
    return max(state.entered_at, state.replied_at or state.entered_at)


def _silent_since(moment: datetime) -> dict[str, Any]:
    return _not_since("candidate.replied_at", moment)


def _not_since(field: str, moment: datetime) -> dict[str, Any]:
    return {
        "any": [
            {"field": field, "op": "known", "value": False},
            {"field": field, "op": "at_most", "value": iso(moment)},
        ]
    }
