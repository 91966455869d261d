"""Notes for the ATS that name a moment: worded when they are written, by the clock of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.zones import local
from followthrough.store import sql


class Told(NamedTuple):
    """One thing the ATS is to be told. A payload with `at` (an instant, ISO 8601) has a text in
    which `{at}` stands for it."""

    id: UUID
    organization_id: UUID
    connection_id: UUID
    application_id: UUID
    shard: int
    kind: str
    payload: Mapping[str, Any]


_SITES = """
SELECT a.id, s.zone, s.name FROM people_application a
JOIN people_requisition r ON r.id = a.requisition_id JOIN people_site s ON s.id = r.site_id
WHERE a.id = ANY(%s)
"""


def worded(told: Sequence[Told]) -> list[Told]:
    """The same with every moment in words; nothing is asked where there is none."""
    timed = [one.application_id for one in told if "at" in one.payload]
    clocks = {key: (zone, name) for key, zone, name in sql.rows(_SITES, [timed])} if timed else {}
    return [one._replace(payload=_worded(one, clocks)) for one in told]


def _worded(told: Told, clocks: Mapping[UUID, tuple[str, str]]) -> Mapping[str, Any]:
    if "at" not in told.payload:
        return told.payload
    zone, place = clocks.get(told.application_id, ("", ""))
    at = datetime.fromisoformat(told.payload["at"])
    when = _moment(local(at, zone), f"{place} time") if zone else _moment(at, "UTC")
    return {"text": told.payload["text"].format(at=when)}


def _moment(at: datetime, clock: str) -> str:
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M} {clock}"
