"""Set-based SQL on Django's own connection, so that it shares Django's transactions.

Only the hot path uses this (intake, advance, dispatch, settle); everything else is plain ORM.
Unlike Django's cursor these bind on the server and prepare, and give JSON as Python values.

A message that is alone pays for each round trip: it waits for the server, and the server for it.
So statements that do not need each other's answers travel together (`together`, `send`).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import orjson
import psycopg
from django.db import connection, transaction
from psycopg.adapt import Loader
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.json import Jsonb

from followthrough.store.arrays import ColumnDumper
from followthrough.store.wire import Answer, Statement, Wire

Said = TypeVar("Said")  # what rows say


class _Jsonb(Loader):
    load = staticmethod(orjson.loads)  # called for each value: nothing of ours in between


def _dump(value: Any) -> bytes:
    return orjson.dumps(value, default=str)


def jsonb(value: Any) -> Jsonb:
    """`value` as a jsonb parameter."""
    return Jsonb(value, dumps=_dump)


def jsonb_texts(values: Sequence[Any]) -> list[str]:
    """A column of JSON values for `unnest(%s::text[])::jsonb`: cheaper than an array of jsonb."""
    return [orjson.dumps(value, default=str).decode() for value in values]


_KEPT = "_wire"


def _wire() -> Wire:
    """The wire of this thread's Django connection."""
    opened = connection.connection
    if opened is not None and opened.closed and not connection.in_atomic_block:
        connection.close()  # a lost one: Django, which did not see how, would keep it
    connection.ensure_connection()
    opened, kept = getattr(connection, _KEPT, (None, None))
    if opened is not connection.connection:
        opened = connection.connection
        kept = Wire(opened, _context(opened))
        setattr(connection, _KEPT, (opened, kept))
    return kept


def _context(opened: psycopg.Connection) -> psycopg.Cursor:
    """How values are converted."""
    made = psycopg.Cursor(opened)
    made.adapters.register_loader("jsonb", _Jsonb)
    # Django's own is Python; the driver's is C, and gives UTC as the session does.
    made.adapters.register_loader("timestamptz", TimestamptzLoader)
    # Whole columns travel as binary arrays: as text, each value would be searched for quotes.
    made.adapters.register_dumper(list, ColumnDumper)
    return made


def rows(query: str, params: Any = ()) -> list[tuple]:
    """Run `query` and return every row as a tuple."""
    return _last((query, params)).rows


def run(query: str, params: Any = ()) -> int:
    """Run `query` and return how many rows it touched."""
    return _last((query, params)).count


def together(*statements: Statement) -> list[list[tuple]]:
    """Run statements that do not need each other's answers in one round trip.

    Takes (query, parameters); returns the rows of each, in that order (none where it has none).
    They are run in the order given. An error of any is raised, and none of their rows is returned.
    """
    waiting = _take_waiting()
    return [one.rows for one in _sent([*waiting, *statements])[len(waiting) :]]


class Question(NamedTuple, Generic[Said]):
    """A statement and what its rows say. Those who need several answers ask them together."""

    query: str
    params: Any
    read: Callable[[list[tuple]], Said]

    def answer(self) -> Said:
        """Ask it alone."""
        return self.read(rows(self.query, self.params))


def ask(*questions: Question[Any]) -> list[Any]:
    """Ask all of them in one round trip; returns the answers in the order of the questions."""
    found = together(*((one.query, one.params) for one in questions))
    return [one.read(rows) for one, rows in zip(questions, found, strict=True)]


def send(query: str, params: Any = ()) -> None:
    """Run a write of which nothing is read back: at once, or later within `gathering`."""
    if _own.waiting is None:
        run(query, params)
    else:
        _own.waiting.append((query, params))


@contextmanager
def gathering() -> Iterator[None]:
    """What is sent within travels together: with the next statement that is read from, or at the
    end. So the order stays. The ORM does not wait for it: use none within.
    """
    if _own.waiting is not None:
        yield
        return
    _own.waiting = []
    try:
        yield
        flush()
    finally:
        _own.waiting = None


class Later(Generic[Said]):
    """The answer to a question that is asked with a commit; it is there once that is over. None:
    it could not be answered (or nothing was committed, and it was not asked)."""

    said: Said | None = None


@contextmanager
def committing() -> Iterator[None]:
    """`transaction.atomic()` and `gathering()` in one: the last writes travel with the commit, and
    so does what is asked `afterwards`. Within another, it is all left to the outer one."""
    if _own.after is not None:
        yield
        return
    outermost, _own.after = not connection.in_atomic_block, []
    try:
        with transaction.atomic(), gathering():
            yield
            if not connection.needs_rollback:
                _finish(commit=outermost)
    finally:
        _own.after = None


def afterwards(question: Question[Said]) -> Later[Said]:
    """Ask within `committing`, in the same trip, what is true once it is committed."""
    if _own.after is None:
        raise RuntimeError("Nothing is being committed here: ask it at once.")
    later: Later[Said] = Later()
    _own.after.append((question, later))
    return later


def _finish(*, commit: bool) -> None:
    """Send what waits, commit (then Django's own finds nothing left to commit), and ask."""
    after = _own.after or []
    statements = [*_take_waiting(), *([("COMMIT", ())] if commit else [])]
    if statements or after:
        questions = [(one.query, one.params) for one, _ in after]
        _, answers = _wire().exchange(statements, questions)
        for (question, later), answer in zip(after, answers or [], strict=bool(answers)):
            later.said = question.read(answer.rows)


def flush() -> None:
    """Run what was sent so far, before the ORM is used within `gathering`."""
    if waiting := _take_waiting():
        _sent(waiting)


class _Own(threading.local):
    waiting: list[Statement] | None = None  # what was sent and not yet run; None: not gathering
    after: list[tuple[Question[Any], Later[Any]]] | None = None  # to be asked with the commit
    quiet: Set[str] = frozenset()  # the shards this thread is just working on


_own = _Own()


def _take_waiting() -> list[Statement]:
    waiting = _own.waiting or []
    if waiting:
        _own.waiting = []
    return waiting


def _last(statement: Statement) -> Answer:
    return _sent([*_take_waiting(), statement])[-1]


def _sent(statements: Sequence[Statement]) -> list[Answer]:
    """The statements' answers, after one round trip."""
    return _wire().exchange(statements)[0]


def columns(records: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into `width` columns, for `unnest`; an empty input gives empty columns."""
    return [list(column) for column in zip(*records, strict=True)] or [[] for _ in range(width)]


# Python hashes and compares UUIDs, which costs more than all the rest here: so by their numbers.


def distinct(keys: Iterable[UUID | None]) -> list[UUID]:
    """Each of the keys once, in the order given, without None."""
    return list({key.int: key for key in keys if key}.values())


def by_key(records: Iterable[tuple]) -> dict[UUID, list[tuple]]:
    """Rows by their first value, a key."""
    found: dict[int, list[tuple]] = defaultdict(list)
    for record in records:
        found[record[0].int].append(record)
    return {theirs[0][0]: theirs for theirs in found.values()}


WAKE = "followthrough_wake"  # the NOTIFY channel workers listen on
CLOCK = "clock"  # its payload when the business clock was moved; otherwise a shard's number,
APART = "apart"  # or this, when there is work that waits for others' systems


def wake(*payloads: int | str) -> None:
    """Tell the workers, on commit, that shards have work (or CLOCK, or APART)."""
    for payload in sorted({str(one) for one in payloads} - _own.quiet):
        run("SELECT pg_notify(%s, %s)", (WAKE, payload))


@contextmanager
def quiet(shards: Iterable[int]) -> Iterator[None]:
    """Within, wake nobody for these shards: whoever asks is about to look for their work."""
    before, _own.quiet = _own.quiet, frozenset(map(str, shards))
    try:
        yield
    finally:
        _own.quiet = before
