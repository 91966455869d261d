"""One connection per worker that hears when shards have work and when the clock was moved."""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection

from followthrough.accounts import clock
from followthrough.runs import signals
from followthrough.runs.crew import Crew
from followthrough.store import sql

log = logging.getLogger(__name__)


def listen(crew: Crew, stopping: threading.Event) -> None:
    """Hear for `crew` until `stopping` is set. After a lost connection everyone is woken."""
    while not stopping.is_set():
        try:
            _hear(crew, stopping)
        except Exception:
            log.exception("Listening to the database failed; trying again in a second")
            connection.close()
            time.sleep(1)
    connection.close()


def _hear(crew: Crew, stopping: threading.Event) -> None:
    sql.run(f"LISTEN {sql.WAKE}")
    _follow_clock(crew)
    while not stopping.is_set():
        # As a list: while the generator is open, nothing else can be asked on this connection.
        for note in list(connection.connection.notifies(timeout=1.0, stop_after=1)):
            heard(note.payload, crew)


def heard(payload: str, crew: Crew) -> None:
    """Act on one notification: a shard's number, work apart, or that the clock was moved."""
    if payload == sql.CLOCK:
        _follow_clock(crew)
    elif payload == sql.APART:
        signals.wake(signals.APART)
    elif payload.isdigit():
        crew.wake(int(payload))


def _follow_clock(crew: Crew) -> None:
    clock.load()
    crew.follow_clock()
    crew.wake_all()
