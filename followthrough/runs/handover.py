"""Handing envelopes to providers, many at once, on one event loop per process.

Nothing here touches the database: what comes back is put into the lane it left by, and the thread
of that lane settles it.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.channels.contract import (
    Accepted,
    Adapter,
    Envelope,
    OutcomeUnknown,
    SendError,
    Throttled,
)
from followthrough.messages.outbox import Sending
from followthrough.runs import signals

log = logging.getLogger(__name__)

DECISION_SECONDS = 2.0  # a decision older than this is made again
AT_ONCE = 600  # envelopes under way in one lane
SWEEP_SECONDS = 0.25  # how often to look for calls that take too long


class Expired(Exception):
    """Definitively not handed over: the decision was too old, or no longer held."""


class Ready(NamedTuple):
    """A decided message, waiting to be handed over."""

    sending: Sending
    envelope: Envelope
    adapter: Adapter
    decided: float  # time.monotonic()
    subjects: Sequence[UUID | None] = ()  # a freeze on any of them stops it
    shard: int = 0
    epoch: int | None = None  # the fencing token of its shard; None: nobody else can be there
    heard: int = 0  # how many entries of the ledger about its address were weighed
    first: bool = False  # nothing was ever sent there: it introduces us
    wish: int = 0  # the number of what the candidate had chosen when it was decided
    shadows: int = 0  # the stamp of the shadows there were (`shadows.Shadows`)


class Finished(NamedTuple):
    """What became of a hand-over. `started_at` (database clock) is None when it never began."""

    ready: Ready
    outcome: Accepted | SendError | Expired
    started_at: datetime | None


@dataclass
class Lane:
    """The messages of one thread's shards between hand-over and settlement."""

    finished: deque[Finished] = field(default_factory=deque)
    flying: int = 0
    limit: int = AT_ONCE
    looked_at: datetime | None = None  # when the last turn asked for what is due; None: it did not
    overtaken: int = 0  # times in a row that others wrote to the same caps meanwhile

    def at_rest(self) -> bool:
        """Whether nothing is on its way, and nothing waits to be settled."""
        return not (self.flying or self.finished)

    def room(self) -> int:
        """How many more touches may be claimed now."""
        return max(0, self.limit - self.flying)

    def take_finished(self, most: int) -> list[Finished]:
        """Up to `most` outcomes that wait to be settled."""
        taken = [self.finished.popleft() for _ in range(min(most, len(self.finished)))]
        self.flying -= sum(one.started_at is not None for one in taken)
        if any(isinstance(one.outcome, Throttled) for one in taken):
            self._claim_less()
        return taken

    def expire(self, readies: Iterable[Ready]) -> None:
        """Finish messages that were never handed over, and claim less from now on."""
        for ready in readies:
            self.finished.append(Finished(ready, Expired(), None))
            signals.settle()
            self._claim_less()

    def _claim_less(self) -> None:
        self.limit = max(10, self.limit // 2)

    def launch(self, readies: list[Ready], started_at: datetime) -> None:
        """Start handing over; each outcome arrives in `finished` and wakes the lane's thread."""
        self.flying += len(readies)
        self.limit = min(AT_ONCE, self.limit + 25)
        _loop().call_soon_threadsafe(_start, self, readies, started_at)


def too_old(ready: Ready) -> bool:
    """Whether a decision must be made again before its message may leave."""
    return monotonic() - ready.decided > DECISION_SECONDS


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    loop = _new_loop()
    thread = threading.Thread(target=loop.run_forever, name="handover", daemon=True)
    thread.start()
    atexit.register(_end, loop, thread)
    return loop


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Stand still before the interpreter goes: it would be torn down under a running loop."""
    with suppress(RuntimeError):  # in a child process that was forked from this one
        loop.call_soon_threadsafe(loop.stop)
        thread.join(1)


def _new_loop() -> asyncio.AbstractEventLoop:
    """The faster kind of loop where there is one for this system."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


# What is under way and until when it may be: the loop itself keeps only weak references.
_running: dict[asyncio.Task[Accepted], float] = {}
_sweeping = threading.Event()  # set while the next look at them is arranged


def _start(lane: Lane, readies: list[Ready], started_at: datetime) -> None:
    """Runs on the loop. One sweep looks after the time of all of them: a timer each costs more."""
    loop, now = asyncio.get_running_loop(), monotonic()
    _sweep_later(loop)
    for ready in readies:
        task = loop.create_task(_hand_over(ready))
        _running[task] = now + ready.adapter.timeout + 1
        task.add_done_callback(partial(_came_back, lane, ready, started_at))


async def _hand_over(ready: Ready) -> Accepted:
    # A process may be stopped at any line and go on much later, when others have taken over.
    if too_old(ready):
        raise Expired
    return await ready.adapter.send(ready.envelope)


def _sweep_later(loop: asyncio.AbstractEventLoop) -> None:
    if not _sweeping.is_set():
        _sweeping.set()
        loop.call_later(SWEEP_SECONDS, _cancel_late)


def _cancel_late() -> None:
    now = monotonic()
    for task, until in list(_running.items()):
        if now > until:
            task.cancel()
    _sweeping.clear()
    if _running:
        _sweep_later(asyncio.get_running_loop())


def _came_back(
    lane: Lane, ready: Ready, started_at: datetime, task: asyncio.Task[Accepted]
) -> None:
    _running.pop(task, None)
    lane.finished.append(Finished(ready, _outcome(task, ready.adapter), started_at))
    signals.settle()


def _outcome(task: asyncio.Task[Accepted], adapter: Adapter) -> Accepted | SendError | Expired:
    """The adapter's answer; whatever it does not say itself is an unknown outcome."""
    if task.cancelled():
        return OutcomeUnknown("timeout")
    problem = task.exception()
    if problem is None:
        return task.result()
    if isinstance(problem, SendError | Expired):
        return problem
    if isinstance(problem, TimeoutError):
        return OutcomeUnknown("timeout")
    log.error("The adapter %s failed in a way it does not declare", adapter.name, exc_info=problem)
    return OutcomeUnknown("adapter_error", type(problem).__name__)


def look_up(readies: list[Ready]) -> list[Accepted | SendError | Expired]:
    """Ask providers about messages of unknown outcome, all at once; blocks until answered.

    Expired means that the provider definitely does not have it.
    """

    async def ask_all() -> list[Any]:
        return await asyncio.gather(*(_look_up(ready) for ready in readies))

    return asyncio.run_coroutine_threadsafe(ask_all(), _loop()).result()


async def _look_up(ready: Ready) -> Accepted | SendError | Expired:
    try:
        async with asyncio.timeout(ready.adapter.timeout + 1):
            return await ready.adapter.look_up(ready.envelope) or Expired()
    except SendError as problem:
        return problem
    except Exception as problem:
        log.exception("Looking a message up with %s failed", ready.adapter.name)
        return OutcomeUnknown("adapter_error", type(problem).__name__)
