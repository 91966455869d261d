"""The outbox in SQL: claim what is due, record what was decided, settle what became of it.

Every statement works on a whole batch. A touch moves planned → sending → sent (or another end),
and only by a conditional UPDATE: whoever comes second changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import randrange
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.store import sql

LEASE_SECONDS = 15  # longer than a decision may wait (2 s) and an adapter may take (8 s)


AUTOMATIC = frozenset({"map", "reply"})  # origins of what a message map planned


class Due(NamedTuple):
    """A claimed touch, as the dispatcher needs it."""

    id: UUID
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
    relevance: dict[str, Any]
    channels: list[str]
    content: dict[str, Any] | None
    reply_to_at: datetime | None
    listened: bool
    batch_id: UUID | None
    held_for: str
    attempts: int
    tries: int


_DUE = ", ".join(f"t.{name}" for name in Due._fields)

# Shard by shard in the order given, each by its index, until the limit is reached: the inner limit
# lets the planner see that, else it sorts the whole backlog. The last condition keeps one person's
# messages in order: while one is on its way the next waits. (OFFSET 0: it is asked by its index
# for each touch; joined, each touch would be compared with all that are on their way.)
_CLAIM = f"""
SELECT {_DUE} FROM unnest(%(shards)s::int[]) AS mine(shard) CROSS JOIN LATERAL (
  SELECT * FROM messaging_touch t
  WHERE t.shard = mine.shard AND t.state = 'planned' AND t.due_at <= %(now)s
    {{only}}
    AND NOT EXISTS (SELECT 1 FROM messaging_touch s
                    WHERE s.shard = t.shard AND s.candidate_id = t.candidate_id
                      AND s.state = 'sending' OFFSET 0)
  ORDER BY t.due_at LIMIT %(limit)s FOR UPDATE OF t SKIP LOCKED
) AS t LIMIT %(limit)s
"""  # noqa: S608
_CLAIM_ANY, _CLAIM_ONLY = (_CLAIM.format(only=only) for only in ("", "AND t.id = ANY(%(only)s)"))


def claim(
    *, shards: Sequence[int], now: datetime, limit: int, only: Sequence[UUID] | None = None
) -> list[Due]:
    """Lock up to `limit` due touches of shards until the transaction ends, earliest first in each.

    Which shard is asked first is left to chance, so that none has to wait for the others' backlog.
    """
    first = randrange(len(shards))  # noqa: S311
    given = {
        "shards": [*shards[first:], *shards[:first]], "now": now, "limit": limit,
        "only": list(only) if only else None,
    }  # fmt: skip
    return list(map(Due._make, sql.rows(_CLAIM_ONLY if only else _CLAIM_ANY, given)))


_NEXT = """
SELECT min(first.due_at) FROM unnest(%s::int[]) AS mine(shard) CROSS JOIN LATERAL (
  SELECT due_at FROM messaging_touch t
  WHERE t.shard = mine.shard AND t.state = 'planned' AND t.due_at > %s ORDER BY t.due_at LIMIT 1
) AS first
"""


def next_due(*, shards: Sequence[int], now: datetime) -> datetime | None:
    """When the next planned touch of these shards falls due; None when there is none."""
    return sql.rows(_NEXT, (list(shards), now))[0][0]


class ReceiptRow(NamedTuple):
    """A decision about a touch, ready to be written: the columns of its row, in their order."""

    id: UUID
    organization_id: UUID
    touch_id: UUID
    application_id: UUID | None
    candidate_id: UUID
    attempt_id: UUID | None
    at: datetime
    verdict: str
    code: str
    until: datetime | None
    checks: Sequence[Any]
    policy_id: UUID | None
    version_id: UUID | None
    channel: str
    commitment: str


def receipt(
    touch: Due,
    at: datetime,
    verdict: str,
    code: str,
    checks: Sequence[Any],
    *,
    until: datetime | None = None,
    attempt_id: UUID | None = None,
    policy_id: UUID | None = None,
    channel: str = "",
) -> ReceiptRow:
    """A receipt for a decision about `touch`; for sending it is `sent`. Where no `channel` was
    decided on, it is the one that would have been tried first."""
    return ReceiptRow(
        uuid7(), touch.organization_id, touch.id, touch.application_id,
        touch.candidate_id, attempt_id, at, verdict, code, until, checks, policy_id,
        touch.version_id, channel or (touch.channels[0] if touch.channels else ""), "",
    )  # fmt: skip


def sent(
    sending: Sending,
    at: datetime,
    checks: Sequence[Any],
    *,
    code: str,
    policy_id: UUID | None,
    commitment: str,
) -> ReceiptRow:
    """The receipt for the decision to send: it has the id of the attempt."""
    touch, attempt_id = sending.touch, sending.attempt_id
    return ReceiptRow(
        attempt_id, touch.organization_id, touch.id, touch.application_id, touch.candidate_id,
        attempt_id, at, "send", code, None, checks, policy_id, touch.version_id, sending.channel,
        commitment,
    )  # fmt: skip


# `unnest` stands in the select lists: in FROM, each column would be written down and read again.
# One number for the whole statement: as the column's default it is made anew for each row.
_RECEIPTS = """
INSERT INTO messaging_receipt (id, organization_id, touch_id, application_id, candidate_id,
    attempt_id, at, verdict, code, until, checks, policy_id, version_id, channel, commitment, xact)
SELECT unnest(%s::uuid[]), unnest(%s::uuid[]), unnest(%s::uuid[]), unnest(%s::uuid[]),
    unnest(%s::uuid[]), unnest(%s::uuid[]), unnest(%s::timestamptz[]), unnest(%s::text[]),
    unnest(%s::text[]), unnest(%s::timestamptz[]), unnest(%s::text[]), unnest(%s::uuid[]),
    unnest(%s::uuid[]), unnest(%s::text[]), unnest(%s::text[]), (SELECT audit_xact())
"""
_CHECKS = ReceiptRow._fields.index("checks")


def record(receipts: Sequence[ReceiptRow]) -> None:
    """Write receipts. They are only ever added."""
    if receipts:
        given = sql.columns(receipts, len(ReceiptRow._fields))
        given[_CHECKS] = sql.jsonb_texts(given[_CHECKS])
        sql.send(_RECEIPTS, given)


class Sending(NamedTuple):
    """A touch that is about to be handed over: becomes its attempt and its message."""

    touch: Due
    attempt_id: UUID
    channel: str
    sender_id: UUID
    contact_point_id: UUID | None
    address_key: str
    subject: str
    body: str
    preheader: str = ""


_START = f"""
WITH s AS MATERIALIZED (
  SELECT unnest(%s::uuid[]) AS attempt, unnest(%s::uuid[]) AS org, unnest(%s::uuid[]) AS touch,
    unnest(%s::uuid[]) AS app, unnest(%s::uuid[]) AS cand, unnest(%s::int[]) AS number,
    unnest(%s::text[]) AS ch, unnest(%s::uuid[]) AS sender, unnest(%s::uuid[]) AS point,
    unnest(%s::text[]) AS key, unnest(%s::text[]) AS subject, unnest(%s::text[]) AS body,
    unnest(%s::bigint[]) AS epoch),
attempt AS (
  INSERT INTO messaging_attempt (id, organization_id, touch_id, number, channel, sender_id,
    contact_point_id, address_key, state, provider_id, error, detail, epoch)
  SELECT attempt, org, touch, number, ch, sender, point, key, 'started', '', '', '', epoch FROM s),
message AS (
  INSERT INTO messaging_message (id, organization_id, application_id, candidate_id,
    contact_point_id, direction, channel, sender_id, touch_id, attempt_id, subject, body,
    delivery, provider_id, at)
  SELECT attempt, org, app, cand, point, 'out', ch, sender, touch, attempt, subject, body, '', '',
    %s FROM s)
UPDATE messaging_touch t SET state = 'sending', attempts = s.number, held_for = '',
    epoch = s.epoch, lease_until = clock_timestamp() + interval '{LEASE_SECONDS} seconds'
FROM s WHERE t.id = s.touch
"""  # noqa: S608


def start(sendings: Sequence[Sending], *, epochs: Mapping[int, int | None], now: datetime) -> None:
    """Write the attempts, each with its message (of the same id), before any provider is called.

    `epochs` are the fencing tokens by shard.
    """
    if not sendings:
        return
    # Each name stands for a column: turning whole rows is cheaper than reading field after field.
    touches, attempts, *others, _preheaders = sql.columns(sendings, len(Sending._fields))
    touch: Any = Due._make(sql.columns(touches, len(Due._fields)))
    numbers = [before + 1 for before in touch.attempts]
    fences = [epochs[shard] or 0 for shard in touch.shard]
    sql.send(
        _START,
        [attempts, touch.organization_id, touch.id, touch.application_id, touch.candidate_id,
         numbers, *others, fences, now],
    )  # fmt: skip


_END = """
UPDATE messaging_touch t SET state = e.state, ended_at = %s, lease_until = NULL
FROM (SELECT unnest(%s::uuid[]) AS id, unnest(%s::text[]) AS state) AS e
WHERE t.id = e.id AND t.state = ANY(%s)
"""
_ENDED = _END + "RETURNING t.id"


def end(ends: Sequence[tuple[UUID, str]], *, now: datetime, was: Sequence[str]) -> set[UUID]:
    """Move touches (id, terminal state) from one of the states `was`; returns those that moved."""
    if not ends:
        return set()
    return {row[0] for row in sql.rows(_ENDED, [now, *sql.columns(ends, 2), list(was)])}


def note_ends(ends: Sequence[tuple[UUID, str]], *, now: datetime, was: Sequence[str]) -> None:
    """`end`, when nobody asks which of them moved: it may wait for the next statement."""
    if ends:
        sql.send(_END, [now, *sql.columns(ends, 2), list(was)])


_PLAN_AGAIN = """
UPDATE messaging_touch t
SET state = 'planned', due_at = p.due_at, held_for = p.held_for, lease_until = NULL
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS p(id, due_at, held_for)
WHERE t.id = p.id AND t.state = ANY(%s)
RETURNING t.id
"""


def plan_again(holds: Sequence[tuple[UUID, datetime, str]], *, was: Sequence[str]) -> set[UUID]:
    """Put touches (id, due time, code they are held for or '') back; returns those that moved."""
    if not holds:
        return set()
    return {row[0] for row in sql.rows(_PLAN_AGAIN, [*sql.columns(holds, 3), list(was)])}


class Outcome(NamedTuple):
    """What became of an attempt: its new state, and the words of the provider."""

    attempt_id: UUID
    state: str
    provider_id: str
    error: str
    detail: str
    started_at: datetime | None


# The attempt is the fence: an outcome counts only while nobody else has settled it.
# (As `state` alone it would let the planner read the index of all attempts that ever succeeded.)
_SETTLE = """
UPDATE messaging_attempt a SET state = o.state, provider_id = o.provider_id, error = o.error,
    detail = o.detail, started_at = coalesce(o.started_at, a.started_at),
    ended_at = clock_timestamp()
FROM (SELECT unnest(%s::uuid[]) AS id, unnest(%s::text[]) AS state,
    unnest(%s::text[]) AS provider_id, unnest(%s::text[]) AS error, unnest(%s::text[]) AS detail,
    unnest(%s::timestamptz[]) AS started_at) AS o
WHERE a.id = o.id AND a.state || '' IN ('started', 'unknown')
RETURNING a.id
"""


def settle(outcomes: Sequence[Outcome]) -> set[UUID]:
    """Record outcomes of attempts that are still open; returns the attempts that counted."""
    if not outcomes:
        return set()
    return {row[0] for row in sql.rows(_SETTLE, sql.columns(outcomes, 6))}


_NOT_SENT = """
UPDATE messaging_message SET delivery = 'not_sent'
WHERE id = ANY(%s) AND direction = 'out' AND delivery = ''
"""


def mark_not_sent(attempt_ids: Iterable[UUID]) -> None:
    """Say of the messages of these attempts that they definitively never went out."""
    if ids := list(attempt_ids):
        sql.run(_NOT_SENT, (ids,))


_RECONCILING = f"""
UPDATE messaging_touch SET state = 'reconciling',
    lease_until = clock_timestamp() + interval '{LEASE_SECONDS} seconds'
WHERE id IN (SELECT id FROM messaging_touch
             WHERE shard = ANY(%s) AND state IN ('sending', 'reconciling')
               AND lease_until < clock_timestamp()
             ORDER BY lease_until LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING {_DUE.replace("t.", "")}
"""  # noqa: S608


def overdue(*, shards: Sequence[int], limit: int) -> list[Due]:
    """Take touches whose lease ran out: nobody knows yet whether they went out."""
    return [Due(*row) for row in sql.rows(_RECONCILING, (list(shards), limit))]
