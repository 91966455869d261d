"""Who sleeps on what: one event per sleeper of this process, set when it may have work."""

from __future__ import annotations

import threading
from collections import defaultdict

from django.conf import settings

APART = "apart"  # whoever does the work that waits for others' systems

_events: dict[int | str, threading.Event] = defaultdict(threading.Event)
_outcomes_only: dict[int | str, bool] = defaultdict(bool)  # nothing but outcomes rang since


def hand_of(shard: int) -> int:
    """Which of the worker's hands does the work of `shard`."""
    return shard % settings.HANDS


def wake(shard: int) -> None:
    """Say that `shard` may have work."""
    _ring(hand_of(shard))


def settle(shard: int) -> None:
    """Say that the hand of `shard` has an outcome to settle. Many come at once; one ring does."""
    sleeper = hand_of(shard)
    if not _events[sleeper].is_set():
        _outcomes_only[sleeper] = True
        _events[sleeper].set()


def wake_apart() -> None:
    """Say that there is work that waits for others' systems."""
    _ring(APART)


def wake_all() -> None:
    """Say that everybody may have work."""
    for sleeper in (*range(settings.HANDS), APART):
        _ring(sleeper)


def _ring(sleeper: int | str) -> None:
    _outcomes_only[sleeper] = False
    _events[sleeper].set()


def wait(sleeper: int | str, *, seconds: float) -> bool:
    """Sleep until woken, or `seconds` at most; returns whether only outcomes rang.

    What woke it is used up.
    """
    rang = _events[sleeper].wait(seconds)
    _events[sleeper].clear()
    only, _outcomes_only[sleeper] = _outcomes_only[sleeper], False
    return rang and only
