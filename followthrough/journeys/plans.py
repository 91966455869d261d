"""From a touch of the map to a planned one: when it is due, how long it is of use, its identity.

A plan follows from the document and the state alone, so events that arrive in another order, or
after others were missed, end in the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from followthrough.journeys.definition import MapDocument, TouchDef, length
from followthrough.journeys.events import PlanTouch, State, by_hand
from followthrough.journeys.offsets import UTC_ONLY, Offset, Where, shift, shifted
from followthrough.journeys.relevance import not_told, quiet_since, relevance

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
USEFUL = timedelta(days=3)  # after due, where the map does not say
AFTER = timedelta(minutes=2)  # so long a reminder leaves to what tells of its time anyway


class _Moment(NamedTuple):
    """When a touch is due by its own trigger, and what tells it from earlier ones of its key."""

    at: datetime
    mark: str = ""


def planned(
    document: MapDocument,
    state: State,
    touches: Iterable[TouchDef],
    *,
    settle: timedelta,
    where: Where = UTC_ONLY,
) -> list[PlanTouch]:
    """Those of `touches` whose time is known now, planned: of the present stage, or about the one
    left for it (`speaking`). `where` is whose days and clock they are counted by."""
    found = (_planned(document, state, touch, settle, where) for touch in touches if touch.enabled)
    return [plan for plan in found if plan is not None]


def speaking(document: MapDocument, state: State) -> list[TouchDef]:
    """The touches that may be planned now: the stage's own, and those about the one left for it."""
    left = (touch for touch in document.of_stage(state.came_from) if touch.trigger.stage_left)
    return [*document.of_stage(state.stage), *left]


def _planned(
    document: MapDocument, state: State, touch: TouchDef, settle: timedelta, where: Where
) -> PlanTouch | None:
    name = document.anchors[touch.key]
    anchor, sequence = state.anchors.get(name, (None, 0)) if name else (None, None)
    moment = _moment(document, state, touch, where)
    if moment is None or (name and anchor is None):
        return None
    due = max(moment.at, _earliest(state, settle))
    until = _useful_until(document, touch, moment.at, due, anchor)
    telling = _telling(document, state, touch, until, settle, where)
    return PlanTouch(
        key=touch.key,
        occurrence=_stamp(state, sequence) + moment.mark,
        due_at=max([due, *(told.due_at + AFTER for told in telling)]),
        useful_until=until,
        purpose=touch.purpose,
        priority=touch.priority,
        channels=tuple(touch.channels),
        relevance=relevance(
            document, state, touch, *not_told([told.key for told in telling], moment.at)
        ),
        anchor_name=name or "",
        anchor_sequence=sequence,
        listened=bool(touch.ask or touch.key in document.nudges),
    )


def _telling(
    document: MapDocument,
    state: State,
    reminder: TouchDef,
    until: datetime,
    settle: timedelta,
    where: Where,
) -> list[PlanTouch]:
    """What tells of the reminder's time anyway, while that would still be of use; it goes first."""
    touches = document.telling.get(reminder.key, ())
    plans = planned(document, state, touches, settle=settle, where=where)
    return [plan for plan in plans if plan.due_at + AFTER < until]


def _moment(document: MapDocument, state: State, touch: TouchDef, where: Where) -> _Moment | None:
    trigger = touch.trigger
    if trigger.stage_entered:
        return _Moment(shift(_entered(state), trigger.stage_entered.after, where))
    if trigger.stage_left:
        return _left(document, state, touch, where)
    if trigger.before:
        return _from_anchor(state, trigger.before.anchor, trigger.before.by, where, back=True)
    if trigger.after:
        return _from_anchor(state, trigger.after.anchor, trigger.after.by, where)
    if trigger.stalled:
        return _stalled(state, trigger.stalled.for_, where)
    if trigger.no_reply:
        return _unanswered(document, state, trigger.no_reply.to, trigger.no_reply.within, where)
    if trigger.event:
        return _event(state, trigger.event.name, trigger.event.after, where)
    return _event(state, by_hand(touch.key), "PT0S", where)


def _left(document: MapDocument, state: State, touch: TouchDef, where: Where) -> _Moment | None:
    """About the stage that was left for the present one; within it there is nothing to say yet."""
    left = touch.trigger.stage_left
    assert left is not None
    if document.stage_of[touch.key] != state.came_from or not left.goes_to(state.stage):
        return None
    return _Moment(shift(_entered(state), left.after, where))


def _from_anchor(
    state: State, name: str, by: Offset, where: Where, *, back: bool = False
) -> _Moment | None:
    anchor = state.anchors.get(name, (None, 0))[0]
    return _Moment(shift(anchor, by, where, back=back)) if anchor else None


def _stalled(state: State, by: Offset, where: Where) -> _Moment:
    since = quiet_since(state)
    mark = "" if since == state.entered_at else f".r{number(since)}"
    return _Moment(shift(since, by, where), mark)


def _unanswered(
    document: MapDocument, state: State, source: str, within: Offset, where: Where
) -> _Moment | None:
    sent = state.sent.get(source)
    if sent is None or (state.replied_at and state.replied_at >= sent):
        return None
    if document.touches[source].ask and source not in state.asks:
        return None
    return _Moment(shift(sent, within, where), f".s{number(sent)}")


def _event(state: State, name: str, after: Offset, where: Where) -> _Moment | None:
    if name not in state.heard:
        return None
    at, mark = state.heard[name]
    return _Moment(shift(at, after, where), f".e{mark}")


def _useful_until(
    document: MapDocument,
    touch: TouchDef,
    moment: datetime,
    due: datetime,
    anchor: datetime | None,
) -> datetime:
    """Where the map does not say: halfway to the anchor, up to the anchor asked about, or 3 days
    (for a nudge, whichever comes first).

    Counted from the trigger's own time: a reminder that could only start late ends no later.
    """
    before, after = touch.trigger.before, touch.trigger.after
    if touch.useful_for:
        return shifted(moment if before or after else due, length(touch.useful_for))
    if before and anchor:
        return shifted(moment, (anchor - moment) / 2)
    if anchor and _is_ahead(document, touch):
        return anchor if touch.anchor else min(anchor, shifted(due, USEFUL))
    return shifted(due, USEFUL)


def _is_ahead(document: MapDocument, touch: TouchDef) -> bool:
    """Whether what it says is about a time to come: nobody is asked, and least of all nudged, to
    confirm what is over. Only what is said after an anchor, and nudges about that, are not."""
    for _ in document.touches:  # a draft may go in circles
        source = touch.trigger.no_reply and document.touches.get(touch.trigger.no_reply.to)
        if touch.anchor or not source:
            break
        touch = source
    return touch.trigger.after is None


def _earliest(state: State, settle: timedelta) -> datetime:
    """Nothing is due before the stage has settled; a run's first stage has nothing to settle."""
    return _entered(state) if state.visit == 1 else shifted(_entered(state), settle)


def _entered(state: State) -> datetime:
    assert state.entered_at is not None
    return state.entered_at


# --- identity ----------------------------------------------------------------------------------
# v: when the stage was entered (not how many were: some may never be seen); m: since which move;
# a: the anchor's sequence; then what the touch's own trigger counts by (r, s, e). In hex, 60 at
# most. A trailing + is a fallback of the same touch to its next channel.


def number(moment: datetime) -> str:
    """A time as a short text: its microseconds since 1970, in hex."""
    return f"{(moment - EPOCH) // MICROSECOND:x}"


def _stamp(state: State, sequence: int | None) -> str:
    moved = f".m{number(state.moved_at)}" if state.moved_at else ""
    anchored = "" if sequence is None else f".a{sequence}"
    return f"v{number(_entered(state))}{moved}{anchored}"


def occurrence(document: MapDocument, state: State, key: str) -> str:
    """Which one a touch that hangs on the stage or on its anchor would be, if it went out now."""
    name = document.anchors[key]
    return _stamp(state, _sequence(state.anchors, name) if name else None)


def is_current(document: MapDocument, state: State, *, key: str, occurrence: str) -> bool:
    """Whether a touch planned as `occurrence` still speaks of this stage and of its anchor now."""
    if not _speaks(document, state, key):
        return False
    marks, name = own(occurrence).split("."), document.anchors[key]
    same_anchor = name is None or f"a{_sequence(state.anchors, name)}" in marks
    return marks[0] == f"v{number(_entered(state))}" and same_anchor


def _speaks(document: MapDocument, state: State, key: str) -> bool:
    touch = document.touches.get(key)
    if touch is None or not state.stage:
        return False
    return document.stage_of[key] == (state.came_from if touch.trigger.stage_left else state.stage)


def of_this_version(state: State, occurrence: str) -> bool:
    """Whether a touch planned as `occurrence` was planned since the run's last move."""
    return state.moved_at is None or f"m{number(state.moved_at)}" in own(occurrence).split(".")


def own(occurrence: str) -> str:
    """The occurrence without the marks of a fallback to another channel."""
    return occurrence.rstrip("+")


def _sequence(anchors: Mapping[str, tuple[datetime | None, int]], name: str) -> int:
    return anchors.get(name, (None, 0))[1]
