"""A crew: which hand gets which shard, what a hand does with its orders, and what it survives."""

import os
from contextlib import ExitStack, suppress

import pytest

from followthrough.core import clock
from followthrough.runs import crew, signals


class Recorder:
    """A hand that only remembers what it was told."""

    def __init__(self, sleeper):
        self.sleeper, self.told = sleeper, []

    def take(self, shard, epoch):
        self.told.append(("take", shard, epoch))

    def let_go(self, shard):
        self.told.append(("let_go", shard))

    def stop(self, *, seconds):
        self.told.append(("stop",))


@pytest.fixture
def made(monkeypatch):
    """Hands as they are made."""
    hands = []
    monkeypatch.setattr(crew, "Hand", lambda sleeper: hands.append(Recorder(sleeper)) or hands[-1])
    return hands


@pytest.fixture
def pipes():
    with ExitStack() as stack:
        ends = [os.pipe() for _ in range(2)]
        for end in (end for pipe in ends for end in pipe):
            stack.callback(_closed, end)
        yield ends


def _closed(end):
    with suppress(OSError):  # the test has closed it
        os.close(end)


def said(pipe):
    os.set_blocking(pipe[0], False)
    try:
        return os.read(pipe[0], 1 << 20).decode().splitlines()
    except BlockingIOError:
        return []


def crew_of(pipes):
    return crew.Crew([writer for _, writer in pipes])


def test_shards_are_shared_out_evenly_and_stay_where_they_are(made, pipes):
    holder = crew_of(pipes)
    for shard in (0, 2, 4, 6):
        holder.take(shard, 1)
    holder.take(4, 2)  # the next slot of one of them
    assert said(pipes[0]) == ["take 0 1", "take 4 1", "take 4 2"]
    assert said(pipes[1]) == ["take 2 1", "take 6 1"]
    assert made[0].sleeper == signals.APART
    assert len(made[0].told) == 5


def test_only_the_hand_of_a_shard_is_woken(made, pipes):
    holder = crew_of(pipes)
    holder.take(0, 1)
    holder.take(1, 1)
    _ = said(pipes[0]), said(pipes[1])
    holder.wake(1)
    holder.wake(7)  # another worker's
    assert (said(pipes[0]), said(pipes[1])) == ([], ["wake"])


def test_what_is_let_go_is_nobodys(made, pipes):
    holder = crew_of(pipes)
    holder.take(3, 1)
    holder.let_go(3)
    holder.let_go(3)
    holder.wake(3)
    assert said(pipes[0]) == ["take 3 1", "let_go 3"]
    assert made[0].told == [("take", 3, 1), ("let_go", 3), ("let_go", 3)]


def test_a_hand_that_reads_nothing_does_not_stop_its_holder(made, pipes):
    holder = crew_of(pipes)
    holder.take(0, 1)
    for _ in range(100_000):
        holder.wake(0)
    assert set(said(pipes[0])) == {"take 0 1", "wake"}


def test_a_hand_that_is_gone_does_not_stop_its_holder(made, pipes, caplog):
    holder = crew_of(pipes)
    os.close(pipes[0][0])
    holder.take(0, 1)
    holder.wake_all()
    assert "A hand is gone" in caplog.text
    assert said(pipes[1]) == ["wake"]


def test_a_hand_does_as_it_is_told(made, pipes, monkeypatch):
    monkeypatch.setattr(clock, "_shift", clock.shift())
    signals.wait(signals.HAND, seconds=0)
    os.write(pipes[0][1], b"take 3 17\nclock 3600.0\nwake\nlet_go 3\nstop\ntake 4 1\n")
    crew.work(pipes[0][0])
    assert made[0].sleeper == signals.HAND
    assert made[0].told == [("take", 3, 17), ("let_go", 3), ("stop",)]
    assert clock.shift().total_seconds() == 3600
    assert not signals.wait(signals.HAND, seconds=0)  # news, not only outcomes


def test_a_hand_whose_holder_is_gone_comes_to_rest(made, pipes):
    os.write(pipes[0][1], b"take 3 17\n")
    os.close(pipes[0][1])
    crew.work(pipes[0][0])
    assert made[0].told == [("take", 3, 17), ("stop",)]
