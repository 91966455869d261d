"""The processes a benchmark runs, what they cost, and how they end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[subprocess.Popen]:
    """A Python child with `arguments`, ended with the block. Its log is in var/bench/."""
    logs = ROOT / "var" / "bench"
    logs.mkdir(parents=True, exist_ok=True)
    name = next(one for one in arguments if not one.startswith("-")).replace("/", ".")
    with (logs / f"{name}.log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "FOLLOWTHROUGH_LOG": "WARNING"} | environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield child
        finally:
            _end(child)


def _end(child: subprocess.Popen) -> None:
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def wait_for_port(port: int, *, seconds: float = 30) -> None:
    """Wait until something accepts connections on `port`; raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port} after {seconds} s: see var/bench/*.log.")


def cpu_seconds(*pids: int) -> float:
    """User and system time of these processes and their children so far."""
    return sum(_cpu(pid) for pid in _families(pids))


def cpu_by_process(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds of each process that still exists."""
    return {pid: _cpu(pid) for pid in pids if Path(f"/proc/{pid}").exists()}


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(*pids: int) -> float:
    """Resident memory of these processes and their children, in MB.

    What several of them share is counted once: of a shared page, each has its part.
    """
    return sum(_resident(pid) for pid in _families(pids))


def _resident(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1024


def _families(pids: Iterable[int]) -> set[int]:
    """These processes and all that descend from them."""
    parents = {pid: int(_stat(pid)[1]) for pid in _all()}
    found, more = set(), set(pids)
    while more:
        found |= more
        more = {pid for pid, parent in parents.items() if parent in more} - found
    return found


def _all() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields of a process's line after its name; all "0" when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * 50
