"""The door's one connection to the database: kept up, given up with back-off, never guessed at."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import Any

import psycopg
from django.db import connections

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0  # seconds between attempts to connect

LONGEST_STATEMENT = 10_000  # milliseconds; a vendor has long given up by then


class Down(Exception):
    """The database cannot be reached now, or went away while it was asked."""


class Line:
    """One psycopg connection in autocommit. A statement that it was lost in may have committed."""

    def __init__(self) -> None:
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()
        self._wait = FIRST_WAIT
        self._not_before = 0.0

    async def rows(self, query: str, params: Any = ()) -> list[tuple[Any, ...]]:
        """Run one statement, committed when this returns. Raises Down, or what the statement did
        wrong (psycopg.Error)."""
        connection = await self._open()
        try:
            async with connection.cursor() as cursor:
                await cursor.execute(query, params, prepare=True)
                return await cursor.fetchall()
        except psycopg.errors.QueryCanceled:
            raise Down from None  # it took too long: as good as not there
        except psycopg.Error as problem:
            if not connection.broken and not connection.closed:
                raise
            raise self._lost(problem) from None

    async def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            await self._connection.close()
        self._connection = None

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is not None:
            return self._connection
        async with self._opening:
            if self._connection is None:
                self._connection = await self._connect()
            return self._connection

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        if time.monotonic() < self._not_before:
            raise Down
        try:
            connection = await psycopg.AsyncConnection.connect(**_params(), autocommit=True)
        except psycopg.Error as problem:
            raise self._lost(problem) from None
        self._wait = FIRST_WAIT
        return connection

    def _lost(self, problem: psycopg.Error) -> Down:
        """Forget the connection and set when the next one may be tried."""
        log.warning("The door has lost the database (%s)", type(problem).__name__)
        self._connection = None
        self._not_before = time.monotonic() + self._wait * random.uniform(0.5, 1)  # noqa: S311
        self._wait = min(self._wait * 2, LONGEST_WAIT)
        return Down()


def _params() -> dict[str, Any]:
    """Django's own connection parameters, for a connection that Django does not know."""
    given = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
        given.pop(name, None)
    options = f"{given.get('options', '')} -c statement_timeout={LONGEST_STATEMENT}".strip()
    return given | {
        "connect_timeout": 3,
        "tcp_user_timeout": LONGEST_STATEMENT,
        "options": options,
    }
