"""A few kills in every run of the suite; `make durability` does two hundred."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.durability import servers
from tests.durability.processes import ROOT

pytestmark = pytest.mark.durability
ARGUMENTS = ["--kills", "3", "--lanes", "2", "--seed", "11"]


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Both servers at once: most of the time everybody waits for leases to run out."""
    kinds = ["given", *(["debian"] if servers.debian_installed() else [])]
    started = {kind: _start(kind) for kind in kinds}
    yield started
    for process in started.values():
        process.kill()
        process.wait()


def _start(kind: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.durability", "--server", kind, *ARGUMENTS],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.parametrize("server", ["given", "debian"])
def test_nothing_is_lost_and_nothing_sent_twice(
    runs: dict[str, subprocess.Popen[str]], server: str
) -> None:
    if server not in runs:
        pytest.skip("Debian's PostgreSQL 15 is not installed here.")
    said, _ = runs[server].communicate(timeout=280)
    assert runs[server].returncode == 0, said[-6000:]
