"""A hand: one thread that does the work of all the shards it is given, turn after turn.

Each hand that does a worker's shards' work has a process to itself (`crew`): Python runs one thread
at a time, so a second one would only get in the way. One more works apart, beside the engine, on
what waits for others' systems.

A hand goes on with a shard when its slot is over, until somebody has taken it for the next one: at
no time does nobody work on it. The epoch says whose it is, and is read again and again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from followthrough.runs import dispatch, signals
from followthrough.runs.engine import Turns
from followthrough.store import sql

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
LOOK_SECONDS = 0.2  # how long a hand may go on with a shard that another worker has taken
MUCH = 20  # a turn that did as much is followed by another at once; else what comes next rings


class Hand:
    """One thread and the shards it works on. Shards come and go between its turns."""

    def __init__(self, sleeper: str, beat: Callable[[], None] = lambda: None) -> None:
        """`beat` is called after each turn: whoever calls it lives."""
        self._sleeper = sleeper
        self._turns = Turns(apart=sleeper == signals.APART)
        self._beat = beat
        self._held: dict[int, int] = {}
        self._working_on: dict[int, int | None] = {}  # in the last turn
        self._epochs: dict[int, int] = {}  # as last seen
        self._look_at = 0.0  # when to see next whose the shards are, in monotonic seconds
        self._stopping = threading.Event()
        self._resting = threading.Event()  # set when it will do nothing more
        threading.Thread(target=self._work, name=f"work-{sleeper}", daemon=True).start()

    def take(self, shard: int, epoch: int) -> None:
        """Work on `shard` from the next turn on."""
        self._held[shard] = epoch
        signals.wake(self._sleeper)

    def let_go(self, shard: int, epoch: int) -> None:
        """Begin nothing for `shard` after this turn; what is on its way is still settled.

        Without effect when it has been taken anew since.
        """
        if self._held.get(shard) == epoch:
            del self._held[shard]

    def stop(self, *, seconds: float) -> None:
        """Come to rest: everything that was handed over is settled, or `seconds` have passed."""
        self._stopping.set()
        signals.wake(self._sleeper)
        self._resting.wait(seconds)

    def _work(self) -> None:
        settling, full_at = False, 0.0  # when everything must be looked at again, whatever rang
        while not (self._stopping.is_set() and dispatch.at_rest()):
            did = self._did(settling=settling)
            self._beat()
            if not settling:
                full_at = time.monotonic() + self._until_due(did)
            seconds = max(0.0, full_at - time.monotonic())
            only_outcomes = did < MUCH and signals.wait(self._sleeper, seconds=seconds)
            settling = only_outcomes and time.monotonic() < full_at
        connection.close()
        self._resting.set()

    def _until_due(self, did: int) -> float:
        """How many seconds until everything must be looked at: for what falls due, or a sweep."""
        if did >= MUCH or self._sleeper == signals.APART:
            return SWEEP_SECONDS
        try:
            return min(SWEEP_SECONDS, dispatch.until_due(self._working_on))
        except Exception:
            log.exception("What falls due next could not be read; looking in %s s", SWEEP_SECONDS)
            connection.close()
            return SWEEP_SECONDS

    def _did(self, *, settling: bool) -> int:
        """One turn. Whatever goes wrong, the hand lives on: nobody else does its shards' work."""
        try:
            self._working_on = self._ours()
            did = self._turns.turn(self._working_on, settling=settling)
            self._look()
            return did
        except Exception:
            log.exception("A turn failed; the next follows in %s s", SWEEP_SECONDS)
            connection.close()
            return 0

    def _ours(self) -> dict[int, int | None]:
        """The shards to work on now: none that another worker has taken since."""
        if self._stopping.is_set():
            return {}
        return {
            shard: epoch
            for shard, epoch in dict(self._held).items()
            if self._epochs.get(shard, 0) <= epoch
        }

    def _look(self) -> None:
        """See whose the shards are, after a turn: a message that is alone need not wait for it, and
        what is handed over is fenced anyway."""
        if self._held and time.monotonic() >= self._look_at:
            self._epochs = _epochs()
            self._look_at = time.monotonic() + LOOK_SECONDS


def _epochs() -> dict[int, int]:
    return dict(sql.rows("SELECT number, epoch FROM runs_shard"))
