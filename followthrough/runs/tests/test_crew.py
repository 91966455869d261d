"""A crew: which hand gets which shard, what a hand does with its orders, and what it survives."""

import os
import time
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

    def let_go(self, shard, epoch):
        self.told.append(("let_go", shard, epoch))

    def stop(self, *, seconds):
        self.told.append(("stop",))


@pytest.fixture
def made(monkeypatch):
    """Hands as they are made."""
    hands = []

    def hand(sleeper, beat=None):
        hands.append(Recorder(sleeper))
        if beat:
            beat()
        return hands[-1]

    monkeypatch.setattr(crew, "Hand", hand)
    return hands


@pytest.fixture
def pipes():
    """For each of two hands: the pipe of its orders, and that of its beats."""
    with ExitStack() as stack:
        ends = [(os.pipe(), os.pipe()) for _ in range(2)]
        for end in (end for both in ends for pipe in both for end in pipe):
            stack.callback(_closed, end)
        yield ends


def _closed(end):
    with suppress(OSError):  # the test has closed it
        os.close(end)


def said(pipe):
    reader = pipe[0][0]
    os.set_blocking(reader, False)
    try:
        return os.read(reader, 1 << 20).decode().splitlines()
    except BlockingIOError:
        return []


def crew_of(pipes):
    return crew.Crew([crew.Pipes(orders[1], beats[0]) for orders, beats in pipes])


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
    holder.let_go(3, 1)
    holder.wake(3)
    assert said(pipes[0]) == ["take 3 1", "let_go 3 1"]
    assert made[0].told == [("take", 3, 1), ("let_go", 3, 1)]


def test_whoever_lets_go_late_does_not_take_away_what_was_taken_anew(made, pipes):
    holder = crew_of(pipes)
    holder.take(3, 5)
    holder.take(3, 6)
    holder.let_go(3, 5)
    holder.wake(3)
    assert said(pipes[0]) == ["take 3 5", "take 3 6", "wake"]


def test_shards_that_others_took_do_not_count(made, pipes):
    holder = crew_of(pipes)
    for shard in range(8):
        holder.take(shard, 1)
    for shard in range(8):
        holder.lapse(shard, 1)
    _ = said(pipes[0]), said(pipes[1])
    for shard in (0, 2, 4, 6):  # another worker has taken the others
        holder.take(shard, 3)
    first, second = said(pipes[0]), said(pipes[1])
    assert [one for one in first if "take" in one] == ["take 0 3", "take 4 3"]
    assert [one for one in first if "let_go" in one] == ["let_go 2 1", "let_go 6 1"]
    assert second == ["take 2 3", "take 6 3"]


def test_a_hand_that_is_silent_for_too_long_hangs(made, pipes, monkeypatch):
    holder = crew_of(pipes)
    assert not holder.hangs()
    monkeypatch.setattr(crew, "HUNG_SECONDS", 0.05)
    time.sleep(0.06)
    os.write(pipes[0][1][1], b"...")
    assert holder.hangs()  # the second
    os.write(pipes[1][1][1], b".")
    os.write(pipes[0][1][1], b".")
    assert not holder.hangs()


def test_a_hand_that_reads_nothing_does_not_stop_its_holder(made, pipes):
    holder = crew_of(pipes)
    holder.take(0, 1)
    for _ in range(100_000):
        holder.wake(0)
        holder.follow_clock()
    assert set(said(pipes[0])) == {"take 0 1", "wake"}


def test_a_hand_that_is_gone_does_not_stop_its_holder(made, pipes, caplog):
    holder = crew_of(pipes)
    os.close(pipes[0][0][0])
    holder.take(0, 1)
    holder.wake_all()
    assert "A hand is gone" in caplog.text
    assert said(pipes[1]) == ["wake"]


def test_a_hand_does_as_it_is_told(made, pipes, monkeypatch):
    monkeypatch.setattr(clock, "_shift", clock.shift())
    signals.wait(signals.HAND, seconds=0)
    os.write(pipes[0][0][1], b"take 3 17\nclock 3600.0\nwake\nlet_go 3 17\nstop\ntake 4 1\n")
    crew.work(pipes[0][0][0], pipes[0][1][1])
    assert made[0].sleeper == signals.HAND
    assert made[0].told == [("take", 3, 17), ("let_go", 3, 17), ("stop",)]
    assert os.read(pipes[0][1][0], 10) == b"."  # it said that it lives
    assert clock.shift().total_seconds() == 3600
    assert not signals.wait(signals.HAND, seconds=0)  # news, not only outcomes


def test_a_hand_whose_holder_is_gone_comes_to_rest(made, pipes):
    os.write(pipes[0][0][1], b"take 3 17\n")
    os.close(pipes[0][0][1])
    crew.work(pipes[0][0][0], pipes[0][1][1])
    assert made[0].told == [("take", 3, 17), ("stop",)]
