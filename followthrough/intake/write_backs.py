"""Telling the ATS: write-back rows are leased, sent outside any transaction, and settled.

A crash between the call and its settlement sends the same idempotency key again; what comes back
to us as a webhook changes nothing, since the mirror finds no difference.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp
from django.db import transaction

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.core import clock
from followthrough.intake import links, raw
from followthrough.intake.ats import calls, registry
from followthrough.intake.ats.contract import Note, Refused, Throttled
from followthrough.people.models import Connection
from followthrough.runs.engine import Held, shard_loop
from followthrough.store import sql

log = logging.getLogger(__name__)

BATCH = 20
MOST_TRIES = 12
LEASE = timedelta(seconds=30)  # longer than a pass can take, see AT_MOST
AT_MOST = 25.0  # seconds
LONGEST_PAUSE = 3600.0


class Leased(NamedTuple):
    """A write-back that is ours for the length of the lease; `tries` counts this one."""

    id: UUID
    organization_id: UUID
    connection_id: UUID
    application_id: UUID
    application_external_id: str
    candidate_external_id: str
    kind: str
    payload: Mapping[str, Any]
    tries: int


_LEASE = """
WITH due AS (
  SELECT id FROM people_writeback
  WHERE shard = ANY(%s) AND state = 'waiting' AND next_try_at <= statement_timestamp()
    AND connection_id <> ALL(%s::uuid[])
  ORDER BY next_try_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE people_writeback w SET next_try_at = statement_timestamp() + %s, tries = w.tries + 1
FROM due, people_application a, people_candidate c
WHERE w.id = due.id AND a.id = w.application_id AND c.id = a.candidate_id
RETURNING w.id, w.organization_id, w.connection_id, w.application_id, a.external_id,
    c.external_id, w.kind, w.payload, w.tries
"""
_SETTLE = """
UPDATE people_writeback AS known SET state = new.state, problem = new.problem,
    done_at = CASE WHEN new.state = 'done' THEN %s ELSE NULL END,
    next_try_at = statement_timestamp() + new.pause * interval '1 second',
    tries = known.tries - new.uncounted
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::float8[], %s::int[])
    AS new (id, state, problem, pause, uncounted)
WHERE known.id = new.id AND known.state = 'waiting'
RETURNING known.id, new.state
"""


@shard_loop(order=30, pause=0.2, apart=True)
def drain(held: Held) -> int:
    """Send waiting write-backs and return how many were tried.

    Safe without the epochs: a row is leased by one statement before anybody calls.
    """
    leased = _lease(list(held))
    if not leased:
        return 0
    connections = links.load(one.connection_id for one in leased)
    answers = asyncio.run(_call_all(leased, connections))
    settle(leased, answers, now=clock.now())
    return len(leased)


def _lease(shards: list[int]) -> list[Leased]:
    given = (shards, calls.PACE.resting(), BATCH, LEASE)
    return [Leased(*row) for row in sql.rows(_LEASE, given)]


async def _call_all(
    leased: Sequence[Leased], connections: Mapping[UUID, Connection]
) -> list[Exception | None]:
    """What came of each: None when the ATS has it, or why not."""
    adapters = {key: registry.ADAPTERS.get(one.kind) for key, one in connections.items()}
    doors = {
        key: asyncio.Semaphore(ats.limits.at_once if ats else 1) for key, ats in adapters.items()
    }
    async with calls.session() as session:
        waiting = [
            _call(one, connections[one.connection_id], session, doors[one.connection_id])
            for one in leased
        ]
        return list(await asyncio.gather(*waiting))


async def _call(
    leased: Leased,
    connection: Connection,
    session: aiohttp.ClientSession,
    door: asyncio.Semaphore,
) -> Exception | None:
    try:
        ats = registry.adapter(connection.kind)
        async with asyncio.timeout(AT_MOST), door:
            wait = calls.PACE.take(connection.id, per_second=ats.limits.per_second)
            if wait is None:
                return Throttled("The ATS", after=1.0)
            await asyncio.sleep(wait)
            await ats.write(_note(leased), links.link(connection), session)
    except Exception as problem:
        if not isinstance(problem, Throttled | TimeoutError):
            calls.note_failure(connection.id, problem)
        return problem
    return None


def _note(leased: Leased) -> Note:
    return Note(
        id=leased.id,
        application_external_id=leased.application_external_id,
        candidate_external_id=leased.candidate_external_id,
        kind=leased.kind,
        payload=leased.payload,
    )


@transaction.atomic
def settle(leased: Sequence[Leased], answers: Sequence[Exception | None], *, now: datetime) -> None:
    """Write down what came of each write-back, with a fact for those that ended."""
    records = [
        (one.id, *_settled(one, answer)) for one, answer in zip(leased, answers, strict=True)
    ]
    rows = dict(sql.rows(_SETTLE, [now, *sql.columns(sorted(records), 5)]))
    record_all([_fact(one, rows[one.id], now) for one in leased if _ended(rows.get(one.id))])


def _settled(leased: Leased, answer: Exception | None) -> tuple[str, str, float, int]:
    """State, problem, pause in seconds, and 1 when this try is not to count."""
    if answer is None:
        return "done", "", 0.0, 0
    problem = raw.reason(answer)
    if isinstance(answer, Throttled):
        return "waiting", problem, answer.after, 1
    hopeless = isinstance(answer, Refused | registry.UnknownAts)
    if hopeless or leased.tries >= MOST_TRIES:
        log.warning("Write-back %s is parked: %s", leased.id, type(answer).__name__)
        return "parked", problem, 0.0, 0
    return "waiting", problem, _pause(leased.tries), 0


def _pause(tries: int) -> float:
    """Seconds to wait after so many tries: 2, 4, 8 … an hour, give or take a quarter."""
    return min(2.0**tries, LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311


def _ended(state: str | None) -> bool:
    return state in ("done", "parked")


def _fact(leased: Leased, state: str, now: datetime) -> FactRow:
    verb = "wrote_back" if state == "done" else "parked_write_back"
    why = {"write_back": str(leased.id), "kind": leased.kind, "tries": leased.tries}
    return FactRow(
        leased.organization_id,
        Actor("system", "intake"),
        verb,
        "application",
        leased.application_id,
        why,
        now,
    )
