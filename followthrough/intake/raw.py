"""Raw events as rows: which are due, and what became of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from followthrough.core.errors import Explained
from followthrough.store import sql

BATCH = 200
MOST_TRIES = 8
LONGEST_PAUSE = 3600.0  # seconds


class Raw(NamedTuple):
    """A raw event that waits to be worked off."""

    id: UUID
    organization_id: UUID
    kind: str
    source_id: UUID
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    tries: int
    shard: int = 0
    source_row: str | None = None  # which version of its connection's row is the present one


_DUE = """
SELECT r.id, r.organization_id, r.kind, source_id, headers, body, received_at, tries, r.shard,
  concat_ws(' ', c.ctid, c.xmin, o.ctid, o.xmin)
FROM unnest(%(shards)s::int[]) AS mine(shard) CROSS JOIN LATERAL (
  SELECT * FROM intake_rawevent r
  WHERE r.shard = mine.shard AND state = 'stored' AND next_try_at <= statement_timestamp()
    AND source_id <> ALL(%(resting)s::uuid[])
  ORDER BY id LIMIT %(each)s) AS r
LEFT JOIN people_connection c ON c.id = r.source_id
LEFT JOIN accounts_organization o ON o.id = c.organization_id
ORDER BY r.id
"""
_LOCK = """
SELECT id FROM intake_rawevent WHERE id = ANY(%s) AND state = 'stored'
ORDER BY id FOR UPDATE SKIP LOCKED
"""
_DONE = """
UPDATE intake_rawevent AS known SET state = 'done', outcome = new.outcome
FROM unnest(%s::uuid[], %s::text[]) AS new (id, outcome)
WHERE known.id = new.id AND known.id = ANY(%s)  -- or a table believed to be small is read whole
"""
_RETRY = """
UPDATE intake_rawevent SET tries = tries + %s, outcome = %s,
    next_try_at = statement_timestamp() + %s
WHERE id = %s AND state = 'stored'
"""
_PARK = """
UPDATE intake_rawevent SET state = 'parked', tries = tries + 1, outcome = %s
WHERE id = %s AND state = 'stored'
"""


def due(shards: Sequence[int], *, resting: Sequence[UUID]) -> list[Raw]:
    """The shards' next events, oldest first; none of sources that are left alone."""
    each = max(1, BATCH // max(1, len(shards)))
    given = {"shards": list(shards), "resting": list(resting), "each": each}
    found = sql.rows(_DUE, given)
    return [Raw._make(row) for row in found]


MANY = 20  # events of a source in one pass: fewer leave nothing behind that matters
MOST_BEHIND = 20_000  # that are counted
_BEHIND = """
SELECT count(*) FROM (
  SELECT 1 FROM unnest(%(shards)s::int[]) AS mine(shard) CROSS JOIN LATERAL (
    SELECT 1 FROM intake_rawevent r
    WHERE r.shard = mine.shard AND r.state = 'stored' AND r.source_id = %(source)s
    OFFSET 0) AS r
  LIMIT %(most)s) AS found
"""


def behind(taken: Sequence[Raw]) -> sql.Question[int]:
    """How many more events of their source wait beyond these? Worth asking where they are MANY."""
    query, given = _waiting(taken[0].source_id)
    return sql.Question(query, given, lambda rows: max(0, rows[0][0] - len(taken)))


def waiting(source_id: UUID) -> int:
    """How many events of a source wait to be worked off, counted up to MOST_BEHIND."""
    return sql.rows(*_waiting(source_id))[0][0]


def _waiting(source_id: UUID) -> sql.Statement:
    given = {"shards": list(range(settings.SHARDS)), "source": source_id, "most": MOST_BEHIND}
    return _BEHIND, given


def locked(ids: Sequence[UUID]) -> sql.Question[set[UUID]]:
    """Which of these are still waiting? Locks them; another worker's are left out."""
    return sql.Question(_LOCK, (sorted(ids),), lambda rows: {row[0] for row in rows})


def done(outcomes: Mapping[UUID, str]) -> None:
    """They are worked off, each with a few words about what came of it."""
    ids, said = list(outcomes), [outcome[:200] for outcome in outcomes.values()]
    sql.send(_DONE, (ids, said, ids))


def put_off(raw: Raw, problem: BaseException) -> None:
    """Try again later, after longer pauses each time; after the last one park it."""
    if raw.tries + 1 >= MOST_TRIES:
        park(raw, problem)
        return
    sql.run(_RETRY, (1, reason(problem), pause(raw.tries), raw.id))


def wait(raw: Raw, problem: BaseException, *, seconds: float) -> None:
    """Try again when the ATS said; being asked to wait is no failure."""
    sql.run(_RETRY, (0, reason(problem), timedelta(seconds=seconds), raw.id))


def park(raw: Raw, problem: BaseException) -> None:
    """Leave it to a person, with the reason; nothing is lost."""
    sql.run(_PARK, (reason(problem), raw.id))


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: 1 s, 4 s, 16 s … an hour, give or take a quarter."""
    seconds = min(4.0**tries, LONGEST_PAUSE)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311


def reason(problem: BaseException) -> str:
    """Why, without personal data: our own errors explain themselves, others give their kind."""
    text = str(problem) if isinstance(problem, Explained) else type(problem).__name__
    return text[:200]
