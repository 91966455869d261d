"""Events in, one transaction out: lock the application, run the pure engine, write its effects.

`apply` is called inside the transaction that also records where the events came from, so an event
and everything that follows from it commit together or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.audit.facts import SYSTEM, Actor, FactRow
from followthrough.core.ids import uuid7, uuid7s
from followthrough.journeys import assignment, engine, versions
from followthrough.journeys.assignment import Place, Rule, Rules
from followthrough.journeys.events import Event, StageChanged, State
from followthrough.journeys.offsets import UTC_ONLY, Where
from followthrough.people.applications import Anchors
from followthrough.people.mirror import Subject
from followthrough.runs import effects, whereabouts
from followthrough.runs.burst import bursts, guarding
from followthrough.runs.burst.bursts import Cause, Watch
from followthrough.runs.effects import Gathered, Journey
from followthrough.store import sql

NEXT_STAGE = "next_stage"  # why a run moved, when it waited for that
Change = tuple[UUID, Event]  # application, what happened to it
Runs = Mapping[UUID, Sequence[Any]]  # application -> run: id, version, state, why it ended, next


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
    next_version_id: UUID | None
    anchors: Anchors | None = None  # None: not read


class Known(NamedTuple):
    """What was read by a caller that has locked the applications: see `questions`."""

    subjects: Mapping[UUID, Subject]
    runs: Runs
    rules: Rules
    watch: Watch


_LOCK = "SELECT id FROM people_application WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# Where runs move with their next stage, by the versions that they (`r`) are in: the newest choice
# is asked for, once for each version.
_NEXT = """
next AS (
  SELECT v.id, n.id AS version_id
  FROM (SELECT DISTINCT version_id FROM r) AS d
  JOIN journeys_version v ON v.id = d.version_id
  JOIN journeys_messagemap m ON m.id = v.map_id
  JOIN journeys_version n ON n.map_id = m.id AND n.number = m.moves_to AND n.number > v.number)
"""
# A statement of its own: one that had to wait for the lock would show runs as they were before.
_LOAD = f"""
WITH r AS (SELECT id, application_id, version_id, state, end_reason FROM journeys_run
  WHERE application_id = ANY(%(ids)s)),
{_NEXT}
SELECT a.id, a.organization_id, a.candidate_id, a.connection_id, c.shard, q.family, q.site_id,
       a.requisition_id, r.id, r.version_id, r.state, r.end_reason,
       next.version_id
FROM people_application a
JOIN people_candidate c ON c.id = a.candidate_id
LEFT JOIN people_requisition q ON q.id = a.requisition_id
LEFT JOIN r ON r.application_id = a.id
LEFT JOIN next ON next.id = r.version_id
WHERE a.id = ANY(%(ids)s) ORDER BY a.id
"""  # noqa: S608
_ANCHORS = (
    "SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)"
)


_RUNS = f"""
WITH r AS (SELECT application_id, id, version_id, state, end_reason FROM journeys_run
  WHERE application_id = ANY(ARRAY(
    SELECT id FROM people_application WHERE connection_id = %s AND external_id = ANY(%s)))),
{_NEXT}
SELECT r.application_id, r.id, r.version_id, r.state, r.end_reason, next.version_id
FROM r LEFT JOIN next ON next.id = r.version_id
"""  # noqa: S608


def questions(
    organization_id: UUID, connection_id: UUID, external_ids: Collection[str], *, now: datetime
) -> tuple[sql.Question[Runs], sql.Question[Rules], sql.Question[Watch]]:
    """The runs of a connection's applications, the organization's rules if one has no run, and
    how much the connection has had planned of late.

    To be asked when the applications are locked, and in a statement after that one.
    """
    runs = sql.Question(_RUNS, (connection_id, list(external_ids)), _runs)
    rules = assignment.of_new(organization_id, connection_id, external_ids)
    return runs, rules, bursts.watch(organization_id, connection_id, now=now)


def _runs(rows: list[tuple]) -> Runs:
    return {application_id: run for application_id, *run in rows}


def lock(application_ids: Iterable[UUID]) -> None:
    """Lock applications until the transaction ends: always before their touches, in one order."""
    if ids := sorted(set(application_ids)):
        sql.run(_LOCK, (ids,))


def apply(
    changes: Sequence[Change],
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    known: Known | None = None,
    cause: Cause | None = None,
) -> int:
    """Apply events in the order given and return how many effects they had.

    `cause`: what they all come from, if that may be a burst (see `guarding`).

    Must run inside a transaction. An application without a run gets one with its first stage
    change, in the version its assignment chooses; without an assignment nothing happens, and a
    fact says so.
    """
    if not changes:
        return 0
    gathered = Gathered()
    journeys = _open(changes, gathered, actor, now, known)
    where = whereabouts.of(_counting_days(journeys.values()))
    counted = sum(
        _advance(journeys[application_id], event, gathered, actor, now, where=where)
        for application_id, event in changes
        if application_id in journeys
    )
    if cause and gathered.plans:
        watch = known.watch if known else None
        gathered.plans = list(guarding.watched(gathered.plans, cause, watch, now=now))
    save(journeys.values(), actor, now)
    effects.write(gathered, now=now)
    return counted


def _counting_days(journeys: Iterable[Journey]) -> list[UUID]:
    """The applications in versions that count days, or about to be: it matters where they are."""
    return [
        one.application_id
        for one in journeys
        for version in (one.version_id, one.next_version_id)
        if version and versions.document(version).counts_days
    ]


def _advance(
    journey: Journey,
    event: Event,
    gathered: Gathered,
    actor: Actor,
    now: datetime,
    *,
    where: Mapping[UUID, Where],
) -> int:
    if journey.next_version_id and engine.enters(journey.state, event):
        _take_over(journey, journey.next_version_id, gathered, now)
    document = versions.document(journey.version_id)
    journey.state, found = engine.advance(
        document,
        journey.state,
        event,
        now,
        settle=document.settle_delay,
        where=where.get(journey.application_id, UTC_ONLY),
    )
    for effect in found:
        effects.gather(effect, journey, gathered, actor, now)
    if not journey.state.ended:
        journey.end_reason = ""
    return len(found)


def _take_over(journey: Journey, version_id: UUID, gathered: Gathered, now: datetime) -> None:
    """Go on in the version that was chosen for the next stage: whoever published it moved them."""
    author = versions.author(version_id)
    actor = Actor("member", author) if author else SYSTEM
    effects.move(journey, version_id, gathered, why=NEXT_STAGE, actor=actor, now=now)


def _open(
    changes: Sequence[Change],
    gathered: Gathered,
    actor: Actor,
    now: datetime,
    known: Known | None,
) -> dict[UUID, Journey]:
    """The runs of the applications, started where there is none yet."""
    ids = sorted({application_id for application_id, _ in changes})
    locked = [_of(known, one) for one in ids] if known else _load(ids)
    starting = {app for app, event in changes if isinstance(event, StageChanged)}
    new = [row for row in locked if row.run_id is None and row.application_id in starting]
    started = _start(new, gathered, actor, now, known) if new else {}
    # A run that no rule gives its map any more hears nothing until one does (`matching`).
    running = {
        row.application_id: _journey(row, row.version_id)
        for row in locked
        if row.version_id and row.end_reason != "unmatched"
    }
    return running | started


def _load(application_ids: Sequence[UUID]) -> list[_Locked]:
    ids = list(application_ids)
    found = sql.together((_LOCK, (ids,)), (_LOAD, {"ids": ids}))[1]
    return [_Locked(*row) for row in found]


def _of(known: Known, application_id: UUID) -> _Locked:
    *subject, anchors = known.subjects[application_id]
    run = known.runs.get(application_id, (None,) * 5)
    return _Locked(*subject, *run, anchors=anchors)


def _journey(row: _Locked, version_id: UUID) -> Journey:
    return Journey(
        application_id=row.application_id,
        organization_id=row.organization_id,
        candidate_id=row.candidate_id,
        connection_id=row.connection_id,
        shard=row.shard,
        run_id=row.run_id or uuid7(),
        version_id=version_id,
        state=engine.load_state(row.state) if row.state else State(),
        end_reason=row.end_reason or "",
        next_version_id=row.next_version_id,
    )


def _start(
    rows: list[_Locked], gathered: Gathered, actor: Actor, now: datetime, known: Known | None
) -> dict[UUID, Journey]:
    """Start a run for each application that a rule assigns a map to."""
    rules = known.rules if known else assignment.of(row.organization_id for row in rows).answer()
    chosen: dict[tuple[object, ...], Rule | None] = {}
    started = {}
    for row in rows:
        place = row.organization_id, row.connection_id, row.family, row.site_id, row.requisition_id
        if place not in chosen:
            chosen[place] = _chosen(row, rules)
        rule = chosen[place]
        if rule is None or rule.version_id is None:
            gathered.facts.append(_fact(row, actor, "found_no_map", {}, now))
            continue
        started[row.application_id] = _journey(row, rule.version_id)
        started[row.application_id].started = rule
        why = {"rule": rule.why, "assignment": str(rule.id)}
        gathered.facts.append(_fact(row, actor, "started_run", why, now))
    if started:
        _tell_anchors(started, {row.application_id: row.anchors for row in rows})
    return started


def _chosen(row: _Locked, rules: Rules) -> Rule | None:
    """The first rule that fits an application."""
    place = Place(row.family or "", row.site_id, row.requisition_id, row.connection_id)
    return assignment.first(rules.get(row.organization_id, ()), place)


def _tell_anchors(started: dict[UUID, Journey], known: Mapping[UUID, Anchors | None]) -> None:
    """A run that begins late knows the anchors that were set before it."""
    found: dict[UUID, dict[str, tuple[datetime | None, int]]] = {
        key: dict(known[key] or {}) for key in started
    }
    unread = [key for key in started if known[key] is None]
    for key, name, at, sequence in sql.rows(_ANCHORS, (unread,)) if unread else ():
        found[key][name] = at, sequence
    for key, anchors in found.items():
        if anchors:
            started[key].state = replace(started[key].state, anchors=anchors)


def _fact(row: _Locked, actor: Actor, verb: str, why: dict, now: datetime) -> FactRow:
    return FactRow(row.organization_id, actor, verb, "application", row.application_id, why, now)


_START = """
WITH run AS (
  INSERT INTO journeys_run (id, organization_id, application_id, version_id, state, started_at,
      ended_at, end_reason)
  SELECT id, org, app, ver, state::jsonb, %(now)s, CASE WHEN reason <> '' THEN %(now)s END, reason
  FROM unnest(%(id)s::uuid[], %(org)s::uuid[], %(app)s::uuid[], %(ver)s::uuid[],
      %(state)s::text[], %(reason)s::text[]) AS r(id, org, app, ver, state, reason))
INSERT INTO journeys_runmove (id, organization_id, run_id, to_version_id, why, rule, by, at)
SELECT id, org, run, ver, why, rule::jsonb, %(by)s, %(now)s
FROM unnest(%(move)s::uuid[], %(org)s::uuid[], %(id)s::uuid[], %(ver)s::uuid[], %(why)s::text[],
    %(rule)s::text[]) AS m(id, org, run, ver, why, rule)
"""
_SAVE = """
UPDATE journeys_run r SET state = s.state::jsonb,
    end_reason = s.reason,
    ended_at = CASE WHEN s.reason = '' THEN NULL ELSE coalesce(r.ended_at, %s) END
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS s(id, state, reason)
WHERE r.id = s.id AND r.id = ANY(%s)
"""


def save(journeys: Iterable[Journey], actor: Actor, now: datetime) -> None:
    """Write the runs as they are now; those that were started are written for the first time."""
    old, new = [], []
    for journey in journeys:
        (new if journey.started else old).append(journey)
    if new:
        sql.send(_START, _beginnings(new, actor, now))
    if old:
        records = [(journey.run_id, _state(journey), journey.end_reason) for journey in old]
        found = sql.columns(records, 3)
        sql.send(_SAVE, [now, *found, found[0]])


def _state(journey: Journey) -> str:
    return sql.jsonb_texts([engine.dump_state(journey.state)])[0]


def _beginnings(journeys: list[Journey], actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "id": [journey.run_id for journey in journeys],
        "org": [journey.organization_id for journey in journeys],
        "app": [journey.application_id for journey in journeys],
        "ver": [journey.version_id for journey in journeys],
        "state": [_state(journey) for journey in journeys],
        "reason": [journey.end_reason for journey in journeys],
        "move": uuid7s(len(journeys)),
        "why": [journey.started.why for journey in journeys if journey.started],
        "rule": sql.jsonb_texts(
            [journey.started.kept() for journey in journeys if journey.started]
        ),
        "by": actor.id,
        "now": now,
    }


def running(run_ids: Sequence[UUID]) -> list[Journey]:
    """Runs as they are, their applications locked until the transaction ends."""
    apps = sql.rows("SELECT application_id FROM journeys_run WHERE id = ANY(%s)", (list(run_ids),))
    found = _load([row[0] for row in apps])
    return [_journey(row, row.version_id) for row in found if row.version_id]
