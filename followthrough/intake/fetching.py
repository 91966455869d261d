"""Asking ATSs how applications stand, concurrently and within their limits, in no transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

import aiohttp

from followthrough.intake.ats import calls, registry
from followthrough.intake.ats.contract import Ats
from followthrough.intake.links import link
from followthrough.people.models import Connection
from followthrough.people.snapshots import Snapshot

AT_MOST = 20.0  # seconds for all the fetches of a pass


class Wanted(NamedTuple):
    """An application to ask about."""

    connection_id: UUID
    external_id: str


class Later(Exception):
    """Not in this pass: the limit is used up, or the pass has taken long enough."""


Fetched = dict[Wanted, Snapshot | Exception]


def fetch(wanted: Iterable[Wanted], connections: Mapping[UUID, Connection]) -> Fetched:
    """The snapshot of each application, or why there is none: CallFailed, BadSnapshot, Later."""
    unique = list(dict.fromkeys(wanted))
    return asyncio.run(_fetch_all(unique, connections)) if unique else {}


async def _fetch_all(wanted: list[Wanted], connections: Mapping[UUID, Connection]) -> Fetched:
    adapters = {key: registry.adapter(connections[key].kind) for key, _ in wanted}
    doors = {key: asyncio.Semaphore(ats.limits.at_once) for key, ats in adapters.items()}
    async with calls.session() as session, asyncio.TaskGroup() as group:
        deadline = asyncio.get_running_loop().time() + AT_MOST
        tasks = {
            one: group.create_task(
                _fetch(
                    one, connections[one.connection_id], adapters[one.connection_id], session,
                    door=doors[one.connection_id], deadline=deadline,
                )
            )
            for one in wanted
        }  # fmt: skip
    return {one: task.result() for one, task in tasks.items()}


async def _fetch(
    wanted: Wanted,
    connection: Connection,
    ats: Ats,
    session: aiohttp.ClientSession,
    *,
    door: asyncio.Semaphore,
    deadline: float,
) -> Snapshot | Exception:
    async with door:
        if connection.id in calls.PACE.resting():
            return Later()
        wait = calls.PACE.take(connection.id, per_second=ats.limits.per_second)
        if wait is None or asyncio.get_running_loop().time() > deadline:
            return Later()
        await asyncio.sleep(wait)
        try:
            return await ats.fetch(wanted.external_id, link(connection), session)
        except Exception as problem:
            calls.note_failure(connection.id, problem)
            return problem
