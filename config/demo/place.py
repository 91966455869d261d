"""Where the demo keeps things, which port it takes, and that it runs only once."""

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


def log(name: str) -> Path:
    """The log file of one child, begun anew with every start of the demo."""
    folder = var() / "log"
    folder.mkdir(exist_ok=True)
    found = folder / f"demo-{name}.log"
    found.write_bytes(b"")
    return found


@contextmanager
def only_one() -> Iterator[Path]:
    """Hold the demo's lock within the block; the file in it says where the demo is."""
    found = var() / "demo.lock"
    with found.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                "The demo",
                reason=f"it is running already. {found.read_text().strip()}",
                remedy="use that one, or stop it first (Ctrl-C where it runs).",
            ) from None
        yield found
        with suppress(OSError):
            found.write_text("")


def port(wanted: int | None) -> int:
    """The port to use: the wanted one, else 8000, else any free one. Raises Trouble."""
    if wanted is not None:
        if not _free(wanted):
            raise Trouble(
                f"Port {wanted}",
                reason="something else uses it.",
                remedy="leave --port away, and a free one is found.",
            )
        return wanted
    return PREFERRED if _free(PREFERRED) else _any()


def _free(number: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, number))
        except OSError:
            return False
    return True


def _any() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])
