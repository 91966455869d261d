"""Older documents, brought to the schema of today: one function for each step, in order.

What was published stays as it was written, with its hash; it is brought up whenever it is read. A
step takes plain values and may be given anything: a document that makes no sense is left for the
check to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from followthrough.journeys.definition import SCHEMA

FIRST = 1


def upgraded(raw: Any) -> Any:
    """`raw` in today's schema. One that names no schema is read as of the first; one that names a
    schema nobody knows is returned as it is."""
    if not isinstance(raw, Mapping):
        return raw
    schema = raw.get("schema", FIRST)
    if not isinstance(schema, int) or isinstance(schema, bool) or not FIRST <= schema <= SCHEMA:
        return raw
    for step in range(schema, SCHEMA):
        raw = {**STEPS[step](raw), "schema": step + 1}
    return raw


def _answers_together(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """1 → 2: what follows each answer of an ask stands under `answers`, since asks to come have
    other answers than yes and no. (Offsets in days and three more triggers came with it.)"""
    return _with_touches(raw, _with_answers)


_MOVED = {"on_confirmed": "confirmed", "on_declined": "declined"}


def _with_answers(touch: Mapping[str, Any]) -> Mapping[str, Any]:
    ask = touch.get("ask")
    if not isinstance(ask, Mapping):
        return touch
    moved = {_MOVED[name]: value for name, value in ask.items() if name in _MOVED}
    rest = {name: value for name, value in ask.items() if name not in _MOVED}
    return {**touch, "ask": {**rest, "answers": moved}} if moved else touch


STEPS: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {1: _answers_together}


def _with_touches(
    raw: Mapping[str, Any], change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The document with each of its touches changed."""
    stages = raw.get("stages")
    if not isinstance(stages, Mapping):
        return raw
    return {**raw, "stages": {name: _block(one, change) for name, one in stages.items()}}


def _block(block: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    if not isinstance(block, Mapping) or not isinstance(block.get("touches"), list):
        return block
    touches = [change(one) if isinstance(one, Mapping) else one for one in block["touches"]]
    return {**block, "touches": touches}
