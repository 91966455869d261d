"""The worker's listener goes on hearing, whatever it was told before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from followthrough.accounts import clock as installation
from followthrough.core import clock
from followthrough.runs import listening
from followthrough.store import sql


class Heard:
    """A crew that takes note of what it is told."""

    def __init__(self) -> None:
        self.clocks = 0
        self.woken: list[int] = []

    def follow_clock(self) -> None:
        self.clocks += 1

    def wake_all(self) -> None:
        pass

    def wake(self, shard: int) -> None:
        self.woken.append(shard)


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


@pytest.mark.django_db(transaction=True)
def test_after_the_clock_was_moved_it_still_hears() -> None:
    crew, stopping = Heard(), threading.Event()
    thread = threading.Thread(target=listening.listen, args=(crew, stopping), daemon=True)
    thread.start()
    try:
        assert until(lambda: crew.clocks == 1)  # as it began
        installation.advance(timedelta(hours=1))
        assert until(lambda: crew.clocks == 2)
        sql.wake(3)
        assert until(lambda: crew.woken == [3])
    finally:
        stopping.set()
        thread.join(5)
        clock.set_shift(timedelta())
    assert not thread.is_alive()
