"""One connection per worker that hears when shards have work and when the clock was moved."""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection

from followthrough.accounts import clock
from followthrough.runs import signals
from followthrough.store import sql

log = logging.getLogger(__name__)


def listen(stopping: threading.Event) -> None:
    """Hear until `stopping` is set. After a lost connection every shard is woken."""
    while not stopping.is_set():
        try:
            _hear(stopping)
        except Exception:
            log.exception("Listening to the database failed; trying again in a second")
            connection.close()
            time.sleep(1)
    connection.close()


def _hear(stopping: threading.Event) -> None:
    sql.run(f"LISTEN {sql.WAKE}")
    clock.load()
    signals.wake_all()
    while not stopping.is_set():
        for note in connection.connection.notifies(timeout=1.0, stop_after=1):
            heard(note.payload)


def heard(payload: str) -> None:
    """Act on one notification: a shard's number, work apart, or that the clock was moved."""
    if payload == sql.CLOCK:
        clock.load()
        signals.wake_all()
    elif payload == sql.APART:
        signals.wake_apart()
    elif payload.isdigit():
        signals.wake(int(payload))
