"""A burst is held, let go, stopped and cancelled while workers are killed: nothing is lost."""

from __future__ import annotations

import pytest

from tests.durability import alone
from tests.durability.bursts import LIMIT

pytestmark = pytest.mark.durability


def test_a_burst_is_held_and_what_was_decided_is_done() -> None:
    found = alone.run("bursts")
    assert found["problems"] == []
    assert found["held"] >= LIMIT
    assert found["sent"] > found["left_before"]
