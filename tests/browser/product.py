"""The running product: a database of its own, the demo's company, a web process and a worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.demo import children
from tests.durability import servers

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(http://127\.0\.0\.1:\d+)(/sign-in/\S+)")
READY_SECONDS = 600.0  # a busy machine is slow, not broken


@dataclass(frozen=True)
class Product:
    """Where it is, the paths of the pages by their names, and one-time links nobody has used."""

    address: str
    paths: Mapping[str, str]
    links: list[str]  # of the owner
    colleague: Mapping[str, str]  # the email and the password of one
    outsider_link: str  # of a user who belongs to no organization


@contextmanager
def running(folder: Path, *, applications: int, handoffs: int = 0) -> Iterator[Product]:
    """Start everything, as `make demo` does, and leave nothing of it. `folder` gets the logs.

    `handoffs` more wait for a person than the company's history has left (none, on some days).
    """
    with servers.server("given") as url, servers.database(url, f"browser_{os.getpid()}") as own:
        environment = {**os.environ, "DATABASE_URL": own, "FOLLOWTHROUGH_VAR": str(folder)}
        log = folder / "demo.log"
        log.write_bytes(b"")
        demo = children.start(
            ["config.demo", "--port=0", "--quiet", f"--applications={applications}"],
            environment=environment, log=log,
        )  # fmt: skip
        try:
            address, link = _ready(demo, log)
            found = _seen(environment, handoffs)
            found["links"].append(link)
            yield Product(address, **found)
        finally:
            children.end([demo])


def _ready(demo: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    """The address and the path of the one-time link, once the demo has said them."""
    deadline = time.monotonic() + READY_SECONDS
    while not (found := LINK.search(said := log.read_text())):
        if demo.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The product did not start. It said:\n{said}")
        time.sleep(0.05)
    return found[1], found[2]


def _seen(environment: Mapping[str, str], handoffs: int) -> dict[str, Any]:
    """Look up in its database what the pages are about; a process of its own, with its settings."""
    asked = subprocess.run(
        [sys.executable, "-m", "tests.browser.paths", str(handoffs)],
        cwd=ROOT, env={**environment, "FOLLOWTHROUGH_DEMO": "1", "FOLLOWTHROUGH_LOG": "WARNING"},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(asked.stdout)
    return found
