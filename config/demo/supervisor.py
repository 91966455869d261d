"""The demo's life: database, set-up, two children, and an end that leaves nothing running."""

from __future__ import annotations

import argparse
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from config import postgres
from config.demo import children, place
from config.demo.children import Child
from config.demo.trouble import Trouble

CLUSTER = "demo"
READY_SECONDS = 120.0  # a busy machine is slow, not broken
GIVE_UP_DEATHS = 4  # of one child before it was ever ready
TURN = 0.1

Say = Callable[[str], object]


class Stopped(BaseException):
    """Somebody asked us to end."""


def run(asked: argparse.Namespace) -> int:
    """Run until stopped; returns the exit code. Raises Trouble."""
    say: Say = _silent if asked.quiet else _print
    with (
        _stoppable(),
        place.only_one() as lock,
        place.listening(asked.port) as door,
        _database(say) as environment,
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
def _stoppable() -> Iterator[None]:
    """Ctrl-C, TERM and a closed terminal all end the demo in good order."""

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


@contextmanager
def _database(say: Say) -> Iterator[dict[str, str]]:
    """The environment the product runs in: DATABASE_URL, or an embedded database of the demo's."""
    environment = dict(os.environ)
    if environment.get("DATABASE_URL"):
        yield environment
        return
    name = environment.setdefault("FOLLOWTHROUGH_POSTGRES", CLUSTER)
    try:
        cluster = postgres.ensure(name, say=say)
    except postgres.PostgresError as problem:
        raise Trouble(problem.thing, reason=problem.reason, remedy=problem.remedy) from None
    try:
        yield environment
    finally:
        # A demo that was killed left its database running: that one is ours as well.
        if cluster.started or name == CLUSTER:
            postgres.stop(name)


def _set_up(environment: dict[str, str], asked: argparse.Namespace) -> str:
    """Migrate and seed what is missing, in a process of its own; the one-time token."""
    reader, writer = os.pipe()
    module = ["config.demo.setup", f"--result={writer}", f"--applications={asked.applications}"]
    module += ["--reset"] * asked.reset + ["--quiet"] * asked.quiet
    process = children.start(module, environment=environment, keep=[writer])
    os.close(writer)
    try:
        token = os.read(reader, 4096).decode()
        if process.wait() or not token:
            raise Trouble(
                "The set-up",
                reason="it failed; what it said is above.",
                remedy="mend that, or begin anew with --reset.",
            )
        return token
    finally:
        os.close(reader)
        children.end([process])


def _keep_running(environment: dict[str, str], door: int, token: str, say: Say) -> None:
    """Start web and worker, say where they are, and keep them running."""
    both = _children(environment, door)
    address = environment["FOLLOWTHROUGH_URL"]
    try:
        _until_ready(both, f"{address}/demo/ready", say)
        _welcome(address, token)
        while True:
            _tend(both, say)
            time.sleep(TURN)
    finally:
        children.end([one.process for one in both if one.process])


def _children(environment: dict[str, str], door: int) -> list[Child]:
    web = ["uvicorn", "config.asgi:application", "--fd", str(door), "--no-access-log",
           "--log-level", "warning", "--timeout-graceful-shutdown", "5"]  # fmt: skip
    worker = ["config.demo.worker"]
    calm = {"FOLLOWTHROUGH_LOG": "WARNING", "FOLLOWTHROUGH_HANDS": "1", **environment}
    return [
        Child("web process", web, calm, place.log("web"), keep=[door]),
        Child("worker", worker, calm, place.log("worker")),
    ]


def _until_ready(both: list[Child], url: str, say: Say) -> None:
    say("Starting the web process and the worker …")
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(url):
        _tend(both, say)
        failing = [one for one in both if one.deaths >= GIVE_UP_DEATHS]
        if failing or time.monotonic() > deadline:
            raise _not_ready(failing or both)
        time.sleep(TURN)


def _not_ready(failing: list[Child]) -> Trouble:
    words = "\n".join(f"{one.log}:\n{one.last_words()}" for one in failing)
    return Trouble(
        " and ".join(f"the {one.name}" for one in failing).capitalize(),
        reason=f"no answer within {READY_SECONDS:.0f} s. The end of the log:\n{words}",
        remedy="if the log does not help, begin anew with --reset.",
    )


def _tend(both: list[Child], say: Say) -> None:
    for one in both:
        if news := one.tend():
            say(news)


def _answers(url: str) -> bool:
    """Whether the pages answer and a worker is at work."""
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310  (our own address)
            return bool(answer.status == 204)
    except (URLError, OSError):
        return False


def _welcome(address: str, token: str) -> None:
    _print(
        f"\nFollowthrough runs at {address}\n"
        f"Sign in (once, within 15 minutes): {address}/sign-in/{token}\n"
        "Stop it with Ctrl-C.\n"
    )
