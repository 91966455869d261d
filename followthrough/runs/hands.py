"""The hands of a worker: the threads that do the work of the shards it holds.

There are few, however many shards: Python runs one thread at a time, so one works while another
waits for the database, and a third would only get in the way. One more works apart, on what waits
for others' systems.

A hand goes on with a shard when its slot is over, until somebody has taken it for the next one: at
no time does nobody work on it. The epoch says whose it is, and is read again and again.
"""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
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

    def __init__(self, sleeper: int | str) -> None:
        self._sleeper = sleeper
        self._turns = Turns(apart=sleeper == signals.APART)
        self._held: dict[int, int] = {}
        self._epochs: dict[int, int] = {}  # as last seen
        self._look_at = 0.0  # when to see next whose the shards are, in monotonic seconds
        self._resting = threading.Event()  # set when it will do nothing more
        threading.Thread(target=self._work, name=f"hand-{sleeper}", daemon=True).start()

    def take(self, shard: int, epoch: int) -> None:
        """Work on `shard` from the next turn on."""
        self._held[shard] = epoch
        signals.wake(shard)

    def let_go(self, shard: int) -> None:
        """Begin nothing for `shard` after this turn; what is on its way is still settled."""
        self._held.pop(shard, None)

    def rest(self, *, until: float) -> None:
        """Wait until everything that was handed over is settled, or the monotonic time `until`."""
        self._resting.wait(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        settling, full_at = False, 0.0  # when everything must be looked at again, whatever rang
        while not (stopping.is_set() and dispatch.at_rest()):
            if not settling:
                full_at = time.monotonic() + SWEEP_SECONDS
            did = self._did(settling=settling)
            only_outcomes = did < MUCH and signals.wait(self._sleeper, seconds=SWEEP_SECONDS)
            settling = only_outcomes and time.monotonic() < full_at
        connection.close()
        self._resting.set()

    def _did(self, *, settling: bool) -> int:
        """One turn. Whatever goes wrong, the hand lives on: nobody else does its shards' work."""
        try:
            return self._turns.turn(self._ours(), settling=settling)
        except Exception:
            log.exception("A turn failed; the next follows in %s s", SWEEP_SECONDS)
            connection.close()
            return 0

    def _ours(self) -> dict[int, int | None]:
        """The shards to work on now: none that another worker has taken since."""
        if stopping.is_set():
            return {}
        held = dict(self._held)
        if held and time.monotonic() >= self._look_at:
            self._epochs = _epochs()
            self._look_at = time.monotonic() + LOOK_SECONDS
        return {
            shard: epoch for shard, epoch in held.items() if self._epochs.get(shard, 0) <= epoch
        }


def _epochs() -> dict[int, int]:
    return dict(sql.rows("SELECT number, epoch FROM runs_shard"))


stopping = threading.Event()
_hands: dict[int | str, Hand] = {}


def start() -> None:
    """Start the hands of this process."""
    for sleeper in (*range(settings.HANDS), signals.APART):
        _hands[sleeper] = Hand(sleeper)


def take(shard: int, epoch: int) -> None:
    """Do the work of `shard` from now on."""
    for hand in _of(shard):
        hand.take(shard, epoch)


def let_go(shard: int) -> None:
    """Begin nothing more for `shard`. A turn under way may: the epoch fences it."""
    for hand in _of(shard):
        hand.let_go(shard)


def stop(*, seconds: float) -> None:
    """Come to rest: everything that is on its way is settled, or `seconds` have passed."""
    stopping.set()
    signals.wake_all()
    until = time.monotonic() + seconds
    for hand in _hands.values():
        hand.rest(until=until)


def _of(shard: int) -> list[Hand]:
    return [_hands[signals.hand_of(shard)], _hands[signals.APART]]
