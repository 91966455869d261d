"""A scenario in a process of its own, with a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.durability import servers
from tests.durability.processes import ROOT

PATIENCE = 600  # seconds


def run(name: str, *given: str) -> dict[str, Any]:
    """Run `tests.durability.<name>` with arguments and return what it found."""
    with servers.server("given") as url, servers.database(url, f"ft_{name}_{os.getpid()}") as own:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.durability.{name}", *given],
            cwd=ROOT, text=True, capture_output=True, timeout=PATIENCE,
            env={**os.environ, "DATABASE_URL": own, "FOLLOWTHROUGH_LOG": "WARNING",
                 "SECRET_KEY": "only for tests", "ADDRESS_KEY": "only for tests"},
        )  # fmt: skip
    assert done.stdout, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
