"""The running server as its files and the process table show it."""

import contextlib
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .binaries import Tree
from .errors import StartError
from .places import SOCKET, Places

START_SECONDS = 120.0  # recovery after a crash included
STOP_SECONDS = 60.0
ORPHAN_SECONDS = 10.0
EXEC_SECONDS = 1.0
LOG_BYTES = 10_000_000
# The shell leaves at once, so that the server is nobody's child: a child that dies becomes a zombie
# of its parent, and PostgreSQL takes a zombie for a server that still runs.
LAUNCH = '"$@" </dev/null >&2 & echo "$!"'


@dataclass(frozen=True)
class Postmaster:
    """What postmaster.pid says: process, System V segment (-1: unknown), state such as "ready"."""

    pid: int
    segment: int
    state: str


def read(places: Places) -> Postmaster | None:
    """What postmaster.pid says, alive or stale; None if there is none or it is half-written."""
    try:
        lines = (places.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    segment = lines[6].split() if len(lines) > 6 else []
    return Postmaster(
        pid=pid,
        segment=int(segment[1]) if len(segment) == 2 else -1,
        state=lines[7].strip() if len(lines) > 7 else "starting",
    )


def running(places: Places) -> Postmaster | None:
    """The live server of this cluster, or None if the process is gone or another program."""
    found = read(places)
    return found if found and _serves(found.pid, places.data) else None


def _serves(pid: int, data: Path) -> bool:
    return f" -D {data} " in _command_line(pid)


def _command_line(pid: int) -> str:
    # A zombie's is empty. Unlike /proc/<pid>/cwd, root may read it without CAP_SYS_PTRACE (Docker).
    if pid <= 0:
        return ""
    if os.path.exists("/proc/self/cmdline"):
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.strip() + " "


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll every few milliseconds; False if the condition did not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def settled(places: Places) -> Postmaster | None:
    """The live server, or None; waits while it starts or stops."""

    def known() -> bool:
        found = running(places)
        return found is None or found.state == "ready"

    if not wait_until(known, seconds=START_SECONDS):
        raise failed(places, "the server neither became ready nor ended")
    return running(places)


def clear_stale(places: Places) -> None:
    """Remove the lock files of a server that is gone.

    PostgreSQL does it too, but not if the old process number has since been given to another
    program, as happens after a restart of the machine or the container. Waits for the dead
    server's last sessions.
    """
    left = read(places)
    if left and not wait_until(lambda: not _attached(left.segment), seconds=ORPHAN_SECONDS):
        raise failed(places, f"sessions of the server that died (process {left.pid}) still run")
    for lock in (places.data / "postmaster.pid", places.socket / f"{SOCKET}.lock"):
        lock.unlink(missing_ok=True)


def _attached(segment: int) -> bool:
    # Where the kernel does not tell, PostgreSQL itself still refuses to start beside live sessions.
    try:
        rows = [line.split() for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    except OSError:
        return False
    return any(int(row[1]) == segment and int(row[6]) > 0 for row in rows)


def start(places: Places, *, tree: Tree, account: Account) -> Postmaster:
    """Start the server and wait until it is ready; raises StartError with the end of its log."""
    command = [f"{tree.bin}/postgres", "-D", f"{places.data}", "-c", f"config_file={places.conf}"]
    with open(places.start_log, "wb", opener=_private) as log:
        launched = account.run(["/bin/sh", "-c", LAUNCH, "sh", *command], stderr=log)
    pid = int(launched.stdout)
    wait_until(lambda: _is_ready(places, pid) or _is_gone(pid, places.data), seconds=START_SECONDS)
    if not _is_ready(places, pid):
        raise failed(places, "the server did not become ready")
    found = running(places)
    if found is None:
        raise failed(places, "the server died as soon as it was ready")
    return found


def _is_gone(pid: int, data: Path) -> bool:
    """Whether it has ended; for a moment of its exec a process shows no command line at all."""
    return not wait_until(lambda: _serves(pid, data), seconds=EXEC_SECONDS)


def _is_ready(places: Places, pid: int) -> bool:
    found = read(places)
    return found is not None and found.pid == pid and found.state == "ready"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def stop(found: Postmaster, places: Places) -> None:
    """Fast shutdown (ends sessions, writes a checkpoint); returns when the process is gone."""
    _signal(found, signal.SIGINT)
    if not wait_until(lambda: not _serves(found.pid, places.data), seconds=STOP_SECONDS):
        raise failed(places, f"process {found.pid} still shuts down after {STOP_SECONDS:.0f} s")


def reload(found: Postmaster) -> None:
    """Make the server read its configuration again."""
    _signal(found, signal.SIGHUP)


def _signal(found: Postmaster, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it went by itself
        os.kill(found.pid, number)


def failed(places: Places, reason: str) -> StartError:
    """The error to raise, with the last lines of the server's log."""
    return StartError(
        thing=f"The embedded PostgreSQL in {places.home}",
        reason=f"{reason}. The end of its log:\n{log_tail(places) or '  (empty)'}",
        remedy="put right what the log names (often disk space or memory) and start again",
    )


def log_tail(places: Places, *, lines: int = 8) -> str:
    """The last lines of what was said before the log was open and of the newest log, indented."""
    newest = sorted(places.log.glob("*.log"), key=lambda path: path.lstat().st_mtime)[-1:]
    texts = [_end_of(path).splitlines()[-lines:] for path in (places.start_log, *newest)]
    return "\n".join(f"  {line}" for text in texts for line in text)


def _end_of(path: Path) -> str:
    try:
        with open(path, "rb", opener=_no_symlink) as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 20_000))
            return log.read().decode(errors="replace")
    except OSError:
        return ""


def trim_logs(places: Places, *, largest: int = LOG_BYTES) -> None:
    """Empty each log file above `largest` bytes: weekday files bound a log by time, not by size."""
    for path in places.log.glob("*.log"):
        # The folder is the server's: as root, follow no link it may have put there.
        with contextlib.suppress(OSError), open(path, "r+b", opener=_no_symlink) as log:
            found = os.fstat(log.fileno())
            if found.st_size > largest and found.st_nlink == 1 and stat.S_ISREG(found.st_mode):
                log.truncate(0)


def _no_symlink(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
