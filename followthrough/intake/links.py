"""Connections as the work here needs them: the row for the mirror, the link for the adapter."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from followthrough.intake.ats.contract import Link
from followthrough.people.models import Connection

NOTE_EVERY = 10.0  # seconds: the row is shared by all shards, so it is not written per batch

_noted: dict[UUID, float] = {}
_kept: dict[UUID, tuple[str | None, Connection]] = {}
_lock = threading.Lock()


def load(connection_ids: Iterable[UUID]) -> dict[UUID, Connection]:
    """The connections with their organizations, in one query."""
    wanted = sorted(set(connection_ids))
    found = Connection.objects.select_related("organization").in_bulk(wanted) if wanted else {}
    return dict(found)


def kept(rows: Mapping[UUID, str | None]) -> dict[UUID, Connection]:
    """The same, read only where the row (`Raw.source_row`) is not the one that was read before."""
    with _lock:
        known = {key: _kept[key][1] for key in rows if key in _kept and _kept[key][0] == rows[key]}
    missing = load(rows.keys() - known.keys())
    with _lock:
        _kept.update({key: (rows[key], found) for key, found in missing.items()})
    return known | missing


def link(connection: Connection) -> Link:
    """What an adapter gets to see of a connection."""
    return Link(
        id=connection.id,
        base_url=connection.base_url,
        credentials=connection.credentials,
        webhook_secrets=connection.webhook_secrets,
    )


def note_event(connection_ids: Iterable[UUID], *, now: datetime) -> None:
    """Remember that these connections are alive, at most every ten seconds per process."""
    with _lock:
        moment = time.monotonic()
        late = [key for key in connection_ids if moment - _noted.get(key, -1e9) > NOTE_EVERY]
        _noted.update(dict.fromkeys(late, moment))
    if late:
        Connection.objects.filter(id__in=late).update(last_event_at=now)
