"""Who sleeps on what in this process: a bell for each sleeper, rung when it may have work."""

from __future__ import annotations

import threading

HAND = "hand"  # whoever does the work of shards
APART = "apart"  # whoever does the work that waits for others' systems

_bells = {HAND: threading.Event(), APART: threading.Event()}
_news: dict[str, bool] = {}  # sleepers for whom more than outcomes rang


def wake(sleeper: str) -> None:
    """Say that `sleeper` may have work."""
    _news[sleeper] = True  # first: whoever is woken by the bell must find it
    _bells[sleeper].set()


def settle() -> None:
    """Say that there is an outcome to settle. Many come at once; one ring does."""
    bell = _bells[HAND]
    if not bell.is_set():
        bell.set()


def wait(sleeper: str, *, seconds: float) -> bool:
    """Sleep until woken, or `seconds` at most; returns whether only outcomes rang.

    What woke it is used up.
    """
    rang = _bells[sleeper].wait(seconds)
    _bells[sleeper].clear()
    return not _news.pop(sleeper, False) and rang
