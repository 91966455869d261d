"""Asking for pages, and what each answer takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from django.db import connection
from django.shortcuts import render
from django.test import Client
from django.urls import path

from bench import visits
from config import urls
from followthrough.accounts.models import Member
from followthrough.web import permissions
from tests.counting import counted

REQUESTS = 100  # of each page and viewer, after each address was asked for once

Summary = dict[str, Any]


class Took(NamedTuple):
    """One request: milliseconds on the clock and of work, and how many queries it made."""

    wall: float
    cpu: float
    queries: int
    path: str


def pages(member: Member, *, only: Collection[str]) -> Iterator[tuple[str, Summary]]:
    """Each page that the member may open (of those named, if any are), with what it takes."""
    client = _signed_in(member)
    for visit in visits.pages(member, client, Random(7), only=only):
        for address in visit.paths:
            client.get(address)
        asked = [visit.paths[at % len(visit.paths)] for at in range(REQUESTS)]
        yield visit.name, _summed([_took(lambda one=one: client.get(one), one) for one in asked])


def ceiling(owner: Member) -> dict[str, Summary]:
    """The least that any page takes: all middleware and the frame with nothing in it; and the
    least that a query takes."""
    urls.urlpatterns.append(path("bench", lambda asked: render(asked, "base.html"), name="bench"))
    permissions._BY_URL["bench"] = permissions._BY_URL["today"]
    client = _signed_in(owner)
    frame = [_took(lambda: client.get("/bench"), "/bench") for _ in range(REQUESTS + 5)]
    with connection.cursor() as cursor:
        one = [_took(lambda: cursor.execute("SELECT 1"), "SELECT 1") for _ in range(REQUESTS)]
    return {"an empty frame": _summed(frame[5:]), "SELECT 1": _summed(one)}


def _signed_in(member: Member) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(member.user)
    return client


def _took(ask: Callable[[], Any], address: str) -> Took:
    with counted() as queries:
        before, began = _work(), time.perf_counter()
        ask()
        wall = time.perf_counter() - began
        return Took(wall * 1000, (_work() - before) * 1000, queries.n, address)


def _work() -> float:
    """Seconds of CPU of this process and of its PostgreSQL backend so far."""
    connection.ensure_connection()
    ran = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() + int(ran.split()[0]) / 1e9


def _summed(took: Sequence[Took]) -> Summary:
    return {
        "p50_ms": _at([one.wall for one in took], 0.5),
        "p95_ms": _at([one.wall for one in took], 0.95),
        "cpu_p50_ms": _at([one.cpu for one in took], 0.5),
        "cpu_p95_ms": _at([one.cpu for one in took], 0.95),
        "queries": max(one.queries for one in took),
        "requests": len(took),
        "addresses": len({one.path for one in took}),
        "slowest": max(took, key=lambda one: one.cpu).path,
    }


def _at(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return round(statistics.quantiles(values, n=100, method="inclusive")[int(share * 100) - 1], 1)
