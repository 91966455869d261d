"""Registered work: its order, its isolation, and coming to rest."""

import pytest

from followthrough.runs import engine


@pytest.fixture
def duties(monkeypatch):
    monkeypatch.setattr(engine, "_shard_duties", [])
    monkeypatch.setattr(engine, "_house_duties", [])


def test_duties_run_in_their_order(duties):
    seen = []
    for order in (30, 10, 20):

        def work(shard, *, epoch, order=order):
            seen.append(order)
            return 1

        engine.shard_loop(order=order)(work)
    assert engine.turn(3, epoch=7) == 3
    assert seen == [10, 20, 30]


@pytest.mark.django_db
def test_a_failing_duty_does_not_stop_the_others(duties, caplog):
    engine.shard_loop(order=1)(_failing)
    engine.shard_loop(order=2)(lambda shard, *, epoch: 2)
    assert engine.turn(0, epoch=1) == 2
    assert "_failing failed on shard 0" in caplog.text


def test_work_with_a_pause_is_left_alone_after_it_found_nothing(duties, monkeypatch):
    found, seen = [1, 0, 1], []
    monkeypatch.setattr(engine, "_paused", {})

    def work(shard, *, epoch):
        seen.append(shard)
        return found.pop(0)

    engine.shard_loop(order=1, pause=60)(work)
    assert [engine.turn(shard, epoch=1) for shard in (0, 0, 0)] == [1, 0, 0]
    assert engine.turn(1, epoch=1) == 1
    assert seen == [0, 0, 1]


def test_draining_raises_what_a_turn_would_log(duties):
    engine.shard_loop(order=1)(_failing)
    with pytest.raises(ZeroDivisionError):
        engine.drain()


def test_draining_stops_when_nothing_is_left(duties, settings):
    left = [5]

    def work(shard, *, epoch):
        did = min(1, left[0])
        left[0] -= did
        return did

    engine.shard_loop(order=1)(work)
    assert engine.drain() == 5


def test_work_that_repeats_for_ever_is_named(duties):
    engine.shard_loop(order=1)(lambda shard, *, epoch: 1)
    with pytest.raises(RuntimeError, match="did not come to rest within 3 passes"):
        engine.drain(passes=3)


def test_the_house_does_what_is_due_and_not_again_too_soon(duties):
    seen = []
    engine.every(seconds=1000)(lambda: seen.append("rare"))
    engine.every(seconds=0)(lambda: seen.append("often"))
    house = engine.House()
    assert (house.turn(), house.turn()) == (2, 1)
    assert seen == ["rare", "often", "often"]


def _failing(shard, *, epoch):
    return 1 / 0
