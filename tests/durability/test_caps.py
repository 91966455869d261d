"""Caps hold with several workers at once, on shared phones, whoever is killed."""

from __future__ import annotations

import pytest

from tests.durability import alone

pytestmark = pytest.mark.durability


def test_caps_hold_whatever_the_workers_do() -> None:
    found = alone.run("caps", "--seed", "11", "--phones", "30", "--kills", "1")
    assert found["problems"] == []
    assert found["messages"] >= 250
    assert found["full windows"] >= 60
    assert found["phones on several shards"] >= 25
    assert found["hold"] >= 100
    assert found["drop"] >= 20
