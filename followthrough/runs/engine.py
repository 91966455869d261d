"""Where packages register their work, without `runs` knowing them.

`@shard_loop(order=…)` registers work that one worker at a time does for a shard,
`@every(seconds=…)` work that one worker at a time does for the whole installation. Who does it is
decided by the durable-execution library (`runs.durable`), which only the worker process loads.

Work is done for all the shards somebody holds at once: a batch costs the same number of statements
whether its rows are of one shard or of eight.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections

from followthrough.store import sql

log = logging.getLogger(__name__)

# The shards somebody holds, each with its fencing token; None: nobody else can be there (tests).
Held = Mapping[int, int | None]
ShardWork = Callable[[Held], int]  # returns how many things it did


@dataclass(frozen=True, order=True)
class ShardDuty:
    """One kind of work on shards; the lowest `order` goes first in every turn.

    Work with a `pause` is left out of turns for so many seconds after it found nothing to do.
    Work that waits for others' systems is done `apart`, so that nothing waits for it. Work that
    `settles` is all there is to do when nothing but outcomes came back.
    """

    order: int
    name: str
    work: ShardWork = field(compare=False)
    pause: float = field(default=0.0, compare=False)
    apart: bool = field(default=False, compare=False)
    settles: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class HouseDuty:
    """One kind of work for the whole installation, every `seconds`."""

    seconds: float
    name: str
    work: Callable[[], object]


@dataclass(frozen=True)
class Job:
    """One kind of long work, each of it described by a row that says how far it is."""

    name: str
    waiting: Callable[[], Sequence[UUID]]
    work: Callable[[UUID], object] = field(compare=False)


_jobs: dict[str, Job] = {}
_shard_duties: list[ShardDuty] = []
_house_duties: list[HouseDuty] = []


def shard_loop(
    *, order: int, pause: float = 0.0, apart: bool = False, settles: bool = False
) -> Callable[[ShardWork], ShardWork]:
    """Register `work(held) -> int`; it must be safe to run after any crash."""

    def register(work: ShardWork) -> ShardWork:
        duty = ShardDuty(order, _name(work), work, pause, apart, settles)
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


def job(
    *, waiting: Callable[[], Sequence[UUID]]
) -> Callable[[Callable[[UUID], object]], Callable[[UUID], object]]:
    """Register `work(row id)`, long work that is done in a process of its own (`runs.jobs`).

    The row is the truth. `waiting` says which rows nobody works on: new ones, and those whose
    worker was lost. Work begins by taking its row, in such a way that one of two who want it gets
    it; it must be safe to do again after any crash.
    """

    def register(work: Callable[[UUID], object]) -> Callable[[UUID], object]:
        _jobs[_name(work)] = Job(_name(work), waiting, work)
        return work

    return register


def jobs() -> Sequence[Job]:
    """Every kind of long work."""
    return list(_jobs.values())


def do_job(name: str, row_id: UUID) -> None:
    """Do one piece of long work, in this process."""
    _jobs[name].work(row_id)


class Turns:
    """Turns of one thread: every duty once for the shards it is given, what rests left out."""

    def __init__(self, *, apart: bool = False) -> None:
        self._apart = apart
        self._resting: dict[str, float] = {}  # until when, in monotonic seconds

    def turn(self, held: Held, *, settling: bool = False) -> int:
        """Do every duty once, or only those that settle, and return how much was done.

        A duty that fails is logged and the others go on; the next turn tries it again. Whatever
        falls due in these shards meanwhile is found in this very turn: nobody need be woken.
        """
        duties = [duty for duty in _shard_duties if duty.apart == self._apart]
        with sql.quiet(held if not self._apart else ()):
            return sum(self._do(duty, held) for duty in duties if duty.settles or not settling)

    def _do(self, duty: ShardDuty, held: Held) -> int:
        if time.monotonic() < self._resting.get(duty.name, 0.0):
            return 0
        did = _guarded(duty, held)
        if not did and duty.pause:
            self._resting[duty.name] = time.monotonic() + duty.pause
        return did


def once(held: Held, *, apart: bool | None = None, settling: bool = False) -> int:
    """Do every duty once, in this process and thread, and return how much was done; errors are
    raised, not logged.

    With `apart` only those that are (or are not) done apart; `settling`: only those that settle.
    """
    duties = [duty for duty in _shard_duties if apart is None or duty.apart == apart]
    return sum(duty.work(held) for duty in duties if duty.settles or not settling)


def drain(*, passes: int = 1000) -> int:
    """Do everything there is to do, in this process and thread, and return how much it was.

    For tests, seeding and benchmarks. Errors are raised, not logged. Raises RuntimeError when
    work does not come to rest within `passes`.
    """
    total, everything = 0, dict.fromkeys(range(settings.SHARDS))
    for _ in range(passes):
        did = once(everything)
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


def _guarded(duty: ShardDuty, held: Held) -> int:
    try:
        return duty.work(held)
    except Exception:
        log.exception("%s failed; it is tried again in the next turn", duty.name)
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
