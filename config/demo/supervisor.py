"""The demo's life: database, set-up, two children, and an end that leaves nothing running."""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.demo import children, place, product
from config.demo.product import Say

CLUSTER = "demo"


class Stopped(BaseException):
    """Somebody asked us to end."""


def run(asked: argparse.Namespace) -> int:
    """Run until stopped; returns the exit code. Raises Trouble."""
    say: Say = _silent if asked.quiet else _print
    with (
        stoppable(),
        place.only_one() as lock,
        place.listening(asked.port) as door,
        product.database(CLUSTER, say) as environment,
    ):
        address = f"http://{place.HOST}:{door.getsockname()[1]}"
        environment |= {"FOLLOWTHROUGH_DEMO": "1", "FOLLOWTHROUGH_URL": address}
        try:
            token = _set_up(environment, asked)
            place.tell(lock, f"It is at {address} (process {os.getpid()}).")
            _keep_running(environment, door.fileno(), token, say)
        except Stopped:
            say("\nStopped; nothing is left running.")
    return 0


def _print(text: str) -> None:
    print(text, flush=True)


def _silent(_text: str) -> None:
    pass


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C, TERM and a closed terminal all end it in good order."""

    def stop(_number: int, _frame: object) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # once is enough: the end is under way
        raise Stopped

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    except Stopped:  # before there was anything to say about it
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _set_up(environment: dict[str, str], asked: argparse.Namespace) -> str:
    """Migrate and seed what is missing, in a process of its own; the one-time token."""
    module = ["config.demo.setup", f"--applications={asked.applications}"]
    module += ["--reset"] * asked.reset + ["--quiet"] * asked.quiet
    return product.set_up(module, environment, remedy="mend that, or begin anew with --reset.")


def _keep_running(environment: dict[str, str], door: int, token: str, say: Say) -> None:
    """Start web and worker, say where they are, and keep them running."""
    both = product.web_and_worker(environment, door, of="demo", worker="config.demo.worker")
    address = environment["FOLLOWTHROUGH_URL"]
    try:
        product.until_ready(
            both, address, say=say, remedy="if the log does not help, begin anew with --reset."
        )
        _welcome(address, token)
        while True:
            product.tend(both, say)
            time.sleep(product.TURN)
    finally:
        children.end([one.process for one in both if one.process])


def _welcome(address: str, token: str) -> None:
    _print(
        f"\nFollowthrough runs at {address}\n"
        f"Sign in (once, within 15 minutes): {address}/sign-in/{token}\n"
        "Stop it with Ctrl-C.\n"
    )
