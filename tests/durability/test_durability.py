"""A few kills in every run of the suite; `make durability` does two hundred."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.durability import servers
from tests.durability.processes import ROOT

pytestmark = pytest.mark.durability


@pytest.mark.parametrize("server", ["given", "debian"])
def test_nothing_is_lost_and_nothing_sent_twice(server: str) -> None:
    if server == "debian" and not servers.debian_installed():
        pytest.skip("Debian's PostgreSQL 15 is not installed here.")
    done = subprocess.run(
        [sys.executable, "-m", "tests.durability", "--server", server, "--kills", "6",
         "--lanes", "2", "--seed", "11"],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
