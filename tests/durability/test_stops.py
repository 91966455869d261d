"""No hand-over starts after an opt-out, with several workers and from wherever it comes."""

from __future__ import annotations

import pytest

from tests.durability import alone

pytestmark = pytest.mark.durability


def test_no_hand_over_begins_after_an_opt_out_from_anywhere() -> None:
    found = alone.run("stops", "--seed", "11")
    assert found["problems"] == []
    assert found["stops"] >= 40
    assert found["messages"] >= 100
    assert found["dropped"] >= 15
    assert found["just in time"] >= 2  # else nothing was tried
