"""The worker: holds shards, does their work, and lets go of them when asked to stop.

It is a small family of processes (see docs/adr/0007-few-hands.md): the holder, who has the durable
engine, and the hands, who do the work.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable

from config import family

log = logging.getLogger("followthrough.worker")


def main() -> None:
    """Run until SIGTERM or SIGINT. Any number of these may run, on any number of machines."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    from config.cli import start_database

    start_database()
    django.setup()
    load()
    from django.conf import settings

    run(hands=settings.HANDS)


def run(*, hands: int) -> None:
    """Be the first process of a worker, once everything is loaded."""
    family.run(_hold, _work, hands=hands)


def load() -> None:
    """Load and set up whatever the processes of a worker share."""
    plan_for_queues()
    load_duties()
    import followthrough.runs.durable  # noqa: F401  (the engine, once for all of them)
    from followthrough.governance import rulepacks

    rulepacks.packs()  # where the law cannot be read nothing may go out: no worker, rather

    collect_rarely()


def plan_for_queues() -> None:
    """Plan this process's statements once, and by their indexes.

    A queue's statistics are always wrong: its table was empty a moment ago, or full. The planner
    then reads whole tables, or spends longer on a plan than the plan takes.
    """
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    options["options"] += (
        " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
        " -c plan_cache_mode=force_generic_plan"
    )


def load_duties() -> None:
    """Import every package that registers work with the engine room."""
    from importlib import import_module

    for name in ("runs.dispatch", "runs.reconcile", "runs.house", "runs.jobs",
                 "runs.published.moves", "runs.burst.batches", "runs.replay.shadow",
                 "intake.work", "intake.write_backs", "intake.foreseen"):  # fmt: skip
        import_module(f"followthrough.{name}")
    read_once()


def read_once() -> None:
    """Have the grammars of every language ready before somebody writes."""
    from followthrough.conversations import understanding

    understanding.read("Could I come a little later tomorrow, please?", ask=None)


def collect_rarely() -> None:
    """Leave what was imported out of garbage collection, and look less often.

    A batch makes tens of thousands of objects that die with it; looking through everything each
    time cost a tenth of all the work, and would end the sharing of memory.
    """
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _work(orders: int, beats: int) -> None:
    """A hand. It stops when the holder says so, or is gone."""
    from followthrough.runs import crew

    crew.work(orders, beats)


def _hold(pipes: list[family.Ends], alive: int) -> None:
    """The holder: has the engine, hears the database, and gives the hands their orders."""
    from followthrough.runs import durable, listening
    from followthrough.runs.crew import Crew, Pipes

    stopping = threading.Event()
    for number in family.STOPS:
        signal.signal(number, lambda *_: stopping.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, family.STOPS)
    crew = Crew([Pipes(*ends) for ends in pipes])
    durable.launch(crew)
    _aside(listening.listen, crew, stopping)
    _aside(durable.supervise)
    _aside(family.outlive, alive, stopping)
    log.info("Worker %s is up", durable.executor_id())
    stopping.wait()
    log.info("Worker %s lets go of its shards", durable.executor_id())
    durable.stop()


def _aside(run: Callable[..., None], *given: object) -> None:
    threading.Thread(target=run, args=given, daemon=True).start()


if __name__ == "__main__":
    main()
