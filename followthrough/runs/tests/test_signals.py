"""Who is rung for what: outcomes alone, or news as well."""

import pytest

from followthrough.runs import signals


@pytest.fixture(autouse=True)
def _silence():
    signals.wait(signals.HAND, seconds=0)
    yield
    signals.wait(signals.HAND, seconds=0)


def test_outcomes_alone_ring_for_settling_only():
    signals.settle()
    assert signals.wait(signals.HAND, seconds=0)
    assert not signals.wait(
        signals.HAND, seconds=0
    )  # what woke it is used up; nothing rang is no outcome


@pytest.mark.parametrize("order", ["news first", "outcome first"])
def test_news_is_heard_beside_an_outcome_in_whatever_order(order):
    rings = [lambda: signals.wake(signals.HAND), signals.settle]
    for ring in rings if order == "news first" else reversed(rings):
        ring()
    assert not signals.wait(signals.HAND, seconds=0)
