"""Where the demo keeps things, which port it listens on, and that it runs only once."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.demo.trouble import Trouble

if sys.platform != "win32":
    import fcntl

PROJECT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PREFERRED = 8000


def var() -> Path:
    """The folder for logs and the lock, as in the settings."""
    found = Path(os.environ.get("FOLLOWTHROUGH_VAR", PROJECT / "var"))
    found.mkdir(parents=True, exist_ok=True)
    return found


def log(name: str, *, of: str = "demo") -> Path:
    """The log file of one child, begun anew with every start."""
    folder = var() / "log"
    folder.mkdir(exist_ok=True)
    found = folder / f"{of}-{name}.log"
    found.write_bytes(b"")
    return found


@contextmanager
def only_one(of: str = "demo") -> Iterator[Path]:
    """Hold the lock of `of` within the block; the file in it says where that is."""
    found = var() / f"{of}.lock"
    with found.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"The {of}",
                reason=f"it is running already. {found.read_text().strip()}",
                remedy="use that one, or stop it first (Ctrl-C where it runs).",
            ) from None
        tell(found, f"It is starting (process {os.getpid()}).")
        yield found
        with suppress(OSError):
            found.write_text("")


def tell(lock: Path, where: str) -> None:
    """Leave word for whoever starts a second one."""
    lock.write_text(f"{where}\n")


@contextmanager
def listening(wanted: int | None) -> Iterator[socket.socket]:
    """A socket that listens on the wanted port, else on 8000, else on any free one.

    The supervisor keeps it and the web process is given it: nobody can take the port between two
    lives of the web process, and whoever asks meanwhile waits. Raises Trouble.
    """
    found = _bound(PREFERRED if wanted is None else wanted)
    if found is None and wanted is None:
        found = _bound(0)
    if found is None:
        raise Trouble(
            f"Port {wanted}",
            reason="something else uses it.",
            remedy="leave --port away, and a free one is found.",
        )
    with found:
        found.listen(128)
        yield found


def _bound(number: int) -> socket.socket | None:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((HOST, number))
    except OSError:
        one.close()
        return None
    return one
