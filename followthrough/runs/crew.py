"""The processes that do the work of the shards a worker holds.

One process, the holder, has the durable engine: it decides which shards are this worker's, and
gives each to one of the *hands*, processes that do nothing but work. It tells them by a pipe, a
line for each order; a hand whose pipe has closed has lost its holder, and comes to rest.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable
from datetime import timedelta

from followthrough.core import clock
from followthrough.runs import signals
from followthrough.runs.hands import Hand

log = logging.getLogger(__name__)

REST_SECONDS = 10.0  # how long what is on its way may take to be settled when a worker stops


class Crew:
    """The holder's side: the hands, by the pipes that lead to them, and one hand apart."""

    def __init__(self, pipes: list[int]) -> None:
        self._pipes = pipes
        self._whose: dict[int, int] = {}  # shard -> pipe
        self._counting = threading.Lock()
        self._apart = Hand(signals.APART)

    def take(self, shard: int, epoch: int) -> None:
        """Have the work of `shard` done from now on, by the hand that has least to do."""
        with self._counting:
            mine = self._whose.setdefault(shard, min(self._pipes, key=self._load))
        _tell(mine, f"take {shard} {epoch}")
        self._apart.take(shard, epoch)

    def _load(self, pipe: int) -> int:
        return sum(whose == pipe for whose in self._whose.values())

    def let_go(self, shard: int) -> None:
        """Begin nothing more for `shard`. A turn under way may: the epoch fences it."""
        with self._counting:
            mine = self._whose.pop(shard, None)
        if mine is not None:
            _tell(mine, f"let_go {shard}")
        self._apart.let_go(shard)

    def wake(self, shard: int) -> None:
        """Say that `shard` may have work; of no interest when others hold it."""
        if (mine := self._whose.get(shard)) is not None:
            _ring(mine)

    def wake_all(self) -> None:
        """Say that everybody may have work."""
        for pipe in self._pipes:
            _ring(pipe)
        signals.wake(signals.APART)

    def follow_clock(self) -> None:
        """Have the hands keep the business time of this process."""
        for pipe in self._pipes:
            _tell(pipe, f"clock {clock.shift().total_seconds()}")

    def stop(self) -> None:
        """Let everyone come to rest; returns once the hand apart has."""
        for pipe in self._pipes:
            _tell(pipe, "stop")
        self._apart.stop(seconds=REST_SECONDS)


def _tell(pipe: int, order: str) -> None:
    """Give an order. A hand that is gone is nobody's to mourn here: the worker begins anew."""
    try:
        os.write(pipe, f"{order}\n".encode())
    except BrokenPipeError:
        log.warning("A hand is gone and was not told: %s", order)


def _ring(pipe: int) -> None:
    """Wake a hand, unless so much lies before it that it will look at everything anyway."""
    if select.select((), (pipe,), (), 0)[1]:
        _tell(pipe, "wake")


def work(orders: int) -> None:
    """A hand's side: do as the pipe `orders` says until it closes or says stop."""
    hand = Hand(signals.HAND)
    with os.fdopen(orders) as lines:
        for line in lines:
            name, *given = line.split()
            if name == "stop":
                break
            _ORDERS[name](hand, *given)
    hand.stop(seconds=REST_SECONDS)


_ORDERS: dict[str, Callable[..., None]] = {
    "take": lambda hand, shard, epoch: hand.take(int(shard), int(epoch)),
    "let_go": lambda hand, shard: hand.let_go(int(shard)),
    "wake": lambda hand: signals.wake(signals.HAND),
    "clock": lambda hand, seconds: clock.set_shift(timedelta(seconds=float(seconds))),
}
