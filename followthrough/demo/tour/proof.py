"""Looking until something is so, and saying what is wrong when it never is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 15.0  # seconds; what takes longer does not work
LOOK_AGAIN = 0.05  # seconds


class Failed(Exception):
    """What is claimed is not so; the text says what was seen instead."""


def check(holds: object, otherwise: str) -> None:
    """Raise Failed with `otherwise` unless it `holds`."""
    if not holds:
        raise Failed(otherwise)


def until(look: Callable[[], T | None], *, otherwise: str, seconds: float = PATIENCE) -> T:
    """Look again and again until there is something to see; it. Raises Failed after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        check(time.monotonic() < deadline, f"{otherwise} (waited {seconds:.0f} s)")
        time.sleep(LOOK_AGAIN)
    return found
