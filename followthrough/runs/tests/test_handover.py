"""Handing over: outcomes come back to the lane, and old decisions do not leave."""

import asyncio
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest

from followthrough.channels.contract import (
    Accepted,
    Envelope,
    OutcomeUnknown,
    Rejected,
    SenderConfig,
)
from followthrough.runs import handover
from followthrough.runs.handover import Expired, Lane, Ready
from followthrough.runs.still import Still

NOW = datetime(2026, 6, 3, tzinfo=UTC)


class Scripted:
    """An adapter that does what it is told."""

    name, channel, can_look_up, timeout = "scripted", "sms", True, 0.2

    def __init__(self, answer):
        self.answer = answer

    async def send(self, envelope):
        return await self._do()

    look_up = send

    async def _do(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer == "never":
            await asyncio.sleep(30)
        return self.answer


def ready(answer, *, age=0.0):
    sender = SenderConfig(id=uuid4(), adapter="scripted", channel="sms", address="+1")
    envelope = Envelope(key=str(uuid4()), sender=sender, to="+1", body="Hi")
    return Ready(None, envelope, Scripted(answer), time.monotonic() - age)


def outcome(answer):
    lane = Lane()
    lane.launch([ready(answer)], NOW)
    until = time.monotonic() + 5
    while not lane.finished and time.monotonic() < until:
        time.sleep(0.005)
    (finished,) = lane.take_finished(10)
    return lane, finished


@pytest.mark.parametrize("answer", [Accepted("p1"), Rejected("30007")])
def test_the_adapters_answer_comes_back(answer):
    lane, finished = outcome(answer)
    assert (finished.outcome, finished.started_at, lane.flying) == (answer, NOW, 0)


def test_no_answer_in_time_is_an_unknown_outcome(monkeypatch):
    monkeypatch.setattr(Scripted, "timeout", -0.9)
    _, finished = outcome("never")
    assert isinstance(finished.outcome, OutcomeUnknown)


def test_an_adapters_own_bug_is_an_unknown_outcome(caplog):
    _, finished = outcome(ValueError("oops"))
    assert isinstance(finished.outcome, OutcomeUnknown)
    assert finished.outcome.detail == "ValueError"


def test_a_decision_older_than_two_seconds_no_longer_holds():
    still = Still(NOW, *[frozenset()] * 5)
    touch = SimpleNamespace(purpose="informational", origin="map")
    fresh, old = (
        ready(Accepted("p1"), age=age)._replace(sending=SimpleNamespace(touch=touch))
        for age in (1.9, 2.1)
    )
    assert still.holds(0, fresh)
    assert not still.holds(0, old)


def test_a_lane_claims_less_after_decisions_expired_and_more_after_hand_overs():
    lane = Lane()
    lane.expire([ready(Accepted("p1"))])
    assert lane.limit == handover.AT_ONCE // 2
    lane.launch([], NOW)
    assert lane.limit == handover.AT_ONCE // 2 + 25


def test_what_is_on_its_way_counts_against_the_room():
    lane = Lane()
    lane.flying = 3
    assert lane.room() == handover.AT_ONCE - 3


def test_a_provider_that_has_nothing_says_so():
    assert isinstance(handover.look_up([ready(None)])[0], Expired)
    assert handover.look_up([ready(Accepted("p1"))]) == [Accepted("p1")]
