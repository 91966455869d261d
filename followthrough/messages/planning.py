"""Planning and cancelling touches, opening and closing asks: set-based, inside the caller's
transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7, uuid7s
from followthrough.messages.outbox import Due, receipt, record
from followthrough.people.models import Candidate
from followthrough.store import sql


class Plan(NamedTuple):
    """A touch to plan. (run_id, key, occurrence) is its identity where there is a run; what a
    member wrote has (candidate_id, occurrence). `batch_id`: it waits for a yes together with
    others; `cause_id`: the connection or the published version that planned it, where that may be a
    burst.
    """

    organization_id: UUID
    application_id: UUID | None
    candidate_id: UUID
    run_id: UUID | None
    version_id: UUID | None
    shard: int
    origin: str
    key: str
    occurrence: str
    purpose: str
    priority: int
    due_at: datetime
    useful_until: datetime | None
    anchor_name: str
    anchor_sequence: int | None
    relevance: Any
    channels: Sequence[str]
    content: Any
    reply_to_at: datetime | None
    listened: bool
    batch_id: UUID | None = None
    cause_id: UUID | None = None


def apart(
    candidate: Candidate,
    application_id: UUID | None,
    *,
    origin: str,
    key: str,
    occurrence: str,
    purpose: str,
    priority: int,
    due_at: datetime,
    useful_until: datetime | None,
    channel: str,
    content: Any,
    reply_to_at: datetime | None = None,
    version_id: UUID | None = None,
) -> Plan:
    """A message that no run planned: on one channel, with a text of its own (`content`: by
    language), around no anchor and under no condition."""
    return Plan(
        organization_id=candidate.organization_id,
        application_id=application_id,
        candidate_id=candidate.id,
        run_id=None,
        version_id=version_id,
        shard=candidate.shard,
        origin=origin,
        key=key,
        occurrence=occurrence,
        purpose=purpose,
        priority=priority,
        due_at=due_at,
        useful_until=useful_until,
        anchor_name="",
        anchor_sequence=None,
        relevance={},
        channels=[channel],
        content={channel: content},
        reply_to_at=reply_to_at,
        listened=False,
    )


_PLAN = """
INSERT INTO messaging_touch (id, organization_id, application_id, candidate_id, run_id, version_id,
    shard, origin, key, occurrence, purpose, priority, state, due_at, useful_until, anchor_name,
    anchor_sequence, relevance, channels, content, reply_to_at, listened, batch_id, cause_id,
    meant_at, held_for, attempts, tries, planned_at)
SELECT id, org, app, cand, run, ver, shard, origin, key, occ, purpose, prio, 'planned', due, until,
    anchor, seq, relevance::jsonb, channels::jsonb, content::jsonb, reply, listened, batch, cause,
    CASE WHEN batch IS NOT NULL THEN due END, '', 0, 0, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::int[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[],
    %s::timestamptz[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[],
    %s::timestamptz[], %s::bool[], %s::uuid[], %s::uuid[])
  AS p(id, org, app, cand, run, ver, shard, origin, key, occ, purpose, prio, due, until, anchor,
       seq, relevance, channels, content, reply, listened, batch, cause)
ON CONFLICT DO NOTHING
RETURNING id, CASE WHEN due_at <= planned_at THEN pg_notify(%s, shard::text) END
"""


def plan(plans: Sequence[Plan], *, now: datetime) -> list[UUID]:
    """Insert touches and return the keys of those that are new; wakes shards with due ones."""
    return [row[0] for row in sql.rows(*_plan(plans, now))] if plans else []


def send(plans: Sequence[Plan], *, now: datetime) -> None:
    """The same for those who need no keys: it may travel with other statements (`sql.send`)."""
    if plans:
        sql.send(*_plan(plans, now))


def _plan(plans: Sequence[Plan], now: datetime) -> sql.Statement:
    records = [
        (key, *p[:15], *sql.jsonb_texts([p.relevance, list(p.channels)]),
         None if p.content is None else sql.jsonb_texts([p.content])[0], *p[18:])
        for key, p in zip(uuid7s(len(plans)), plans, strict=True)
    ]  # fmt: skip
    return _PLAN, [now, *sql.columns(records, 23), sql.WAKE]


class Cancel(NamedTuple):
    """Cancel a run's planned touches: one key, or with None all of them. `why` is a code."""

    run_id: UUID
    key: str | None
    why: str


_DUE = ", ".join(f"t.{name}" for name in Due._fields)
_CANCEL = f"""
UPDATE messaging_touch t SET state = 'cancelled', ended_at = %s
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS c(run_id, key, why)
WHERE t.run_id = c.run_id AND (c.key IS NULL OR t.key = c.key) AND t.state = 'planned'
RETURNING c.why, {_DUE}
"""  # noqa: S608


def cancel(cancels: Sequence[Cancel], *, now: datetime) -> int:
    """Cancel planned touches, each with a receipt that says why. What is on its way stays."""
    if not cancels:
        return 0
    found = sql.rows(_CANCEL, [now, *sql.columns(cancels, 3)])
    record([receipt(Due(*row[1:]), now, "cancel", row[0], ()) for row in found])
    return len(found)


_WITHDRAW = f"""
UPDATE messaging_touch t SET state = 'cancelled', ended_at = %s
WHERE t.id = %s AND t.state = 'planned'
RETURNING {_DUE}
"""  # noqa: S608


def withdraw(touch_id: UUID, *, why: str, now: datetime) -> bool:
    """Cancel one planned touch, with a receipt; `why` is a code. Returns False when it had ended
    or was on its way already."""
    found = sql.rows(_WITHDRAW, (now, touch_id))
    record([receipt(Due(*row), now, "cancel", why, ()) for row in found])
    return bool(found)


_WAKE = """
WITH woken AS (
  UPDATE messaging_touch SET due_at = %(now)s WHERE id IN (
    SELECT id FROM messaging_touch
    WHERE {which} AND state = 'planned' AND held_for = 'frozen'
    FOR UPDATE SKIP LOCKED)
  RETURNING shard)
SELECT shard, count(*), pg_notify(%(wake)s, shard::text) FROM woken GROUP BY shard
"""
_ALL = "organization_id = %(organization)s"
_ABOUT = f"{_ALL} AND (candidate_id = ANY(%(subjects)s) OR application_id = ANY(%(subjects)s))"


def wake(organization_id: UUID, *, now: datetime) -> int:
    """Let what a freeze held be decided again at once; returns how many there are. What another
    freeze still stands on is held again."""
    return _woken(_ALL, organization=organization_id, now=now)


def wake_about(organization_id: UUID, subjects: Sequence[UUID], *, now: datetime) -> int:
    """The same for what concerns these candidates and applications alone."""
    return _woken(_ABOUT, organization=organization_id, subjects=list(subjects), now=now)


def _woken(which: str, **given: Any) -> int:
    rows = sql.rows(_WAKE.format(which=which), {**given, "wake": sql.WAKE})
    return sum(row[1] for row in rows)


class NewAsk(NamedTuple):
    """An ask to open."""

    organization_id: UUID
    application_id: UUID
    run_id: UUID
    key: str
    occurrence: str
    kind: str


_OPEN = """
INSERT INTO messaging_ask (id, organization_id, application_id, run_id, key, occurrence, kind,
    state, answer, opened_at)
SELECT id, org, app, run, key, occ, kind, 'open', '', %s
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[])
  AS a(id, org, app, run, key, occ, kind)
ON CONFLICT (run_id, key, occurrence) DO NOTHING
"""


def open_asks(asks: Sequence[NewAsk], *, now: datetime) -> None:
    """Start waiting for answers; asking the same again changes nothing."""
    if asks:
        records = [(uuid7(), *ask) for ask in asks]
        sql.send(_OPEN, [now, *sql.columns(records, 7)])


class ClosedAsk(NamedTuple):
    """An ask to close: one key, or with None all of the run's. `answer` '' means unanswered."""

    run_id: UUID
    key: str | None
    answer: str


_CLOSE = """
UPDATE messaging_ask a SET closed_at = %s, answer = c.answer,
    state = CASE WHEN c.answer = '' THEN 'closed' ELSE 'answered' END
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS c(run_id, key, answer)
WHERE a.run_id = c.run_id AND (c.key IS NULL OR a.key = c.key) AND a.state = 'open'
"""


def close_asks(asks: Sequence[ClosedAsk], *, now: datetime) -> None:
    """Stop waiting."""
    if asks:
        sql.send(_CLOSE, [now, *sql.columns(asks, 3)])
