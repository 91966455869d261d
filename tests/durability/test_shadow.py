"""Nothing leaves in shadow, whichever worker decides, and what does not leave has ended."""

from __future__ import annotations

import pytest

from tests.durability import alone
from tests.durability.switches import WITHIN

pytestmark = pytest.mark.durability


def test_nothing_leaves_in_shadow_with_several_workers() -> None:
    found = alone.run("shadow")
    assert found["problems"] == []
    assert found["worst_s"] < WITHIN
    assert found["messages"] >= 150
    assert found["held"] >= 50
