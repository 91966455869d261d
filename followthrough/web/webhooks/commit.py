"""Group commit: whoever waits while a commit runs is in the next one, and nobody waits for a timer.

One statement stores a batch, leaves out what is there already and wakes the shards. A request is
only acknowledged after the statement that stored it has committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from followthrough.store.sql import WAKE
from followthrough.web.webhooks.line import Down, Line

log = logging.getLogger(__name__)

MOST_ROWS, MOST_BYTES = 1000, 8_000_000  # of one statement
MOST_WAITING = 20_000  # requests; beyond it, and beyond MOST_HELD bytes, the door says 503
MOST_HELD = 64_000_000


class Arrival(NamedTuple):
    """A row of `intake_rawevent`. `sender`: source, organization, kind; `headers`: JSON text."""

    sender: tuple[UUID, UUID, str]
    dedupe_key: str
    id: UUID
    shard: int
    headers: str
    body: bytes
    received_at: datetime


class Full(Exception):
    """More is waiting than we want to hold in memory."""


# The rows are sorted by key, so that two doors never wait for each other in a circle. Who sent a
# row is a number into three short arrays: long ones of a few values would cost more than the rest.
_STORE = """
WITH sender AS (
  SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::text[]) WITH ORDINALITY
    AS known (source_id, organization_id, kind, number)),
stored AS (
  INSERT INTO intake_rawevent (source_id, dedupe_key, id, organization_id, kind, shard, headers,
      body, received_at, state, outcome, tries)
  SELECT source_id, dedupe_key, id, organization_id, kind, shard, headers::jsonb, body,
      to_timestamp(received_at), 'stored', '', 0
  FROM unnest(%b::smallint[], %b::text[], %b::uuid[], %b::smallint[], %b::text[], %b::bytea[],
      %b::float8[]) AS new (number, dedupe_key, id, shard, headers, body, received_at)
  JOIN sender USING (number)
  ORDER BY source_id, dedupe_key
  ON CONFLICT (source_id, dedupe_key) DO NOTHING
  RETURNING id, shard),
told AS (
  SELECT pg_notify(%t, shard::text) FROM (SELECT DISTINCT shard FROM stored) AS woken)
SELECT id, (SELECT count(*) FROM told) FROM stored
"""

_Waiting = tuple[Arrival, "asyncio.Future[bool]"]


class GroupCommit:
    """Stores arrivals over one line; `run` must be running."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._waiting: list[_Waiting] = []
        self._held = 0
        self._knock = asyncio.Event()

    async def store(self, arrival: Arrival) -> bool:
        """True when the arrival is committed, False when it was there already.

        Raises Full, Down (it may have been stored all the same) or psycopg.Error.
        """
        if len(self._waiting) >= MOST_WAITING or self._held >= MOST_HELD:
            raise Full
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, done))
        self._held += len(arrival.body)
        self._knock.set()
        return await done

    async def run(self) -> None:
        """Store what waits, batch after batch, for ever."""
        while True:
            await self._knock.wait()
            self._knock.clear()
            while batch := self._take():
                await self._settle(batch)

    def give_up(self) -> None:
        """Tell everyone who still waits that nothing was stored."""
        while batch := self._take():
            _answer(batch, Down())

    def _take(self) -> list[_Waiting]:
        size = rows = 0
        for rows, (arrival, _) in enumerate(self._waiting[:MOST_ROWS], start=1):  # noqa: B007
            size += len(arrival.body)
            if size >= MOST_BYTES:
                break
        batch, self._waiting = self._waiting[:rows], self._waiting[rows:]
        self._held -= size
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        try:
            stored = await self._insert([arrival for arrival, _ in batch])
        except psycopg.Error as problem:
            await self._one_by_one(batch, problem)
        except Exception as problem:
            _answer(batch, problem)
        else:
            for arrival, done in batch:
                if not done.done():
                    done.set_result(arrival.id in stored)

    async def _one_by_one(self, batch: list[_Waiting], problem: psycopg.Error) -> None:
        """A row that the database refuses must not take the others with it."""
        if len(batch) == 1:
            log.error("A webhook of %s was refused: %s", batch[0][0].sender[0], problem.sqlstate)
            _answer(batch, problem)
            return
        for one in batch:
            await self._settle([one])

    async def _insert(self, arrivals: Sequence[Arrival]) -> set[UUID]:
        return {row[0] for row in await self._line.rows(_STORE, _params(arrivals))}


def _params(arrivals: Sequence[Arrival]) -> list[Any]:
    senders = dict.fromkeys(arrival.sender for arrival in arrivals)
    numbers = {sender: number for number, sender in enumerate(senders, start=1)}
    rows = [
        (
            numbers[one.sender], one.dedupe_key, one.id, one.shard, one.headers, one.body,
            one.received_at.timestamp(),
        )
        for one in arrivals
    ]  # fmt: skip
    return [*map(list, zip(*senders, strict=True)), *map(list, zip(*rows, strict=True)), WAKE]


def _answer(batch: list[_Waiting], problem: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(problem)
