"""Hearing the database's notifications, one after another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest

from followthrough.core import clock
from followthrough.runs import listening
from followthrough.store import sql

pytestmark = pytest.mark.django_db(transaction=True)


class Crew:
    """Tells what it is told."""

    def __init__(self) -> None:
        self.told: Queue[Any] = Queue()

    def wake(self, shard: int) -> None:
        self.told.put(shard)

    def follow_clock(self) -> None:
        self.told.put("clock")

    def wake_all(self) -> None:
        self.told.put("all")


@pytest.fixture
def crew() -> Iterator[Crew]:
    """A crew that somebody listens for."""
    made, stopping = Crew(), threading.Event()
    listener = threading.Thread(target=listening.listen, args=(made, stopping))
    before = clock.shift()
    listener.start()
    assert [made.told.get(timeout=10) for _ in range(2)] == ["clock", "all"]  # it listens
    yield made
    stopping.set()
    listener.join(10)
    clock.set_shift(before)
    assert not listener.is_alive()


def test_whoever_heard_that_the_clock_was_moved_goes_on_hearing(crew: Crew) -> None:
    sql.wake(3)
    assert crew.told.get(timeout=10) == 3
    sql.wake(sql.CLOCK)
    assert [crew.told.get(timeout=10) for _ in range(2)] == ["clock", "all"]
    sql.wake(5)
    assert crew.told.get(timeout=10) == 5
