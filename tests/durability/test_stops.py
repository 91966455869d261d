"""No hand-over starts after an opt-out, with several workers and from wherever it comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.durability import servers
from tests.durability.processes import ROOT

pytestmark = pytest.mark.durability


def test_no_hand_over_begins_after_an_opt_out_from_anywhere() -> None:
    with servers.server("given") as url, servers.database(url, f"ft_stops_{os.getpid()}") as own:
        done = subprocess.run(
            [sys.executable, "-m", "tests.durability.stops", "--seed", "11"],
            cwd=ROOT, text=True, capture_output=True, timeout=240,
            env={**os.environ, "DATABASE_URL": own, "FOLLOWTHROUGH_LOG": "WARNING",
                 "SECRET_KEY": "only for tests", "ADDRESS_KEY": "only for tests"},
        )  # fmt: skip
    assert done.stdout, done.stderr[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["problems"] == []
    assert found["stops"] >= 100
    assert found["messages"] >= 200
    assert found["dropped"] >= 40
