"""A kill switch acts within a second on every worker, and what it held leaves when it ends."""

from __future__ import annotations

import pytest

from tests.durability import alone
from tests.durability.switches import WITHIN

pytestmark = pytest.mark.durability


def test_nothing_leaves_a_second_after_a_switch() -> None:
    found = alone.run("switches")
    assert found["problems"] == []
    assert found["worst_s"] < WITHIN
    assert found["messages"] >= 300
    assert found["held"] >= 50
