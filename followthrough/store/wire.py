"""Statements to PostgreSQL and its answers back, in one round trip.

This speaks to the driver's protocol layer (`psycopg.pq`), and leaves to the driver what values look
like on the way and which error is which. Its cursors do the same for a hundred microseconds of CPU
each, and as much again for sending several together: more than all the rest for a message that is
alone. Every statement is prepared the first time it is sent.
"""

from __future__ import annotations

import logging
import re
import select
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, Cursor, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import (
    FeatureNotSupported,
    InFailedSqlTransaction,
    InvalidSqlStatementName,
    error_from_result,
)
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

log = logging.getLogger(__name__)

Statement = tuple[str, Any]  # query and parameters, as the driver's cursors take them
MOST_PREPARED = 500  # statements on one connection; there are about a hundred


class Answer(NamedTuple):
    """The rows of a statement, and how many it touched."""

    rows: list[tuple]
    count: int


class _Sent(NamedTuple):
    """A statement as it travels. `name` '': it is not prepared; `fresh`: it is by this trip."""

    command: bytes
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Sequence[Any]
    name: bytes
    fresh: bool


class Wire:
    """One connection, and the statements that are prepared on it."""

    def __init__(self, opened: Connection, context: Cursor) -> None:
        """`context` says how values are converted."""
        self._opened, self._pg, self._convert = opened, opened.pgconn, Transformer(context)
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._made = 0
        self._poll = select.poll()

    def exchange(
        self, statements: Sequence[Statement], afterwards: Sequence[Statement] = ()
    ) -> tuple[list[Answer], list[Answer] | None]:
        """Run the statements in order, after BEGIN where the driver would begin a transaction.

        Raises the driver's error of the first that fails; none after it is run. What is asked
        `afterwards` in the same trip spoils nothing: its answers are None when one of it fails.
        """
        travelling = [self._converted(*one) for one in (*statements, *afterwards)]
        begins = not self._opened.autocommit and self._status == TransactionStatus.IDLE
        try:
            results = iter(self._trip(travelling, begins=begins))
        except BaseException:
            self._pg.finish()  # nobody knows what it would answer next
            raise
        if begins:
            _checked(next(results))
        answers = [self._answer(one, results) for one in travelling[: len(statements)]]
        return answers, self._tried(travelling[len(statements) :], results)

    def _tried(
        self, travelling: Sequence[_Sent], results: Iterator[PGresult]
    ) -> list[Answer] | None:
        try:
            return [self._answer(one, results) for one in travelling]
        except psycopg.Error:
            log.exception("What was asked after a commit failed")
            return None

    @property
    def _status(self) -> int:
        return self._pg.transaction_status

    def _converted(self, query: str, params: Any) -> _Sent:
        command, names = _numbered(query)
        given = [params[name] for name in names] if isinstance(params, Mapping) else params
        values = self._convert.dump_sequence(given, _ANY * len(given))
        types = tuple(self._convert.types or ())
        name = self._names.get((command, types))
        fresh = name is None and len(self._names) < MOST_PREPARED
        if fresh:
            name = b"f%d" % self._made
            self._made += 1
        return _Sent(command, values, types, self._convert.formats or (), name or b"", fresh)

    def _trip(self, travelling: Sequence[_Sent], *, begins: bool) -> list[PGresult]:
        self._pg.enter_pipeline_mode()
        if begins:
            self._pg.send_query_params(b"BEGIN", None)
        for one in travelling:
            self._send(one)
        self._pg.pipeline_sync()
        self._push()
        results = list(self._results())
        self._pg.exit_pipeline_mode()
        return results

    def _send(self, one: _Sent) -> None:
        if one.fresh:
            self._pg.send_prepare(one.name, one.command, one.types)
        if one.name:
            self._pg.send_query_prepared(one.name, one.values, one.formats)
        else:
            self._pg.send_query_params(one.command, one.values, one.types, one.formats)

    def _push(self) -> None:
        """Write everything, reading meanwhile: a server that cannot write would stop reading."""
        while self._pg.flush():
            self._wait(select.POLLIN | select.POLLOUT)

    def _results(self) -> Iterator[PGresult]:
        """What comes back until the end of the trip; between results there is nothing."""
        while True:
            while self._pg.is_busy():
                self._wait(select.POLLIN)
            result = self._pg.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                return
            if result is not None:
                yield result
            elif self._pg.status == ConnStatus.BAD:
                raise OperationalError("The connection to the database was lost.")

    def _wait(self, events: int) -> None:
        self._poll.register(self._pg.socket, events)
        self._poll.poll()
        self._pg.consume_input()

    def _answer(self, one: _Sent, results: Iterator[PGresult]) -> Answer:
        if one.fresh:
            _checked(next(results))
            self._names[one.command, one.types] = one.name
        result = next(results)
        try:
            _checked(result)
        except FORGOTTEN:
            self._names.clear()  # all are prepared anew, under new names
            raise
        if one.command == b"COMMIT" and result.command_status != b"COMMIT":
            raise InFailedSqlTransaction("An error before it was caught: nothing is committed.")
        self._convert.set_pgresult(result)
        rows = self._convert.load_rows(0, result.ntuples, tuple) if result.nfields else []
        return Answer(rows, result.command_tuples or 0)


_ANY = (PyFormat.AUTO,)
# A statement that is prepared no longer, or returns other types since a table was altered.
FORGOTTEN = (InvalidSqlStatementName, FeatureNotSupported)


def _checked(result: PGresult) -> PGresult:
    if result.status == ExecStatus.FATAL_ERROR:
        raise error_from_result(result)
    return result


_BLANK = re.compile(r"%(?:\((\w+)\)s|s|%)")


@lru_cache(maxsize=1024)
def _numbered(query: str) -> tuple[bytes, Sequence[str]]:
    """The query with `$1` for its blanks, and the blanks' names in that order, if they have any."""
    names: dict[str, int] = {}
    counted = 0

    def number(blank: re.Match[str]) -> str:
        nonlocal counted
        if blank[0] == "%%":
            return "%"
        if blank[1]:
            return f"${names.setdefault(blank[1], len(names) + 1)}"
        counted += 1
        return f"${counted}"

    return _BLANK.sub(number, query).encode(), list(names)
