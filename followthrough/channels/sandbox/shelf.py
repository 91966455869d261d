"""The sandbox's table, written by one thread of its own: whatever waits goes in together.

The thread gives its database connection back as soon as nothing waits, so an idle process holds
none and a restarted database is no trouble. Whoever sends small batches one after another can have
it stay (`staying`): opening it takes longer than they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event
from typing import TypeVar

import psycopg
from django.db import Error, connection

from followthrough.channels.contract import (
    Accepted,
    Envelope,
    Misconfigured,
    OutcomeUnknown,
    Rejected,
    SendError,
    Throttled,
)
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.store import sql

T = TypeVar("T")

_AT_ONCE = 200
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")
_waiting: SimpleQueue[tuple[Envelope, Future[Accepted]]] = SimpleQueue()
_stays = Event()  # set while the connection is not given back


@contextmanager
def staying() -> Iterator[None]:
    """Within, the thread keeps its connection."""
    _stays.set()
    try:
        yield
    finally:
        _stays.clear()
        _thread.submit(lambda: connection.close()).result()


def put(envelope: Envelope) -> Future[Accepted]:
    """Keep a message, soon; the future ends with Accepted or a SendError."""
    done: Future[Accepted] = Future()
    _waiting.put((envelope, done))
    _thread.submit(_write)
    return done


def find(key: str) -> Future[Accepted | None]:
    """Look whether the message with this key was kept."""
    return ask(lambda: _kept([key]).get(key))


def ask(question: Callable[[], T]) -> Future[T]:
    """Have the shelf's thread ask the database something; the future has the answer."""
    return _thread.submit(_with_connection, question)


def _write() -> None:
    batch = _take()
    if batch:
        _answer(batch)


def _take() -> list[tuple[Envelope, Future[Accepted]]]:
    taken = []
    try:
        while len(taken) < _AT_ONCE:
            taken.append(_waiting.get_nowait())
    except Empty:
        pass
    return taken


def _answer(batch: Sequence[tuple[Envelope, Future[Accepted]]]) -> None:
    answers = _keep([envelope for envelope, _ in batch])
    for (_, done), answer in zip(batch, answers, strict=True):
        _end(done, answer)


def _keep(envelopes: Sequence[Envelope]) -> list[Accepted | SendError]:
    try:
        return _with_connection(lambda: _insert(envelopes))
    except SendError as problem:
        return [problem] * len(envelopes)
    except Exception as problem:
        if len(envelopes) > 1:  # one of them spoils it for the others: each by itself
            return [answer for one in envelopes for answer in _keep([one])]
        return [Rejected("not_storable", type(problem).__name__)]


def _end(done: Future[Accepted], answer: Accepted | SendError) -> None:
    if not done.set_running_or_notify_cancel():
        return
    if isinstance(answer, SendError):
        done.set_exception(answer)
    else:
        done.set_result(answer)


def _with_connection(work: Callable[[], T]) -> T:
    """Do `work` on this thread's connection; a lost database leaves the outcome unknown."""
    try:
        connection.ensure_connection()
    except Error as problem:
        raise Throttled("no_database", type(problem).__name__, after=5) from problem
    try:
        return work()
    except (psycopg.OperationalError, psycopg.InterfaceError) as problem:
        connection.close()
        raise OutcomeUnknown("database", type(problem).__name__) from problem
    finally:
        if _waiting.empty() and not _stays.is_set():
            connection.close()


def _insert(envelopes: Sequence[Envelope]) -> list[Accepted | SendError]:
    records = [
        (uuid7(), one.sender.id, one.key, one.to, one.subject[:500], one.body) for one in envelopes
    ]
    sql.run(_INSERT, [clock.now(), *sql.columns(records, 6)])
    kept = _kept([one.key for one in envelopes])
    gone = Misconfigured("unknown_sender")
    return [kept.get(one.key, gone) for one in envelopes]


# A sender that was deleted meanwhile has no row to join: its messages are not kept. What is handed
# over again is the same message, and counted. (Twice in one batch is refused: each by itself.)
_INSERT = """
    INSERT INTO channels_sandboxmessage
           (id, organization_id, sender_id, key, "to", subject, body, at)
    SELECT new.id, sender.organization_id, sender.id, new.key, new."to", new.subject, new.body, %s
      FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
           AS new (id, sender_id, key, "to", subject, body)
      JOIN channels_sender AS sender ON sender.id = new.sender_id
        ON CONFLICT (key) DO UPDATE SET times = channels_sandboxmessage.times + 1
"""


def _kept(keys: list[str]) -> dict[str, Accepted]:
    found = sql.rows("SELECT key FROM channels_sandboxmessage WHERE key = ANY(%s)", (keys,))
    return {key: Accepted(f"sandbox-{key}") for (key,) in found}
