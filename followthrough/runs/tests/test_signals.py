"""Who is rung for what: outcomes alone, or news as well."""

import pytest

from followthrough.runs import signals


@pytest.fixture(autouse=True)
def _silence():
    signals.wait(0, seconds=0)
    yield
    signals.wait(0, seconds=0)


def test_outcomes_alone_ring_for_settling_only():
    signals.settle(0)
    assert signals.wait(0, seconds=0)
    assert not signals.wait(0, seconds=0)  # what woke it is used up; nothing rang is no outcome


@pytest.mark.parametrize("order", ["news first", "outcome first"])
def test_news_is_heard_beside_an_outcome_in_whatever_order(order):
    rings = [signals.wake, signals.settle]
    for ring in rings if order == "news first" else reversed(rings):
        ring(0)
    assert not signals.wait(0, seconds=0)
