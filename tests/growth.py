"""How work grows with what there is to do, compared with itself: machines differ and are busy."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

LESS, MORE = 2_500, 10_000  # four times as much to do
LINEAR, SQUARE = 4, 16  # times as long, then
TRIES = 5  # what takes longest on a busy machine says least
TOO_SHORT = 0.001  # seconds that nobody can compare


def growth(work: Callable[[int], Any]) -> float:
    """How many times as long four times as much takes."""
    little, much = (min(_seconds(work, size) for _ in range(TRIES)) for size in (LESS, MORE))
    return much / max(little, TOO_SHORT)


def _seconds(work: Callable[[int], Any], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began


def calls(act: Callable[[], Any]) -> int:
    """How many calls of functions something makes, whatever the machine."""
    made = 0

    def count(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return made
