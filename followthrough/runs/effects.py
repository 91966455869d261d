"""Effects of the journey engine, gathered over a batch of events and written set-based."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatch
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.audit.facts import SYSTEM, Actor, FactRow, record_all
from followthrough.conversations import handoffs
from followthrough.core.ids import uuid7, uuid7s
from followthrough.journeys import events, shadows
from followthrough.journeys.assignment import Rule
from followthrough.messages import planning
from followthrough.runs import notes
from followthrough.store import sql


@dataclass(slots=True)
class Journey:
    """One application's run while events are applied to it."""

    application_id: UUID
    organization_id: UUID
    candidate_id: UUID
    connection_id: UUID
    shard: int
    run_id: UUID
    version_id: UUID
    state: events.State
    end_reason: str = ""
    started: Rule | None = None  # who chose its version, if it begins now and is no row yet
    next_version_id: UUID | None = None  # where it moves with its next stage


class Moved(NamedTuple):
    """A run that goes on in another version, and who wanted that why; `rule` gives its application
    to that map, where that is why."""

    organization_id: UUID
    run_id: UUID
    from_version: UUID
    to_version: UUID
    why: str
    by: str
    rule: Rule | None = None


@dataclass(slots=True)
class Gathered:
    """What a batch wants written. Order within a run is kept where it matters."""

    plans: list[planning.Plan] = field(default_factory=list)
    cancels: list[planning.Cancel] = field(default_factory=list)
    opened: list[planning.NewAsk] = field(default_factory=list)
    closed: list[planning.ClosedAsk] = field(default_factory=list)
    write_backs: list[notes.Told] = field(default_factory=list)
    handoffs: list[tuple[Journey, str]] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)


@singledispatch
def gather(effect: Any, journey: Journey, into: Gathered, actor: Actor, now: datetime) -> None:
    """Add one effect to what will be written."""
    raise TypeError(f"No way to apply the effect {type(effect).__name__}.")


@gather.register
def _plan(
    effect: events.PlanTouch, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    into.plans.append(
        planning.Plan(
            organization_id=journey.organization_id,
            application_id=journey.application_id,
            candidate_id=journey.candidate_id,
            run_id=journey.run_id,
            version_id=journey.version_id,
            shard=journey.shard,
            origin=effect.origin,
            key=effect.key,
            occurrence=effect.occurrence,
            purpose=effect.purpose,
            priority=effect.priority,
            due_at=effect.due_at,
            useful_until=effect.useful_until,
            anchor_name=effect.anchor_name,
            anchor_sequence=effect.anchor_sequence,
            relevance=effect.relevance,
            channels=effect.channels,
            content=effect.content,
            reply_to_at=effect.reply_to_at,
            listened=effect.listened,
        )
    )


@gather.register
def _cancel(
    effect: events.CancelTouches, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    # What this very batch planned was never a row: it simply is not written.
    into.plans = [plan for plan in into.plans if not _cancelled(plan, journey, effect)]
    for key in effect.keys if effect.keys is not None else [None]:
        into.cancels.append(planning.Cancel(journey.run_id, key, effect.why))


def _cancelled(plan: planning.Plan, journey: Journey, effect: events.CancelTouches) -> bool:
    return plan.run_id == journey.run_id and (effect.keys is None or plan.key in effect.keys)


@gather.register
def _open(
    effect: events.OpenAsk, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    into.opened.append(
        planning.NewAsk(
            organization_id=journey.organization_id,
            application_id=journey.application_id,
            run_id=journey.run_id,
            key=effect.key,
            occurrence=effect.occurrence,
            kind=effect.kind,
        )
    )


@gather.register
def _close(
    effect: events.CloseAsk, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    into.opened = [
        ask
        for ask in into.opened
        if ask.run_id != journey.run_id or effect.key not in (None, ask.key)
    ]
    into.closed.append(planning.ClosedAsk(journey.run_id, effect.key, effect.answer))


@gather.register
def _write_back(
    effect: events.WriteBack, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    into.write_backs.append(
        notes.Told(
            uuid7(), journey.organization_id, journey.connection_id, journey.application_id,
            journey.shard, effect.kind, effect.payload,
        )
    )  # fmt: skip


@gather.register
def _hand_off(
    effect: events.HandOff, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    into.handoffs.append((journey, effect.reason))


@gather.register
def _end(
    effect: events.EndRun, journey: Journey, into: Gathered, actor: Actor, now: datetime
) -> None:
    journey.end_reason = effect.reason
    into.facts.append(
        FactRow(journey.organization_id, actor, "ended_run", "run", journey.run_id,
                {"reason": effect.reason}, now)
    )  # fmt: skip


_WRITE_BACKS = """
INSERT INTO people_writeback (id, organization_id, connection_id, application_id, shard, kind,
    payload, state, tries, problem, created_at)
SELECT id, org, conn, app, shard, kind, payload::jsonb, 'waiting', 0, '', %s
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::text[])
  AS w(id, org, conn, app, shard, kind, payload)
"""


def write(gathered: Gathered, *, now: datetime) -> None:
    """Write everything gathered, cancellations before plans."""
    if gathered.moves:
        _record_moves(gathered.moves, now)
    planning.close_asks(gathered.closed, now=now)
    planning.cancel(gathered.cancels, now=now)
    planning.send(gathered.plans, now=now)
    planning.open_asks(gathered.opened, now=now)
    if gathered.write_backs:
        _tell_the_ats(_aloud(gathered, now), now)
    for journey, reason in gathered.handoffs:
        _open_handoff(journey, reason, now)
    record_all(gathered.facts)


def move(
    journey: Journey,
    to_version: UUID,
    into: Gathered,
    *,
    why: str,
    actor: Actor,
    now: datetime,
    rule: Rule | None = None,
) -> None:
    """Put a run in another version, with the record of it."""
    organization_id, version_id = journey.organization_id, journey.version_id
    moved = Moved(organization_id, journey.run_id, version_id, to_version, why, actor.id, rule)
    detail = {"from": str(moved.from_version), "to": str(to_version), "reason": why}
    into.moves.append(moved)
    into.facts.append(
        FactRow(journey.organization_id, actor, "moved_run", "run", journey.run_id, detail, now)
    )
    journey.version_id, journey.next_version_id = to_version, None


_MOVES = """
WITH moved AS (
  SELECT * FROM unnest(%(id)s::uuid[], %(org)s::uuid[], %(run)s::uuid[], %(source)s::uuid[],
    %(target)s::uuid[], %(why)s::text[], %(by)s::text[], %(rule)s::text[])
    AS m(id, org, run, source, target, why, by, rule)),
kept AS (
  INSERT INTO journeys_runmove (id, organization_id, run_id, from_version_id, to_version_id, why,
      by, rule, at)
  SELECT id, org, run, source, target, why, by, rule::jsonb, %(now)s FROM moved)
UPDATE journeys_run r SET version_id = m.target
FROM moved m WHERE r.id = m.run AND r.id = ANY(%(run)s)
"""


def _record_moves(moves: list[Moved], now: datetime) -> None:
    names = ("org", "run", "source", "target", "why", "by", "rule")
    columns = dict(zip(names, sql.columns(moves, 7), strict=True))
    kept = [rule and sql.jsonb_texts([rule.kept()])[0] for rule in columns["rule"]]
    sql.send(_MOVES, {"id": uuid7s(len(moves)), "now": now, **columns, "rule": kept})


def _aloud(gathered: Gathered, now: datetime) -> list[notes.Told]:
    """What the ATS is really told: nothing by a run in shadow, and a fact says so."""
    kept = shadows.shadowed(one.application_id for one in gathered.write_backs)
    for one in gathered.write_backs:
        if one.application_id in kept:
            gathered.facts.append(
                FactRow(one.organization_id, SYSTEM, "kept_from_ats", "application",
                        one.application_id, {"kind": one.kind}, now)
            )  # fmt: skip
    return [one for one in gathered.write_backs if one.application_id not in kept]


def _tell_the_ats(told: list[notes.Told], now: datetime) -> None:
    if not told:
        return
    *columns, payloads = sql.columns(notes.worded(told), 7)
    sql.send(_WRITE_BACKS, [now, *columns, sql.jsonb_texts(payloads)])
    sql.wake(sql.APART)


def _open_handoff(journey: Journey, reason: str, now: datetime) -> None:
    handoffs.open(
        organization_id=journey.organization_id,
        candidate_id=journey.candidate_id,
        application_id=journey.application_id,
        reason=reason,
        at=now,
    )
