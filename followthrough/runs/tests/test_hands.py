"""A hand: which shards it works on, and that no failure ends it."""

import threading
import time
from math import inf

import pytest

from followthrough.runs import dispatch, engine, hands, signals


@pytest.fixture
def worked(monkeypatch):
    seen = []
    monkeypatch.setattr(engine, "_shard_duties", [])
    monkeypatch.setattr(hands, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(hands, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(dispatch, "until_due", lambda shards: inf)
    engine.shard_loop(order=1)(lambda held: seen.append(held) or 0)
    return seen


@pytest.fixture
def hand(worked):
    made = hands.Hand(signals.HAND)
    yield made
    made.stop(seconds=5)
    assert not any(one.name == "work-hand" for one in threading.enumerate())


def until(done):
    end = time.monotonic() + 5
    while not done():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_hand_goes_on_with_a_shard_until_somebody_has_taken_it(hand, worked, monkeypatch):
    epochs = {0: 3}
    monkeypatch.setattr(hands, "_epochs", lambda: dict(epochs))
    hand.take(0, 3)
    until(lambda: {0: 3} in worked)
    epochs[0] = 4
    until(lambda: worked[-1] == {})
    hand.take(0, 5)
    until(lambda: worked[-1] == {0: 5})


def test_a_hand_survives_a_database_that_is_gone(hand, worked, monkeypatch, caplog):
    answers = [OSError("gone"), {0: 3}]

    def epochs():
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(hands, "_epochs", epochs)
    hand.take(0, 3)
    until(lambda: worked.count({0: 3}) > 1)  # and again, after it failed
    assert "A turn failed" in caplog.text


def test_a_flood_of_outcomes_does_not_keep_a_hand_from_what_is_new(hand, worked, monkeypatch):
    monkeypatch.setattr(hands, "_epochs", lambda: {0: 1})
    monkeypatch.setattr(hands, "SWEEP_SECONDS", 0.05)
    settled = []

    def settle(held):
        settled.append(held)
        signals.settle()  # the next outcome is there at once
        return hands.MUCH if len(settled) % 2 else 0

    engine.shard_loop(order=2, settles=True)(settle)
    hand.take(0, 1)
    until(lambda: len(settled) > 50)
    seen = len(worked)
    until(lambda: len(worked) > seen + 2)
    assert len(settled) > len(worked)


def test_a_hand_looks_when_something_falls_due_and_not_only_when_it_sweeps(
    hand, worked, monkeypatch
):
    monkeypatch.setattr(hands, "_epochs", lambda: {0: 1})
    monkeypatch.setattr(hands, "SWEEP_SECONDS", 60.0)
    due = [inf]
    monkeypatch.setattr(dispatch, "until_due", lambda shards: due[0])
    hand.take(0, 1)
    until(lambda: {0: 1} in worked)
    time.sleep(0.05)
    seen, due[0] = len(worked), 0.02
    hand.take(0, 1)
    until(lambda: len(worked) > seen + 3)


def test_a_hand_survives_that_what_falls_due_cannot_be_read(hand, worked, monkeypatch, caplog):
    monkeypatch.setattr(hands, "_epochs", lambda: {0: 1})

    def gone(shards):
        raise OSError("gone")

    monkeypatch.setattr(dispatch, "until_due", gone)
    hand.take(0, 1)
    until(lambda: len(worked) > 3)
    assert "could not be read" in caplog.text
