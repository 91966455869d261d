"""What is measured. Each measure starts from an empty database and says what it does."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from bench import load, world
from bench.gate import gate
from bench.processes import (
    ROOT,
    cpu_by_process,
    cpu_seconds,
    free_port,
    rss_mb,
    running,
    wait_for_port,
)
from bench.replay import replay
from followthrough.accounts import clock
from followthrough.core import clock as business

Results = dict[str, tuple[float, str]]


class Running(NamedTuple):
    """The processes of one measure."""

    made: dict[str, Any]
    web_port: int
    web: int
    worker: int
    log: Path


@contextmanager
def product(
    *,
    adapter: str,
    web: bool = True,
    worker: bool = True,
    prepare: Callable[[dict[str, Any]], None] | None = None,
) -> Iterator[Running]:
    """An empty database with the bench company, the recording provider, a web and a worker."""
    world.forget()
    clock.set_shift(world.noon() - business.wall())
    log = ROOT / "var" / "bench" / "provider.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    with ExitStack() as stack:
        provider_port = free_port()
        if adapter == "http":
            stack.enter_context(
                running(
                    "-m",
                    "tests.provider",
                    "--uvloop",
                    "--port",
                    str(provider_port),
                    "--log",
                    str(log),
                )
            )
            wait_for_port(provider_port)
        made = world.company(adapter=adapter, base_url=f"http://127.0.0.1:{provider_port}")
        if prepare:
            prepare(made)
        web_port, web_pid = free_port(), 0
        if web:
            web_pid = stack.enter_context(
                running("-m", "uvicorn", "config.asgi:application", "--port", str(web_port),
                        "--log-level", "warning", "--no-access-log")
            ).pid  # fmt: skip
            wait_for_port(web_port)
        worker_pid = stack.enter_context(running("-m", "bench.worker")).pid if worker else 0
        yield Running(made, web_port, web_pid, worker_pid, log)


def webhooks() -> Results:
    """Webhooks acknowledged durably per second, 64 connections; the worker does not run."""
    with product(adapter="null", worker=False) as it:
        load.flood(it.web_port, load.requests(500, tag="warm"))
        posts = load.requests(20_000, tag="flood")
        seconds = load.flood(it.web_port, posts)
        accepted = _count("SELECT count(*) FROM intake_rawevent") - 500
        return {"webhooks_accepted_per_s": (accepted / seconds, "1/s")}


def handover() -> Results:
    """From the webhook's first byte to the provider, at 5 and at 50 a second."""
    results: Results = {}
    with product(adapter="http") as it:
        load.flood(it.web_port, load.requests(300, tag="warm", first=900_000), connections=4)
        _settled(300)
        for rate, seconds, first in ((5, 20, 0), (50, 20, 10_000)):
            posts = load.requests(rate * seconds, tag=f"r{rate}", first=first)
            begun = load.paced(it.web_port, posts, per_second=rate)
            _settled_to(len(posts), first)
            late = sorted(_delays(it.log, begun, first))
            results[f"handover_p50_ms_at_{rate}"] = (statistics.median(late) * 1000, "ms")
            if rate == 50:
                results["handover_p99_ms_at_50"] = (late[int(len(late) * 0.99)] * 1000, "ms")
    return results


def touches() -> Results:
    """Due touches through the gate, one worker, null adapter: 10,000 and 1,000,000 sleeping."""
    results: Results = {}
    for name, last, count in (("10k", 2, 10_000), ("1m", 51, 20_000)):

        def prepare(made: dict[str, Any], last: int = last, count: int = count) -> None:
            world.people(made, tag="t", count=count, due=business.now(), last=last)

        with product(adapter="null", web=name == "1m", prepare=prepare) as it:
            _settled(count, seconds=240)
            rate = _rate()
            results[f"touches_per_s_{name}_sleeping"] = (rate, "1/s")
            if name == "1m":
                results["rss_mb_1m_sleeping"] = (rss_mb(it.web, it.worker), "MB")
                results["raw_claim_per_s"] = (_raw_claim(), "1/s")
    few, many = (results[f"touches_per_s_{name}_sleeping"][0] for name in ("10k", "1m"))
    results["sleeping_slowdown"] = (few / many, "×")
    results["touches_share_of_raw_claim"] = (many / results["raw_claim_per_s"][0], "×")
    return results


def drain() -> Results:
    """10,000 touches due at one moment, to the HTTP provider."""
    due: list[datetime] = []

    def prepare(made: dict[str, Any]) -> None:
        due.append(business.now() + timedelta(seconds=25))
        world.people(made, tag="d", count=10_000, due=due[0], last=2)

    with product(adapter="http", web=False, prepare=prepare) as it:
        _settled(10_000)
        began = due[0] - business.shift()
        late = sorted(at - began.timestamp() for _, at in _log(it.log))
        settled = _last_end() - due[0]
        return {
            "drain_10k_s": (settled.total_seconds(), "s"),
            "drain_10k_lateness_p99_s": (late[int(len(late) * 0.99)], "s"),
        }


def end_to_end() -> Results:
    """Webhooks in as fast as they are taken, until the provider has every message."""
    count = 10_000
    with product(adapter="http") as it:
        load.flood(it.web_port, load.requests(300, tag="warm", first=900_000), connections=4)
        _settled(300)
        posts = load.requests(count, tag="e2e")
        began = time.time()
        load.flood(it.web_port, posts)
        _settled(300 + count)
        last = max(at for _, at in _log(it.log))
        return {"end_to_end_per_s": (count / (last - began), "1/s")}


def cpu() -> Results:
    """CPU per event at 800 a second, webhook to provider; PostgreSQL counted and shown apart."""
    rate, seconds = 800, 10
    with product(adapter="http") as it:
        load.flood(it.web_port, load.requests(300, tag="warm", first=900_000), connections=4)
        _settled(300)
        posts = load.requests(rate * seconds, tag="cpu")
        backends = _backends()
        ours, theirs = cpu_seconds(it.web, it.worker), cpu_by_process(backends)
        load.paced(it.web_port, posts, per_second=rate, connections=32)
        _settled(300 + len(posts))
        ours = cpu_seconds(it.web, it.worker) - ours
        lasting = cpu_by_process(backends)  # a pool may have let some go
        spent = sum(lasting[pid] - theirs[pid] for pid in lasting)
        return {
            "cpu_ms_per_event": (ours / len(posts) * 1000, "ms"),
            "cpu_ms_per_event_postgres": (spent / len(posts) * 1000, "ms"),
        }


ALL = (gate, webhooks, handover, touches, drain, end_to_end, cpu, replay)


# --- looking ----------------------------------------------------------------------------------


def _count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _settled(count: int, *, seconds: float = 120) -> None:
    """Wait until `count` touches have been sent; raises TimeoutError with what the rest is."""
    until = time.monotonic() + seconds
    # Attempts, not touches: there are a million sleepers.
    query = "SELECT count(*) FROM messaging_attempt WHERE state = 'accepted'"
    while (sent := _count(query)) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"{sent} of {count} sent after {seconds} s: see var/bench/*.log")
        time.sleep(1)  # rarely: counting is a load of its own


def _settled_to(count: int, first: int) -> None:
    """Wait until `count` more messages than the warm-up's were sent in this part."""
    already = 300 if first == 0 else 400
    _settled(already + count)


def _rate() -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) / extract(epoch FROM max(ended_at) - min(ended_at))"
            " FROM messaging_touch WHERE state = 'sent'"
        )
        return float(cursor.fetchone()[0])


def _last_end() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(ended_at) FROM messaging_touch WHERE state = 'sent'")
        return cursor.fetchone()[0]


def _log(path: Path) -> list[tuple[str, float]]:
    """The provider's record: to whom and when (wall clock)."""
    import orjson

    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [(line["to"], line["at"]) for line in lines]


def _delays(path: Path, begun: list[float], first: int) -> list[float]:
    at = dict(_log(path))
    return [at[load.phone(first + number)] - moment for number, moment in enumerate(begun)]


def _backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        return [row[0] for row in cursor.fetchall()]


def _raw_claim() -> float:
    """Rows claimed per second by nothing but SKIP LOCKED and an update, in the same database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE raw (LIKE messaging_touch INCLUDING ALL)")
        cursor.execute(
            "INSERT INTO raw SELECT * FROM messaging_touch WHERE state = 'planned' LIMIT 50000"
        )
        cursor.execute("ANALYZE raw")
        began, claimed = time.perf_counter(), 0
        for shard in range(settings.SHARDS):
            while got := _claim(cursor, shard):
                claimed += got
        return claimed / (time.perf_counter() - began)


def _claim(cursor: Any, shard: int) -> int:
    cursor.execute(
        "UPDATE raw SET state = 'sending' WHERE id IN (SELECT id FROM raw WHERE shard = %s"
        " AND state = 'planned' ORDER BY due_at LIMIT 500 FOR UPDATE SKIP LOCKED)",
        (shard,),
    )
    return cursor.rowcount
