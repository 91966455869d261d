"""Events in, one transaction out: lock the application, run the pure engine, write its effects.

`apply` is called inside the transaction that also records where the events came from, so an event
and everything that follows from it commit together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.audit.facts import SYSTEM, Actor, FactRow
from followthrough.core.ids import uuid7
from followthrough.journeys import assignment, engine, versions
from followthrough.journeys.events import Event, StageChanged, State
from followthrough.journeys.models import RunMove
from followthrough.runs import effects
from followthrough.runs.effects import Gathered, Journey
from followthrough.store import sql

Change = tuple[UUID, Event]  # application, what happened to it


class _Locked(NamedTuple):
    application_id: UUID
    organization_id: UUID
    candidate_id: UUID
    connection_id: UUID
    shard: int
    family: str | None
    site_id: UUID | None
    requisition_id: UUID | None
    run_id: UUID | None
    version_id: UUID | None
    state: dict | None
    end_reason: str | None


_LOCK = "SELECT id FROM people_application WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# A statement of its own: one that had to wait for the lock would show runs as they were before.
_LOAD = """
SELECT a.id, a.organization_id, a.candidate_id, a.connection_id, c.shard, q.family, q.site_id,
       a.requisition_id, r.id, r.version_id, r.state, r.end_reason
FROM people_application a
JOIN people_candidate c ON c.id = a.candidate_id
LEFT JOIN people_requisition q ON q.id = a.requisition_id
LEFT JOIN journeys_run r ON r.application_id = a.id
WHERE a.id = ANY(%s) ORDER BY a.id
"""
_ANCHORS = """
SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)
"""


def lock(application_ids: Iterable[UUID]) -> None:
    """Lock applications until the transaction ends: always before their touches, in one order."""
    if ids := sorted(set(application_ids)):
        sql.run(_LOCK, (ids,))


def apply(changes: Sequence[Change], *, now: datetime, actor: Actor = SYSTEM) -> int:
    """Apply events in the order given and return how many effects they had.

    Must run inside a transaction. An application without a run gets one with its first stage
    change, in the version its assignment chooses; without an assignment nothing happens, and a
    fact says so.
    """
    if not changes:
        return 0
    gathered = Gathered()
    journeys = _open(changes, gathered, actor, now)
    counted = sum(
        _advance(journeys[application_id], event, gathered, actor, now)
        for application_id, event in changes
        if application_id in journeys
    )
    _save(list(journeys.values()), now)
    effects.write(gathered, now=now)
    return counted


def _advance(
    journey: Journey, event: Event, gathered: Gathered, actor: Actor, now: datetime
) -> int:
    document = versions.document(journey.version_id)
    settle = document.settle_delay
    journey.state, found = engine.advance(document, journey.state, event, now, settle=settle)
    for effect in found:
        effects.gather(effect, journey, gathered, actor, now)
    if not journey.state.ended:
        journey.end_reason = ""
    return len(found)


def _open(
    changes: Sequence[Change], gathered: Gathered, actor: Actor, now: datetime
) -> dict[UUID, Journey]:
    """Lock the applications and load their runs, starting those that have none yet."""
    ids = sorted({application_id for application_id, _ in changes})
    locked = _load(ids)
    starting = {app for app, event in changes if isinstance(event, StageChanged)}
    new = [row for row in locked if row.run_id is None and row.application_id in starting]
    started = _start(new, gathered, actor, now) if new else {}
    running = {row.application_id: _journey(row) for row in locked if row.run_id is not None}
    return running | started


def _load(application_ids: Sequence[UUID]) -> list[_Locked]:
    lock(application_ids)
    return [_Locked(*row) for row in sql.rows(_LOAD, (list(application_ids),))]


def _journey(row: _Locked) -> Journey:
    return Journey(
        application_id=row.application_id,
        organization_id=row.organization_id,
        candidate_id=row.candidate_id,
        connection_id=row.connection_id,
        shard=row.shard,
        run_id=row.run_id or uuid7(),
        version_id=row.version_id,  # type: ignore[arg-type]
        state=engine.load_state(row.state) if row.state else State(),
        end_reason=row.end_reason or "",
    )


_START = """
WITH run AS (
  INSERT INTO journeys_run (id, organization_id, application_id, version_id, state, started_at,
      end_reason)
  SELECT id, org, app, ver, '{}'::jsonb, %(now)s, ''
  FROM unnest(%(id)s::uuid[], %(org)s::uuid[], %(app)s::uuid[], %(ver)s::uuid[])
    AS r(id, org, app, ver))
INSERT INTO journeys_runmove (id, organization_id, run_id, to_version_id, why, by, at)
SELECT id, org, run, ver, why, %(by)s, %(now)s
FROM unnest(%(move)s::uuid[], %(org)s::uuid[], %(id)s::uuid[], %(ver)s::uuid[], %(why)s::text[])
  AS m(id, org, run, ver, why)
"""


def _start(
    rows: list[_Locked], gathered: Gathered, actor: Actor, now: datetime
) -> dict[UUID, Journey]:
    """Start a run for each application that a rule assigns a map to."""
    rules = {row.organization_id: None for row in rows}
    rules = {organization_id: assignment.rules(organization_id) for organization_id in rules}
    started, why = {}, []
    for row in rows:
        rule = assignment.best(
            rules[row.organization_id],
            family=row.family or "",
            site_id=row.site_id,
            requisition_id=row.requisition_id,
        )
        if rule is None:
            gathered.facts.append(_fact(row, actor, "found_no_map", {}, now))
            continue
        started[row.application_id] = _journey(row._replace(version_id=rule.version_id))
        why.append(rule.why)
        gathered.facts.append(_fact(row, actor, "started_run", {"rule": rule.why}, now))
    if started:
        _insert(list(started.values()), why, actor, now)
        _tell_anchors(started)
    return started


def _tell_anchors(started: dict[UUID, Journey]) -> None:
    """A run that begins late knows the anchors that were set before it."""
    for application_id, name, at, sequence in sql.rows(_ANCHORS, (list(started),)):
        state = started[application_id].state
        anchors = {**state.anchors, name: (at, sequence)}
        started[application_id].state = replace(state, anchors=anchors)


def _insert(journeys: list[Journey], why: list[str], actor: Actor, now: datetime) -> None:
    given = {
        "id": [journey.run_id for journey in journeys],
        "org": [journey.organization_id for journey in journeys],
        "app": [journey.application_id for journey in journeys],
        "ver": [journey.version_id for journey in journeys],
        "move": [uuid7() for _ in journeys],
        "why": why,
        "by": actor.id,
        "now": now,
    }
    sql.run(_START, given)


def _fact(row: _Locked, actor: Actor, verb: str, why: dict, now: datetime) -> FactRow:
    return FactRow(row.organization_id, actor, verb, "application", row.application_id, why, now)


_SAVE = """
UPDATE journeys_run r SET state = s.state::jsonb,
    end_reason = s.reason,
    ended_at = CASE WHEN s.reason = '' THEN NULL ELSE coalesce(r.ended_at, %s) END
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS s(id, state, reason)
WHERE r.id = s.id
"""


def _save(journeys: list[Journey], now: datetime) -> None:
    if not journeys:
        return
    states = sql.jsonb_texts([engine.dump_state(journey.state) for journey in journeys])
    records = [
        (journey.run_id, state, journey.end_reason)
        for journey, state in zip(journeys, states, strict=True)
    ]
    sql.run(_SAVE, [now, *sql.columns(records, 3)])


_MOVE = """
UPDATE journeys_run SET version_id = %s WHERE id = ANY(%s)
"""


def move(
    run_ids: Sequence[UUID], *, to_version: UUID, why: str, actor: Actor, now: datetime
) -> int:
    """Move runs to another version, recorded; must run inside a transaction.

    Planned touches of the old version are cancelled; what the new version still has to say in
    the present stage is planned, unless it is past its useful-until.
    """
    journeys = [journey for journey in _running(run_ids) if journey.version_id != to_version]
    gathered = Gathered()
    document, said = versions.document(to_version), _said(journeys)
    for journey in journeys:
        _record_move(journey, to_version, why, actor, now)
        gathered.facts.append(_moved(journey, to_version, why, actor, now))
        journey.version_id = to_version
        journey.state, found = engine.moved(
            document,
            journey.state,
            now,
            settle=document.settle_delay,
            said=said[journey.run_id],
        )
        for effect in found:
            effects.gather(effect, journey, gathered, actor, now)
        if not journey.state.ended:
            journey.end_reason = ""
    sql.run(_MOVE, (to_version, [journey.run_id for journey in journeys]))
    _save(journeys, now)
    effects.write(gathered, now=now)
    return len(journeys)


def _running(run_ids: Sequence[UUID]) -> list[Journey]:
    apps = sql.rows("SELECT application_id FROM journeys_run WHERE id = ANY(%s)", (list(run_ids),))
    return [_journey(row) for row in _load([row[0] for row in apps]) if row.run_id]


_SAID = """
SELECT run_id, key, occurrence FROM messaging_touch
WHERE application_id = ANY(%s) AND state IN ('sending', 'reconciling', 'sent', 'unknown')
"""


def _said(journeys: Sequence[Journey]) -> dict[UUID, list[tuple[str, str]]]:
    """By run, what went out or may have: (key, occurrence)."""
    found: dict[UUID, list[tuple[str, str]]] = {journey.run_id: [] for journey in journeys}
    applications = [journey.application_id for journey in journeys]
    for run_id, key, occurrence in sql.rows(_SAID, (applications,)):
        if run_id in found:
            found[run_id].append((key, occurrence))
    return found


def _moved(journey: Journey, to_version: UUID, why: str, actor: Actor, now: datetime) -> FactRow:
    detail = {"from": str(journey.version_id), "to": str(to_version), "reason": why}
    return FactRow(journey.organization_id, actor, "moved_run", "run", journey.run_id, detail, now)


def _record_move(journey: Journey, to_version: UUID, why: str, actor: Actor, now: datetime) -> None:
    RunMove.objects.create(
        organization_id=journey.organization_id,
        run_id=journey.run_id,
        from_version_id=journey.version_id,
        to_version_id=to_version,
        why=why,
        by=actor.id,
        at=now,
    )
