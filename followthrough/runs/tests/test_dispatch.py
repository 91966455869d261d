"""Dispatch: when to look next, and what becomes of decisions nobody can vouch for."""

from datetime import timedelta
from math import inf

import pytest
from psycopg.errors import SerializationFailure

from followthrough.core import clock
from followthrough.messages import outbox
from followthrough.runs import dispatch
from followthrough.runs.dispatch import _Decided
from followthrough.runs.handover import Expired, Ready
from followthrough.store import sql
from tests.world import NOON


@pytest.fixture
def lane():
    dispatch.forget()
    yield dispatch._lane()
    dispatch.forget()


@pytest.fixture
def asked(monkeypatch):
    """The moments after which the next due was asked for; `due` is what it is."""

    class Asked(list):
        due = None

    found = Asked()
    monkeypatch.setattr(outbox, "next_due", lambda *, shards, now: found.append(now) or found.due)
    return found


def test_what_fell_due_since_the_last_claim_is_due_at_once(lane, asked):
    lane.looked_at, asked.due = NOON, NOON + timedelta(milliseconds=3)
    with clock.at(NOON + timedelta(milliseconds=9)):
        assert dispatch.until_due([1]) == 0.0
    assert asked == [NOON]


def test_until_then_it_is_that_long(lane, asked):
    lane.looked_at, asked.due = NOON, NOON + timedelta(seconds=3)
    with clock.at(NOON):
        assert dispatch.until_due([1]) == pytest.approx(3)


def test_nothing_is_asked_without_shards_or_without_room(lane, asked):
    lane.looked_at = NOON
    assert dispatch.until_due([]) == inf
    lane.looked_at = None
    assert dispatch.until_due([1]) == inf
    assert asked == []


def test_what_is_committed_but_could_not_be_looked_at_again_is_decided_again(lane):
    one = Ready(None, None, None, 0.0)
    dispatch._launch(lane, _Decided(1, [one], sql.Later()))
    (finished,) = lane.take_finished(10)
    assert (type(finished.outcome), finished.started_at) == (Expired, None)


def test_a_batch_that_is_overtaken_again_and_again_goes_one_by_one(lane, monkeypatch):
    def overtaken(*args, **kwargs):
        raise SerializationFailure

    monkeypatch.setattr(dispatch, "_decide", overtaken)
    monkeypatch.setattr(dispatch, "_one_by_one", lambda *args, **kwargs: 7)
    turns = [dispatch._fill(lane, {0: None}) for _ in range(2 * dispatch.MOST_OVERTAKEN)]
    assert turns.count(7) == 2
    assert set(turns) == {7, dispatch.BATCH}
