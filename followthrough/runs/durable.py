"""The thin face over DBOS: the engine decides which worker holds which shard.

Rows are the truth; DBOS only runs one `hold_shard` workflow at a time per shard (a partitioned
queue, concurrency 1), each for one slot of about a minute. The rules behind this module were each
learnt from a failure; see docs/adr/0002-dbos.md.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from urllib.parse import quote

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, SetWorkflowTimeout
from django.conf import settings
from django.db import close_old_connections, connection

from followthrough.accounts import clock
from followthrough.runs import engine
from followthrough.runs.crew import Crew
from followthrough.store import sql

log = logging.getLogger(__name__)

QUEUE = "shards"
VERSION = "1"  # dequeue and recovery filter on it: raise it only when arguments change
SLOT_SECONDS = 60
LEASE_SECONDS = 10
BEAT_SECONDS = 1.0
DEAD_AFTER_SECONDS = 5.0
HOUSE_SECONDS = 0.5  # how often the installation-wide duties are looked at
MOST_PASSES = 5  # how often a shard is passed on for balance within one slot

HOUSE = settings.SHARDS  # the pseudo-shard whose holder does the installation-wide duties

_stopping = threading.Event()
_held: set[int] = set()
_counting = threading.Lock()
_crew: Crew


@lru_cache(maxsize=1)
def executor_id() -> str:
    """The worker's name, after its first process and the time: two of one name would do each
    other's work."""
    return f"{socket.gethostname()}:{os.getppid()}:{int(time.time() * 1000)}"


def launch(crew: Crew) -> None:
    """Start DBOS in this process, which gives the shards it comes to hold to `crew`."""
    global _crew
    _crew = crew
    config: DBOSConfig = {
        "name": "followthrough",
        "system_database_url": _url(),
        "dbos_system_schema": "dbos",
        "executor_id": executor_id(),
        "application_version": VERSION,
        "log_level": "WARNING",
        "sys_db_pool_size": 4,
        "max_executor_threads": settings.SHARDS + 4,
        "enable_otlp": False,
    }
    _beat()  # before any work can be held: what a worker without a row holds belongs to the dead
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(
        QUEUE,
        partition_concurrency=1,
        # Each worker must be able to hold every shard, or they starve when the others die.
        worker_concurrency=settings.SHARDS + 1,
        polling_interval_sec=0.1,
        on_conflict="always_update",
    )


def stop() -> None:
    """Let go of every shard, pass them on, and leave nothing running."""
    _stopping.set()
    until = time.monotonic() + 12
    while _held and time.monotonic() < until:
        time.sleep(0.02)
    _crew.stop()
    connection.close()
    DBOS.destroy(workflow_completion_timeout_sec=2)


def supervise() -> None:
    """Beat, enqueue the slots, free what dead workers held; runs until `stop`."""
    enqueued = -1
    while not _stopping.is_set():
        try:
            if _crew.hangs():
                log.error("A hand does not answer; the worker begins anew")
                os.kill(os.getpid(), signal.SIGTERM)
            _beat()
            clock.load()  # a safety net under the notification
            _crew.follow_clock()
            slot = int(time.time() // SLOT_SECONDS)
            if slot != enqueued:
                _enqueue_all(slot)
                _forget_old()
                enqueued = slot
            _free_the_dead()
            _enqueue_the_orphaned(slot)
        except Exception:
            log.exception("The supervisor failed; it goes on in %s s", BEAT_SECONDS)
            close_old_connections()
        _stopping.wait(BEAT_SECONDS)


# --- slots -------------------------------------------------------------------------------------


def _enqueue_all(slot: int) -> None:
    for shard in range(HOUSE + 1):
        _enqueue(shard, slot, 0)


def _enqueue(shard: int, slot: int, passed: int, *, name: str = "") -> None:
    """Enqueue a slot of a shard. Its id makes this idempotent: every worker does it."""
    with (
        SetWorkflowID(f"shard-{shard}-{slot}-{name or passed}"),
        SetWorkflowTimeout(2 * SLOT_SECONDS),
        SetEnqueueOptions(queue_partition_key=str(shard)),
    ):
        DBOS.enqueue_workflow(QUEUE, hold_shard, shard, slot, passed)


@DBOS.workflow(name="hold_shard")
def hold_shard(shard: int, slot: int, passed: int) -> None:
    """Hold a shard until its slot ends. A slot that is over ends at once: no backlog builds up."""
    ends = (slot + 1) * SLOT_SECONDS
    if time.time() >= ends:
        return
    if _stopping.is_set() or not _reserve(shard, unfair=passed >= MOST_PASSES):
        _enqueue(shard, slot, passed + 1)
        return
    try:
        _hold(shard, ends)
    finally:
        _held.discard(shard)
        connection.close()
    if _stopping.is_set() and time.time() < ends:
        _enqueue(shard, slot, MOST_PASSES)


def _reserve(shard: int, *, unfair: bool) -> bool:
    """Count the shard as ours, unless we hold our fair share already and others may take it."""
    alive = max(1, len(_alive()))
    with _counting:
        if not unfair and len(_held) >= math.ceil((HOUSE + 1) / alive):
            return False
        _held.add(shard)
        return True


def _hold(shard: int, ends: float) -> None:
    """Keep the lease of a shard; its work is done by the hands, the house's by this thread."""
    epoch = _take(shard)
    if shard == HOUSE:
        house = engine.House()
        _keep(shard, epoch, ends, every=HOUSE_SECONDS, meanwhile=house.turn)
        return
    _crew.take(shard, epoch)
    try:
        _keep(shard, epoch, ends, every=LEASE_SECONDS / 3)
    finally:
        if time.time() < ends:  # it was lost, or the worker stops
            _crew.let_go(shard, epoch)
        else:
            _crew.lapse(shard, epoch)


def _keep(
    shard: int,
    epoch: int,
    ends: float,
    *,
    every: float,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Renew the lease until the slot ends, the shard is lost or the worker stops."""
    renew_at = time.monotonic() + LEASE_SECONDS / 3
    while time.time() < ends and not _stopping.is_set():
        if time.monotonic() >= renew_at:
            if not _renew(shard, epoch):
                log.warning("Shard %s was taken over by another worker", shard)
                return
            renew_at = time.monotonic() + LEASE_SECONDS / 3
        meanwhile()
        _stopping.wait(max(0.0, min(every, ends - time.time())))


_TAKE = """
INSERT INTO runs_shard (number, owner, epoch, lease_until)
VALUES (%(shard)s, %(owner)s, 1, clock_timestamp() + %(lease)s)
ON CONFLICT (number) DO UPDATE SET owner = excluded.owner, epoch = runs_shard.epoch + 1,
  lease_until = excluded.lease_until
RETURNING epoch
"""


def _take(shard: int) -> int:
    """Become the owner of a shard; the new epoch fences off whoever had it."""
    given = {"shard": shard, "owner": executor_id(), "lease": timedelta(seconds=LEASE_SECONDS)}
    return sql.rows(_TAKE, given)[0][0]


def _renew(shard: int, epoch: int) -> bool:
    return bool(
        sql.run(
            "UPDATE runs_shard SET lease_until = clock_timestamp() + %s"
            " WHERE number = %s AND epoch = %s",
            (timedelta(seconds=LEASE_SECONDS), shard, epoch),
        )
    )


# --- the living and the dead -------------------------------------------------------------------


def _beat() -> None:
    sql.run(
        "INSERT INTO runs_executor (id, beat_at) VALUES (%s, clock_timestamp())"
        " ON CONFLICT (id) DO UPDATE SET beat_at = clock_timestamp()",
        (executor_id(),),
    )


def _free_the_dead() -> None:
    """Give back to the queue what workers without a heartbeat still hold.

    DBOS recovers only a process's own work by itself; this uses its public calls for the rest.
    Whoever holds work and is not known to be alive counts as dead: a worker may have been killed
    before its first heartbeat, or have been given work after it was forgotten.
    """
    held = DBOS.list_workflows(
        status="PENDING", workflow_id_prefix="shard-", load_input=False, load_output=False
    )
    alive = _alive()
    for workflow in held:
        if workflow.executor_id not in alive:
            log.warning("Freeing %s, held by the dead %s", workflow.workflow_id,
                        workflow.executor_id)  # fmt: skip
            DBOS.resume_workflow(workflow.workflow_id, queue_name=QUEUE)
    sql.run(
        "DELETE FROM runs_executor WHERE beat_at < clock_timestamp() - %s",
        (timedelta(seconds=DEAD_AFTER_SECONDS),),
    )


def _alive() -> set[str]:
    return {
        row[0]
        for row in sql.rows(
            "SELECT id FROM runs_executor WHERE beat_at > clock_timestamp() - %s",
            (timedelta(seconds=DEAD_AFTER_SECONDS),),
        )
    }


def _enqueue_the_orphaned(slot: int) -> None:
    """Enqueue shards that nobody has held for a while, whatever the reason: an error, a slot that
    two workers believed the other to hold. Where one is enqueued already, it adds nothing."""
    orphaned = sql.rows(
        "SELECT number, epoch FROM runs_shard WHERE lease_until < clock_timestamp() - %s",
        (timedelta(seconds=BEAT_SECONDS),),
    )
    for shard, epoch in orphaned:
        _enqueue(shard, slot, MOST_PASSES, name=f"after-{epoch}")


def _forget_old() -> None:
    """Finished slots are of no more use after an hour."""
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    done = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"], end_time=before, limit=500,
        workflow_id_prefix="shard-", load_input=False, load_output=False,
    )  # fmt: skip
    if done:
        DBOS.delete_workflows([workflow.workflow_id for workflow in done])


def _url() -> str:
    """The product's own database, as SQLAlchemy wants it."""
    db = settings.DATABASES["default"]
    login = f"{quote(str(db['USER']), safe='')}:{quote(str(db['PASSWORD']), safe='')}"
    host, port = str(db["HOST"]), str(db["PORT"] or 5432)
    name = quote(str(db["NAME"]), safe="")
    if host.startswith("/"):
        return f"postgresql+psycopg://{login}@/{name}?host={quote(host)}&port={port}"
    return f"postgresql+psycopg://{login}@{host}:{port}/{name}"
