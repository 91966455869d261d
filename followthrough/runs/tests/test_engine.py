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

        def work(held, order=order):
            seen.append(order)
            return 1

        engine.shard_loop(order=order)(work)
    assert engine.Turns().turn({3: 7}) == 3
    assert seen == [10, 20, 30]


@pytest.mark.django_db
def test_a_failing_duty_does_not_stop_the_others(duties, caplog):
    engine.shard_loop(order=1)(_failing)
    engine.shard_loop(order=2)(lambda held: 2)
    assert engine.Turns().turn({0: 1}) == 2
    assert "_failing failed" in caplog.text


def test_work_with_a_pause_is_left_alone_after_it_found_nothing(duties):
    found = [1, 0, 1]
    engine.shard_loop(order=1, pause=60)(lambda held: found.pop(0))
    one, another = engine.Turns(), engine.Turns()
    assert [one.turn({0: 1}) for _ in range(3)] == [1, 0, 0]
    assert another.turn({1: 1}) == 1


def test_what_waits_for_others_is_done_apart(duties):
    engine.shard_loop(order=1)(lambda held: 1)
    engine.shard_loop(order=2, apart=True)(lambda held: 10)
    assert engine.Turns().turn({0: 1}) == 1
    assert engine.Turns(apart=True).turn({0: 1}) == 10
    assert engine.once({0: None}) == 11


def test_draining_raises_what_a_turn_would_log(duties):
    engine.shard_loop(order=1)(_failing)
    with pytest.raises(ZeroDivisionError):
        engine.drain()


def test_draining_stops_when_nothing_is_left(duties, settings):
    left = [5]

    def work(held):
        did = min(1, left[0])
        left[0] -= did
        return did

    engine.shard_loop(order=1)(work)
    assert engine.drain() == 5


def test_work_that_repeats_for_ever_is_named(duties):
    engine.shard_loop(order=1)(lambda held: 1)
    with pytest.raises(RuntimeError, match="did not come to rest within 3 passes"):
        engine.drain(passes=3)


def test_the_house_does_what_is_due_and_not_again_too_soon(duties):
    seen = []
    engine.every(seconds=1000)(lambda: seen.append("rare"))
    engine.every(seconds=0)(lambda: seen.append("often"))
    house = engine.House()
    assert (house.turn(), house.turn()) == (2, 1)
    assert seen == ["rare", "often", "often"]


def _failing(held):
    return 1 / 0
