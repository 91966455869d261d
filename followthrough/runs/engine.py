"""Where packages register their work, without `runs` knowing them.

`@shard_loop(order=…)` registers work that one worker at a time does for a shard,
`@every(seconds=…)` work that one worker at a time does for the whole installation. Who does it is
decided by the durable-execution library (`runs.durable`), which only the worker process loads.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import close_old_connections

log = logging.getLogger(__name__)

ShardWork = Callable[..., int]  # work(shard, *, epoch) -> how many things it did


@dataclass(frozen=True, order=True)
class ShardDuty:
    """One kind of work on a shard; the lowest `order` goes first in every turn.

    Work with a `pause` is left out of turns for so many seconds after it found nothing to do.
    """

    order: int
    name: str
    work: ShardWork = field(compare=False)
    pause: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class HouseDuty:
    """One kind of work for the whole installation, every `seconds`."""

    seconds: float
    name: str
    work: Callable[[], object]


_shard_duties: list[ShardDuty] = []
_house_duties: list[HouseDuty] = []


def shard_loop(*, order: int, pause: float = 0.0) -> Callable[[ShardWork], ShardWork]:
    """Register `work(shard, *, epoch) -> int`; it must be safe to run after any crash."""

    def register(work: ShardWork) -> ShardWork:
        duty = ShardDuty(order=order, name=_name(work), work=work, pause=pause)
        _shard_duties.append(duty)
        _shard_duties.sort()
        return work

    return register


def every(*, seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register work that is due again `seconds` after it last began."""

    def register(work: Callable[[], object]) -> Callable[[], object]:
        _house_duties.append(HouseDuty(seconds=seconds, name=_name(work), work=work))
        return work

    return register


def turn(shard: int, *, epoch: int | None) -> int:
    """Do every duty of `shard` once and return how much was done.

    A duty that fails is logged and the others go on; the next turn tries it again.
    """
    return sum(_unless_paused(duty, shard, epoch) for duty in _shard_duties)


_paused: dict[tuple[str, int], float] = {}  # until when, in monotonic seconds


def _unless_paused(duty: ShardDuty, shard: int, epoch: int | None) -> int:
    if time.monotonic() < _paused.get((duty.name, shard), 0.0):
        return 0
    did = _guarded(duty, shard, epoch)
    if not did and duty.pause:
        _paused[duty.name, shard] = time.monotonic() + duty.pause
    return did


def drain(*, passes: int = 1000) -> int:
    """Do everything there is to do, in this process and thread, and return how much it was.

    For tests, seeding and benchmarks. Errors are raised, not logged. Raises RuntimeError when
    work does not come to rest within `passes`.
    """
    total = 0
    for _ in range(passes):
        did = sum(
            duty.work(shard, epoch=None)
            for shard in range(settings.SHARDS)
            for duty in _shard_duties
        )
        if not did:
            return total
        total += did
    raise RuntimeError(f"Work did not come to rest within {passes} passes: some of it repeats.")


class House:
    """The duties of the whole installation and when each is due next (monotonic seconds)."""

    def __init__(self) -> None:
        self._due = dict.fromkeys(range(len(_house_duties)), 0.0)

    def turn(self) -> int:
        """Do what is due and return how many duties that were."""
        due = [number for number, at in self._due.items() if time.monotonic() >= at]
        for number in due:
            duty = _house_duties[number]
            self._due[number] = time.monotonic() + duty.seconds
            _guarded_house(duty)
        return len(due)


def _guarded(duty: ShardDuty, shard: int, epoch: int | None) -> int:
    try:
        return duty.work(shard, epoch=epoch)
    except Exception:
        log.exception("%s failed on shard %s; it is tried again in the next turn", duty.name, shard)
        close_old_connections()
        return 0


def _guarded_house(duty: HouseDuty) -> None:
    try:
        duty.work()
    except Exception:
        log.exception("%s failed; it is tried again in %s s", duty.name, duty.seconds)
        close_old_connections()


def _name(work: Callable[..., object]) -> str:
    return f"{work.__module__.removeprefix('followthrough.')}.{work.__name__}"
