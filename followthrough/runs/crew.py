"""The processes that do the work of the shards a worker holds.

One process, the holder, has the durable engine: it decides which shards are this worker's, and
gives each to one of the *hands*, processes that do nothing but work. It tells them by a pipe, a
line for each order, and by another each hand tells it, turn after turn, that it lives. A hand whose
orders have ended has lost its holder, and comes to rest.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from followthrough.core import clock
from followthrough.runs import signals
from followthrough.runs.hands import Hand

log = logging.getLogger(__name__)

REST_SECONDS = 10.0  # how long what is on its way may take to be settled when a worker stops
HUNG_SECONDS = 60.0  # a turn takes less; whoever is silent for longer does its shards no good


class Pipes(NamedTuple):
    """The holder's ends of the pipes to one hand."""

    orders: int
    beats: int


@dataclass(eq=False)
class _Member:
    """A hand as its holder sees it."""

    pipes: Pipes
    held: dict[int, int] = field(default_factory=dict)  # shards it works on, with their epochs
    leased: set[int] = field(default_factory=set)  # those of them that are ours now
    beat_at: float = field(default_factory=time.monotonic)

    def tell(self, order: str) -> None:
        """Give an order. A hand that is gone is not mourned here: the worker begins anew."""
        try:
            os.write(self.pipes.orders, f"{order}\n".encode())
        except BrokenPipeError:
            log.warning("A hand is gone and was not told: %s", order)

    def ring(self) -> None:
        """Wake it, unless so much lies before it that it will look at everything anyway."""
        if select.select((), (self.pipes.orders,), (), 0)[1]:
            self.tell("wake")

    def hear(self) -> None:
        """Take note of its beats."""
        os.set_blocking(self.pipes.beats, False)
        with suppress(BlockingIOError):
            if os.read(self.pipes.beats, 65_536):
                self.beat_at = time.monotonic()


class Crew:
    """The holder's side: its hands, and one hand apart in its own process."""

    def __init__(self, pipes: Sequence[Pipes]) -> None:
        self._members = [_Member(one) for one in pipes]
        self._telling = threading.Lock()  # so that orders about a shard go in their order
        self._shift = timedelta()  # as the hands know it
        self._apart = Hand(signals.APART)

    def take(self, shard: int, epoch: int) -> None:
        """Have the work of `shard` done from now on: by who did it, unless that one has more."""
        with self._telling:
            before = self._of(shard)
            if before:
                before.leased.discard(shard)
            mine = self._choose(before)
            if before and before is not mine:
                before.tell(f"let_go {shard} {before.held.pop(shard)}")
            mine.held[shard] = epoch
            mine.leased.add(shard)
            mine.tell(f"take {shard} {epoch}")
        self._apart.take(shard, epoch)

    def _of(self, shard: int) -> _Member | None:
        return next((one for one in self._members if shard in one.held), None)

    def _choose(self, before: _Member | None) -> _Member:
        idlest = min(self._members, key=lambda one: len(one.leased))
        if before is None or len(before.leased) > len(idlest.leased):
            return idlest
        return before

    def lapse(self, shard: int, epoch: int) -> None:
        """The lease is over: the work goes on until somebody takes `shard`, but counts no more."""
        with self._telling:
            mine = self._of(shard)
            if mine and mine.held[shard] == epoch:
                mine.leased.discard(shard)

    def let_go(self, shard: int, epoch: int) -> None:
        """Begin nothing more for `shard`, unless it has been taken anew. A turn under way may: the
        epoch fences it."""
        with self._telling:
            mine = self._of(shard)
            if mine and mine.held[shard] == epoch:
                del mine.held[shard]
                mine.leased.discard(shard)
                mine.tell(f"let_go {shard} {epoch}")
        self._apart.let_go(shard, epoch)

    def wake(self, shard: int) -> None:
        """Say that `shard` may have work; of no interest when it was never ours."""
        if mine := self._of(shard):
            mine.ring()

    def wake_all(self) -> None:
        """Say that everybody may have work."""
        for member in self._members:
            member.ring()
        signals.wake(signals.APART)

    def follow_clock(self) -> None:
        """Have the hands keep the business time of this process."""
        if self._shift != clock.shift():
            self._shift = clock.shift()
            for member in self._members:
                member.tell(f"clock {self._shift.total_seconds()}")

    def hangs(self) -> bool:
        """Whether a hand has been silent for so long that it must be given up."""
        for member in self._members:
            member.hear()
        return any(time.monotonic() - one.beat_at > HUNG_SECONDS for one in self._members)

    def stop(self) -> None:
        """Let everyone come to rest; returns once the hand apart has."""
        for member in self._members:
            member.tell("stop")
        self._apart.stop(seconds=REST_SECONDS)


def work(orders: int, beats: int) -> None:
    """A hand's side: do as the pipe `orders` says until it closes or says stop."""
    os.set_blocking(beats, False)
    hand = Hand(signals.HAND, beat=partial(_beat, beats))
    with os.fdopen(orders) as lines:
        for line in lines:
            name, *given = line.split()
            if name == "stop":
                break
            _ORDERS[name](hand, *given)
    hand.stop(seconds=REST_SECONDS)


def _beat(beats: int) -> None:
    with suppress(BlockingIOError, BrokenPipeError):  # enough of them lie there; nobody listens
        os.write(beats, b".")


_ORDERS: dict[str, Callable[..., None]] = {
    "take": lambda hand, shard, epoch: hand.take(int(shard), int(epoch)),
    "let_go": lambda hand, shard, epoch: hand.let_go(int(shard), int(epoch)),
    "wake": lambda hand: signals.wake(signals.HAND),
    "clock": lambda hand, seconds: clock.set_shift(timedelta(seconds=float(seconds))),
}
