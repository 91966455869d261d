"""The worker: holds shards, does their work, and lets go of them when asked to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading

log = logging.getLogger("followthrough.worker")


def main() -> None:
    """Run until SIGTERM or SIGINT. Any number of these may run, on any number of machines."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    from config.cli import start_database

    start_database()
    django.setup()
    plan_for_queues()
    load_duties()
    _collect_rarely()
    _share_often()
    _run()


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


def _collect_rarely() -> None:
    """Leave what was imported out of garbage collection, and look less often.

    A batch makes tens of thousands of objects that die with it; looking through everything each
    time cost a tenth of all the work.
    """
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _share_often() -> None:
    """Let a thread that was just woken wait a fifth as long for one that computes.

    Outcomes, notifications and decisions are in threads of their own, each soon done.
    """
    import sys

    sys.setswitchinterval(0.001)


def load_duties() -> None:
    """Import every package that registers work with the engine room."""
    from importlib import import_module

    for name in ("runs.dispatch", "runs.reconcile", "runs.house", "intake.work",
                 "intake.write_backs"):  # fmt: skip
        import_module(f"followthrough.{name}")


def _run() -> None:
    from followthrough.runs import durable, listening

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    durable.launch()
    for target, args in ((listening.listen, (stopping,)), (durable.supervise, ())):
        threading.Thread(target=target, args=args, daemon=True).start()
    log.info("Worker %s is up", durable.executor_id)
    stopping.wait()
    log.info("Worker %s lets go of its shards", durable.executor_id)
    durable.stop()


if __name__ == "__main__":
    main()
