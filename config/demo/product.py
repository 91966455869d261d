"""The product as it runs on one machine: a database, a set-up that ends, a web and a worker."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from config import postgres
from config.demo import children, place
from config.demo.children import Child
from config.demo.trouble import Trouble

READY_SECONDS = 120.0  # a busy machine is slow, not broken
GIVE_UP_DEATHS = 4  # of one child before it was ever ready
TURN = 0.1

Say = Callable[[str], object]


@contextmanager
def database(cluster: str, say: Say) -> Iterator[dict[str, str]]:
    """The environment the product runs in: DATABASE_URL, or an embedded database of its own."""
    environment = dict(os.environ)
    if environment.get("DATABASE_URL"):
        yield environment
        return
    name = environment.setdefault("FOLLOWTHROUGH_POSTGRES", cluster)
    try:
        found = postgres.ensure(name, say=say)
    except postgres.PostgresError as problem:
        raise Trouble(problem.thing, reason=problem.reason, remedy=problem.remedy) from None
    try:
        yield environment
    finally:
        # One that was killed left its database running: that one is ours as well.
        if found.started or name == cluster:
            postgres.stop(name)


def set_up(module: Sequence[str], environment: Mapping[str, str], *, remedy: str) -> str:
    """Run a set-up in a process of its own, and return what it writes to its `--result`.

    Raises Trouble when it fails; `remedy` says what to do then.
    """
    reader, writer = os.pipe()
    process = children.start(
        [*module, f"--result={writer}"], environment=environment, keep=[writer]
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as pipe:
            result = pipe.read()
        if process.wait() or not result:
            raise Trouble("The set-up", reason="it failed; what it said is above.", remedy=remedy)
        return result
    finally:
        children.end([process])


def web_and_worker(
    environment: Mapping[str, str], door: int, *, of: str, worker: str
) -> list[Child]:
    """Both processes, not started yet; `of` whose logs they write, `worker` the worker's module."""
    web = ["uvicorn", "config.asgi:application", "--fd", str(door), "--no-access-log",
           "--log-level", "warning", "--timeout-graceful-shutdown", "5"]  # fmt: skip
    calm = {"FOLLOWTHROUGH_LOG": "WARNING", "FOLLOWTHROUGH_HANDS": "1", **environment}
    return [
        Child("web process", web, calm, place.log("web", of=of), keep=[door]),
        Child("worker", [worker], calm, place.log("worker", of=of)),
    ]


def until_ready(both: list[Child], address: str, *, say: Say, remedy: str) -> None:
    """Start them and wait until the pages answer and a worker is at work. Raises Trouble."""
    say("Starting the web process and the worker …")
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(f"{address}/demo/ready"):
        tend(both, say)
        failing = [one for one in both if one.deaths >= GIVE_UP_DEATHS]
        if failing or time.monotonic() > deadline:
            raise _not_ready(failing or both, remedy)
        time.sleep(TURN)


def tend(both: list[Child], say: Say) -> None:
    """Start again what died."""
    for one in both:
        if news := one.tend():
            say(news)


def _not_ready(failing: list[Child], remedy: str) -> Trouble:
    words = "\n".join(f"{one.log}:\n{one.last_words()}" for one in failing)
    return Trouble(
        " and ".join(f"the {one.name}" for one in failing).capitalize(),
        reason=f"no answer within {READY_SECONDS:.0f} s. The end of the log:\n{words}",
        remedy=remedy,
    )


def _answers(url: str) -> bool:
    """Whether the pages answer and a worker is at work."""
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310  (our own address)
            return bool(answer.status == 204)
    except (URLError, OSError):
        return False
