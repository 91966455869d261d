"""Child processes: started, watched, started again when they die, and ended for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 10.0  # seconds a child gets to end in good order
LONGEST_WAIT = 30.0  # seconds before a child that keeps dying is started again
SOUND = 60.0  # seconds after which a child counts as sound, and its next death as its first


def start(
    module: Sequence[str], *, environment: Mapping[str, str], log: Path | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:  # fmt: skip
    """Start `python -m` in a session of its own, so that Ctrl-C reaches only the supervisor."""
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "config.demo.child", *module],
            stdin=subprocess.PIPE,  # its end tells the child that we are gone
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            pass_fds=keep,
        )
    finally:
        if output:
            output.close()


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End them all: TERM, and after ten seconds KILL, to whole process groups."""
    for process in processes:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)


@dataclass
class Child:
    """A process that is to run all the time."""

    name: str
    module: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    keep: Sequence[int] = ()  # open files it inherits
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started: float = 0.0
    _start_at: float = field(default_factory=time.monotonic)

    def tend(self) -> str:
        """Start it if it does not run and may; returns a sentence when there is news."""
        if self.process and self.process.poll() is not None:
            return self._died(self.process.returncode)
        if self.process is None and time.monotonic() >= self._start_at:
            self.process = start(
                self.module, environment=self.environment, log=self.log, keep=self.keep
            )
            self._started = time.monotonic()
        return ""

    def _died(self, code: int) -> str:
        self.deaths = 1 if time.monotonic() - self._started > SOUND else self.deaths + 1
        wait = min(LONGEST_WAIT, 2.0 ** (self.deaths - 1))
        self.process, self._start_at = None, time.monotonic() + wait
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"The {self.name} {how}; it is started again in {wait:.0f} s. Its log: {self.log}"

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""
