"""Who sleeps on what: one event per shard of this process, set when the shard may have work."""

from __future__ import annotations

import threading
from collections import defaultdict

_events: dict[int, threading.Event] = defaultdict(threading.Event)


def wake(shard: int) -> None:
    """Say that `shard` may have work."""
    _events[shard].set()


def wake_all(shards: range) -> None:
    """Say that every shard may have work."""
    for shard in shards:
        wake(shard)


def wait(shard: int, *, seconds: float) -> None:
    """Sleep until `shard` is woken, or `seconds` at most; what woke it is used up."""
    _events[shard].wait(seconds)
    _events[shard].clear()
