"""What must be known to work off a batch of raw events, locked and read in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.intake import raw
from followthrough.intake.raw import Raw
from followthrough.journeys.assignment import Rules
from followthrough.people import mirror
from followthrough.people.models import Connection
from followthrough.people.snapshots import Snapshot
from followthrough.runs import advance
from followthrough.runs.burst import bursts
from followthrough.store import sql


class Ready(NamedTuple):
    """A raw event with everything it takes to work it off."""

    raw: Raw
    connection: Connection
    snapshots: tuple[Snapshot, ...]


class Group(NamedTuple):
    """The events of one connection, and what is stored about them."""

    ready: list[Ready]
    stored: mirror.Stored
    runs: advance.Runs
    rules: Rules
    watch: bursts.Watch
    left: int  # how many more of its events wait


def look(ready: Sequence[Ready], now: datetime) -> tuple[set[UUID], list[Group]]:
    """Lock the raw events, then the applications of all connections at once (the order of locks
    is by id alone); read what is stored. The events are those that nobody else has taken."""
    pairs = [(one.connection, snapshot) for one in ready for snapshot in one.snapshots]
    grouped = _by_connection(ready)
    asked = [_questions(theirs, now) for theirs in grouped]
    waiting, _, *found = sql.ask(
        raw.locked([one.raw.id for one in ready]), mirror.locked(pairs), *chain(*asked)
    )
    answers = iter(found)
    groups = [
        Group(
            [one for one in theirs if one.raw.id in waiting],
            mirror.Stored(*islice(answers, 4)),
            *islice(answers, 3),
            left=next(answers) if _are_many(theirs) else 0,
        )
        for theirs in grouped
    ]
    return waiting, [group for group in groups if group.ready]


def _questions(ready: Sequence[Ready], now: datetime) -> list[sql.Question[Any]]:
    connection, told = ready[0].connection, snapshots(ready)
    keys = {one.external_id for one in told}
    return [
        *mirror.questions(connection, told),
        *advance.questions(connection.organization_id, connection.id, keys, now=now),
        *([raw.behind([one.raw for one in ready])] if _are_many(ready) else []),
    ]


def _are_many(ready: Sequence[Ready]) -> bool:
    """Whether so many came in one pass that others may wait behind them."""
    return len(ready) >= raw.MANY


def _by_connection(ready: Sequence[Ready]) -> list[list[Ready]]:
    """In the same order in every worker."""
    found: dict[UUID, list[Ready]] = {}
    for one in ready:
        found.setdefault(one.connection.id, []).append(one)
    return [found[key] for key in sorted(found)]


def snapshots(ready: Sequence[Ready]) -> list[Snapshot]:
    return [snapshot for one in ready for snapshot in one.snapshots]
