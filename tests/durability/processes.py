"""The processes of a lane: the recording provider, and workers to kill, stop and continue."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Workers:
    """The workers of a lane, by pid. A stopped one counts as living: it may come back."""

    zygote: subprocess.Popen[str]
    started: set[int] = field(default_factory=set)
    living: set[int] = field(default_factory=set)
    stopped: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> int:
        """Start one more worker and return its pid."""
        assert self.zygote.stdin
        assert self.zygote.stdout
        with self.lock:
            self.zygote.stdin.write("start\n")
            self.zygote.stdin.flush()
            pid = int(self.zygote.stdout.readline())
            self.started.add(pid)
            self.living.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        """`kill -9` for all its processes at once, and it is gone."""
        with suppress(ProcessLookupError):  # those that outlived the first have ended since
            os.killpg(pid, signal.SIGKILL)
        self.living.discard(pid)
        self.stopped.discard(pid)

    def kill_one(self, pid: int, chance: random.Random) -> None:
        """`kill -9` for one of its processes: the first, the holder or a hand."""
        part = chance.choice(_group(pid))
        with suppress(ProcessLookupError):  # it ended while it was chosen
            os.kill(part, signal.SIGKILL)
        if part == pid:
            self.living.discard(pid)

    def stop(self, pid: int, chance: random.Random) -> None:
        """Stop it, or only one of its processes, in the middle of whatever it does."""
        part = chance.choice(_group(pid))
        with suppress(ProcessLookupError):  # that one ended while it was chosen
            chance.choice([lambda: os.killpg(pid, signal.SIGSTOP),
                           lambda: os.kill(part, signal.SIGSTOP)])()  # fmt: skip
        self.stopped.add(pid)

    def go_on(self, pid: int) -> None:
        """Let a stopped one go on, as if nothing had happened."""
        if pid in self.stopped:
            self.stopped.discard(pid)
            os.killpg(pid, signal.SIGCONT)

    def end(self) -> None:
        """Kill all of them."""
        for pid in self.started:  # of some only the first process was killed
            self.kill(pid)
        self.zygote.kill()
        self.zygote.wait()


def _group(pid: int) -> list[int]:
    """The processes of a group, oldest first."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = path.read_text().rpartition(") ")[2].split()
            if int(fields[2]) == pid:
                found.append(int(path.parent.name))
    return sorted(found)


@contextmanager
def workers(log: Path, *, dawdle: float = 0) -> Iterator[Workers]:
    """A place to start workers from; whatever still lives is killed at the end. `dawdle`: seconds
    between their decisions and the commit (see zygote)."""
    given = ["--dawdle", str(dawdle)] if dawdle else []
    with log.open("w") as file:
        zygote = _python("tests.durability.zygote", *given, stdin=subprocess.PIPE, stderr=file)
        made = Workers(zygote)
        try:
            assert zygote.stdout
            if zygote.stdout.readline() != "ready\n":
                raise RuntimeError(f"Workers do not start; see {log}.")
            yield made
        finally:
            made.end()


@dataclass
class Provider:
    """The recording provider: what it was given stands in `log`, one JSON line per message."""

    url: str
    log: Path

    def given(self) -> dict[str, int]:
        """How often each message was taken, by its key."""
        counts: dict[str, int] = {}
        said = self.log.read_text() if self.log.exists() else ""
        for line in said.rpartition("\n")[0].splitlines():  # the last one may be half written
            key = json.loads(line)["key"]
            counts[key] = counts.get(key, 0) + 1
        return counts

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/stats", timeout=10) as answer:
            return json.load(answer)


@contextmanager
def provider(folder: Path, *, latency_ms: float, fail: str, seed: int) -> Iterator[Provider]:
    """Start the provider on a free port of loopback."""
    log = folder / "messages.jsonl"
    with (folder / "provider.log").open("w") as errors:
        process = _python(
            "tests.provider", "--log", str(log), "--latency-ms", str(latency_ms),
            "--fail", fail, "--seed", str(seed), stderr=errors,
        )  # fmt: skip
        try:
            assert process.stdout
            yield Provider(process.stdout.readline().strip(), log)
        finally:
            process.kill()
            process.wait()


def _python(
    module: str, *arguments: str, stderr: IO[str], stdin: int | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, text=True, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr,
        env={**os.environ, "FOLLOWTHROUGH_LOG": "WARNING"},
    )  # fmt: skip
