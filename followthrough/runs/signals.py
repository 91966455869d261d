"""Who sleeps on what: one event per sleeper of this process, set when it may have work."""

from __future__ import annotations

import threading
from collections import defaultdict

from django.conf import settings

APART = "apart"  # whoever does the work that waits for others' systems

_events: dict[int | str, threading.Event] = defaultdict(threading.Event)
_news: dict[int | str, bool] = {}  # sleepers for whom more than outcomes rang


def hand_of(shard: int) -> int:
    """Which of the worker's hands does the work of `shard`."""
    return shard % settings.HANDS


def wake(shard: int) -> None:
    """Say that `shard` may have work."""
    _ring(hand_of(shard))


def settle(shard: int) -> None:
    """Say that the hand of `shard` has an outcome to settle. Many come at once; one ring does."""
    ringing = _events[hand_of(shard)]
    if not ringing.is_set():
        ringing.set()


def wake_apart() -> None:
    """Say that there is work that waits for others' systems."""
    _ring(APART)


def wake_all() -> None:
    """Say that everybody may have work."""
    for sleeper in (*range(settings.HANDS), APART):
        _ring(sleeper)


def _ring(sleeper: int | str) -> None:
    _news[sleeper] = True  # first: whoever is woken by the bell must find it
    _events[sleeper].set()


def wait(sleeper: int | str, *, seconds: float) -> bool:
    """Sleep until woken, or `seconds` at most; returns whether only outcomes rang.

    What woke it is used up.
    """
    rang = _events[sleeper].wait(seconds)
    _events[sleeper].clear()
    return not _news.pop(sleeper, False) and rang
