"""The journey engine: what happened to an application in, what is to be done out.

Pure and deterministic: no I/O, no clock of its own. Events may come late, twice or not at all;
what is older than what is known changes nothing. How each trigger and event behaves is told in
docs/message-maps.md and shown, case by case, in `tests/cases`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from followthrough.journeys import carried
from followthrough.journeys.answers import ANSWERS, follows, reply_key
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.events import (
    AnchorMoved,
    AskAnswered,
    CancelTouches,
    CloseAsk,
    CustomEvent,
    Effect,
    EndRun,
    Event,
    HandOff,
    OpenAsk,
    OptedOut,
    PlanTouch,
    Replied,
    StageChanged,
    State,
    TouchSent,
    by_hand,
)
from followthrough.journeys.offsets import UTC_ONLY, Where
from followthrough.journeys.plans import is_current, of_this_version, own, planned, speaking
from followthrough.journeys.states import dump_state, load_state

__all__ = [
    "advance", "dump_state", "enters", "is_current", "load_state", "moved", "unmatched",
]  # fmt: skip

Outcome = tuple[State, list[Effect]]
TICK = timedelta(microseconds=1)
_Value = TypeVar("_Value")


class _Map(NamedTuple):
    """The document an event is judged by, its settle delay, and whose clock its days are of."""

    document: MapDocument
    settle: timedelta
    where: Where

    def plan(self, state: State, touches: Iterable[TouchDef]) -> list[PlanTouch]:
        return planned(self.document, state, touches, settle=self.settle, where=self.where)


def advance(
    document: MapDocument,
    state: State,
    event: Event,
    now: datetime,
    *,
    settle: timedelta,
    where: Where = UTC_ONLY,
) -> Outcome:
    """The new state, and the effects in the order they are to be applied.

    Every time follows from the facts themselves; `now` is there for triggers that may need it.
    `where` is only asked by offsets in days (`MapDocument.counts_days`).
    """
    return _HANDLERS[type(event)](_Map(document, settle, where), state, event)


def enters(state: State, event: Event) -> bool:
    """Whether an event brings the run to another stage than the one it is in."""
    if not isinstance(event, StageChanged) or (state.seen_at and event.at < state.seen_at):
        return False
    return event.to != state.stage


def moved(
    document: MapDocument,
    state: State,
    now: datetime,
    *,
    settle: timedelta,
    where: Where = UTC_ONLY,
    said: Collection[tuple[str, str]] = (),
    elsewhere: MapDocument | None = None,
) -> Outcome:
    """The run goes on in another version of its map, `document`, in the stage it is in.

    All planned touches are cancelled; what the new version has to say in this stage is planned,
    but for what was said already and what is past its use. `said` are the (key, occurrence) of
    the run's touches that went out or may have: the engine itself only hears of those it listens
    for. Asks that the new version has too stay open. `elsewhere` is the other map that the run
    comes from: what was due until now was its to say, in its own words, so nobody is thanked or
    asked twice, now or with a later version. What was asked there about a time counts here.
    """
    if not state.stage:
        return state, []
    state, taken = carried.over(elsewhere, document, state, now) if elsewhere else (state, [])
    known = {key for key, at in said if is_current(document, state, key=key, occurrence=at)}
    gone = [key for key in state.asks if not _asks(document, state, key)]
    since = max(now, state.moved_at + TICK) if state.moved_at else now
    state = replace(
        state, moved_at=since, asks=_without(state.asks, gone), ended=document.ends(state.stage)
    )
    left = [t for t in speaking(document, state) if t.key not in {*state.sent, *known}]
    plans = [
        plan
        for plan in _Map(document, settle, where).plan(state, left)
        if (plan.useful_until is None or plan.useful_until > now) and not _theirs(state, plan)
    ]
    closed = [CloseAsk(key) for key in gone]
    return state, [CancelTouches("version_moved"), *closed, *taken, *plans, *_ending(state)]


def _theirs(state: State, plan: PlanTouch) -> bool:
    """Whether it was due while the run was in another map, about a time that is still the same:
    that map's to say."""
    came_later = state.came_at is not None and plan.due_at <= state.came_at
    return came_later and plan.anchor_name not in state.fresh


def unmatched(state: State) -> Outcome:
    """The run ends where it is: no rule gives its application to this map any more."""
    closed = [CloseAsk(None)] if state.asks else []
    answers = {**state.answers, **dict.fromkeys(state.asks, "closed")}
    state = replace(state, asks={}, answers=answers, ended=True)
    return state, [CancelTouches("unmatched"), *closed, EndRun("unmatched")]


def _asks(document: MapDocument, state: State, key: str) -> bool:
    return document.stage_of.get(key) == state.stage and document.touches[key].ask is not None


# --- stages and anchors ------------------------------------------------------------------------


def _stage_changed(map_: _Map, state: State, event: StageChanged) -> Outcome:
    if state.seen_at and event.at < state.seen_at:
        return state, []
    if not enters(state, event):
        return replace(state, seen_at=event.at), []
    return _entered(map_, state, event)


def _entered(map_: _Map, before: State, event: StageChanged) -> Outcome:
    """Whatever was about the stage left behind ends with it."""
    # Facts of the same instant happened in the order heard; each visit has a time of its own.
    at = max(event.at, before.entered_at + TICK) if before.entered_at else event.at
    state = State(
        stage=event.to,
        came_from=before.stage,
        visit=before.visit + 1,
        entered_at=at,
        seen_at=event.at,
        anchors=before.anchors,
        replied_at=before.replied_at,
        came_at=None if before.stage else before.came_at,
        ended=map_.document.ends(event.to),
    )
    left: list[Effect] = [CancelTouches("left_stage")] if before.stage else []
    closed: list[Effect] = [CloseAsk(None)] if before.asks else []
    plans = [
        plan
        for plan in map_.plan(state, speaking(map_.document, state))
        if not _theirs(state, plan)
    ]
    return state, [*left, *closed, *plans, *_ending(state)]


def _ending(state: State) -> list[Effect]:
    if not state.ended:
        return []
    return [EndRun("withdrawn" if state.stage == "withdrawn" else "stage_ended")]


def _anchor_moved(map_: _Map, state: State, event: AnchorMoved) -> Outcome:
    """What was said, asked or planned about the old time is void; the new time starts afresh."""
    known_at, known = state.anchors.get(event.name, (None, 0))
    if event.name in state.anchors and event.sequence <= known:
        return state, []
    document = map_.document
    touches = [t for t in document.of_stage(state.stage) if document.anchors[t.key] == event.name]
    keys = [touch.key for touch in touches]
    state, closed = _closed(state, keys)
    state = replace(
        state,
        anchors={**state.anchors, event.name: (event.at, event.sequence)},
        fresh=(*state.fresh, event.name) if state.came_at else (),
        sent=_without(state.sent, keys),
        answers=_without(state.answers, keys),
    )
    why = "anchor_moved" if event.at else "anchor_cleared"
    void = [CancelTouches(why, _with_replies(touches))] if known_at and keys else []
    return state, [*closed, *void, *(map_.plan(state, touches) if touches else [])]


def _closed(state: State, keys: Collection[str]) -> tuple[State, list[CloseAsk]]:
    gone = [key for key in state.asks if key in keys]
    return replace(state, asks=_without(state.asks, gone)), [CloseAsk(key) for key in gone]


def _with_replies(touches: Iterable[TouchDef]) -> list[str]:
    """The keys of touches and of our answers to what they ask."""
    return [key for t in touches for key in ([t.key, reply_key(t)] if t.ask else [t.key])]


def _without(found: Mapping[str, _Value], keys: Collection[str]) -> dict[str, _Value]:
    return {key: value for key, value in found.items() if key not in keys}


# --- what was sent and what was answered -------------------------------------------------------


def _touch_sent(map_: _Map, state: State, event: TouchSent) -> Outcome:
    document, key = map_.document, event.key
    if not is_current(document, state, key=key, occurrence=event.occurrence):
        return state, []
    if key in state.sent and (event.at <= state.sent[key] or event.occurrence.endswith("+")):
        return state, []
    state = replace(state, sent={**state.sent, key: event.at}, shadow=_shadow(state, event))
    # Planned before the run moved and on its way then: the copy planned since is one too many.
    copy = (
        [] if of_this_version(state, event.occurrence) else [CancelTouches("version_moved", [key])]
    )
    state, opened = _opened(state, document.touches[key], own(event.occurrence))
    asked = [] if event.shadow else opened  # nobody can answer what nobody was asked
    return state, [*copy, *asked, *map_.plan(state, document.nudges.get(key, ()))]


def _shadow(state: State, event: TouchSent) -> tuple[str, ...]:
    """The touches that were last only in shadow."""
    others = {key for key in state.shadow if key != event.key}
    return tuple(sorted(others | {event.key} if event.shadow else others))


def _opened(state: State, touch: TouchDef, occurrence: str) -> tuple[State, list[OpenAsk]]:
    if touch.ask is None:
        return state, []
    state = replace(
        state,
        asks={**state.asks, touch.key: occurrence},
        answers=_without(state.answers, [touch.key]),
    )
    return state, [OpenAsk(touch.key, occurrence, touch.ask.kind)]


def _replied(map_: _Map, state: State, event: Replied) -> Outcome:
    """Nobody is nudged who has written; the clock of a stage gone quiet starts again."""
    if state.replied_at and event.at <= state.replied_at:
        return state, []
    state = replace(state, replied_at=event.at)
    if state.entered_at is None or event.at <= state.entered_at:
        return state, []
    touches = map_.document.of_stage(state.stage)
    stalled = [touch for touch in touches if touch.trigger.stalled]
    nudges = [touch for touch in touches if _nudges_about(touch, state, event.at)]
    keys = [touch.key for touch in (*nudges, *stalled)]
    cancelled = [CancelTouches("replied", keys)] if keys else []
    return state, [*cancelled, *map_.plan(state, stalled)]


def _nudges_about(touch: TouchDef, state: State, at: datetime) -> bool:
    """Whether `touch` waits for no reply to something sent before `at`."""
    sent = touch.trigger.no_reply and state.sent.get(touch.trigger.no_reply.to)
    return bool(sent and sent <= at)


def _ask_answered(map_: _Map, state: State, event: AskAnswered) -> Outcome:
    if event.key not in state.asks or event.answer not in ANSWERS:
        return state, []
    touch, occurrence = map_.document.touches[event.key], state.asks[event.key]
    state = replace(
        state,
        asks=_without(state.asks, [event.key]),
        answers={**state.answers, event.key: event.answer},
    )
    nudges = [nudge.key for nudge in map_.document.nudges.get(event.key, ())]
    return state, [
        CloseAsk(event.key, event.answer),
        *([CancelTouches("answered", nudges)] if nudges else []),
        *follows(map_.document, state, touch, event, occurrence=occurrence),
    ]


def _opted_out(map_: _Map, state: State, event: OptedOut) -> Outcome:
    """The gate stops the messages; a person must see to whatever was agreed and lies ahead."""
    ahead = any(at and at > event.at for at, _ in state.anchors.values())
    closed = [CloseAsk(None)] if state.asks else []
    handed = [HandOff("opted_out")] if ahead else []
    answers = {**state.answers, **dict.fromkeys(state.asks, "closed")}
    return replace(state, asks={}, answers=answers), [*closed, *handed]


def _custom_event(map_: _Map, state: State, event: CustomEvent) -> Outcome:
    """Events are heard in the stage they happen in; each, by its id, once."""
    in_stage = map_.document.of_stage(state.stage)
    touches = [touch for touch in in_stage if _heard_as(touch) == event.name]
    if not touches or state.entered_at is None or event.at < state.entered_at:
        return state, []
    mark = hashlib.sha256(event.id.encode()).hexdigest()[:12]
    heard = replace(state, heard={**state.heard, event.name: (event.at, mark)})
    newest = event.name not in state.heard or event.at >= state.heard[event.name][0]
    return (heard if newest else state), list(map_.plan(heard, touches))


def _heard_as(touch: TouchDef) -> str:
    """The name of the event that a touch waits for; '' when it waits for none."""
    if touch.trigger.manual:
        return by_hand(touch.key)
    return touch.trigger.event.name if touch.trigger.event else ""


_HANDLERS: Mapping[type[Any], Callable[[_Map, State, Any], Outcome]] = {
    StageChanged: _stage_changed,
    AnchorMoved: _anchor_moved,
    TouchSent: _touch_sent,
    Replied: _replied,
    AskAnswered: _ask_answered,
    OptedOut: _opted_out,
    CustomEvent: _custom_event,
}
