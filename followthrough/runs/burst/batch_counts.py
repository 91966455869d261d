"""What is in a batch, in numbers: always counted from its messages, so true of the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.governance import policies
from followthrough.runs.burst.batches import IS_STALE
from followthrough.runs.models import Batch
from followthrough.store import sql


class Counts(NamedTuple):
    """Of a batch: messages and the people they are for, what has not ended and how much of that is
    stale, what went out, what is left until its hour, and how much was meant to go by now."""

    messages: int
    people: int
    waiting: int
    waiting_people: int
    stale: int
    stale_people: int
    sent: int
    later: int
    now: int

    @property
    def fresh(self) -> int:
        return self.waiting - self.stale

    @property
    def ended(self) -> int:
        """What ended otherwise than by going out."""
        return self.messages - self.waiting - self.sent


_OPEN = "t.state IN ('planned', 'sending', 'reconciling')"
_STALE = f"t.state = 'planned' AND {IS_STALE}"
_COUNTS = f"""
SELECT b.id, count(t.id), count(DISTINCT t.candidate_id),
  count(t.id) FILTER (WHERE {_OPEN}), count(DISTINCT t.candidate_id) FILTER (WHERE {_OPEN}),
  count(t.id) FILTER (WHERE {_STALE}), count(DISTINCT t.candidate_id) FILTER (WHERE {_STALE}),
  count(t.id) FILTER (WHERE t.state = 'sent'),
  count(t.id) FILTER (WHERE t.state = 'planned' AND t.held_for <> 'frozen' AND t.due_at > b.late),
  count(t.id) FILTER (WHERE {_OPEN} AND t.meant_at <= %(now)s)
FROM unnest(%(id)s::uuid[], %(late)s::timestamptz[]) AS b(id, late)
LEFT JOIN messaging_touch t ON t.batch_id = b.id GROUP BY b.id
"""  # noqa: S608


def of(batches: Sequence[Batch], *, now: datetime) -> Mapping[UUID, Counts]:
    """The counts of some batches of one organization."""
    if not batches:
        return {}
    given = {
        "id": [one.id for one in batches],
        "late": [max(one.leaves_until or now, now) for one in batches],
        **_stale(batches[0], now),
    }
    return {row[0]: Counts(*row[1:]) for row in sql.rows(_COUNTS, given)}


def _stale(batch: Batch, now: datetime) -> dict[str, datetime]:
    return {"stale": now - policies.of(batch.organization_id).stale_after, "now": now}


class Kind(NamedTuple):
    """Messages of a batch that say the same in the same place; `due` is the first of their own
    times."""

    map: str
    number: int | None
    key: str
    stage: str
    channel: str
    messages: int
    people: int
    stale: int
    due: datetime | None


_KINDS = f"""
SELECT m.name, v.number, t.key, a.stage, t.channels->>0, count(*), count(DISTINCT t.candidate_id),
  count(*) FILTER (WHERE {_STALE}), min(t.meant_at)
FROM messaging_touch t
LEFT JOIN people_application a ON a.id = t.application_id
LEFT JOIN journeys_version v ON v.id = t.version_id
LEFT JOIN journeys_messagemap m ON m.id = v.map_id
WHERE t.batch_id = %(batch)s AND {{which}}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC, 3 LIMIT 30
"""  # noqa: S608


def kinds(batch: Batch, *, now: datetime, waiting: bool) -> list[Kind]:
    """What its messages are: those that wait, or all it ever held."""
    given: dict[str, Any] = {"batch": batch.id, **_stale(batch, now)}
    which = _OPEN if waiting else "true"
    return [Kind._make(row) for row in sql.rows(_KINDS.format(which=which), given)]


class Old(NamedTuple):
    """A stale message: of whom, when it was meant, until when it was of use."""

    candidate_id: UUID
    key: str
    meant_at: datetime | None
    useful_until: datetime | None


_OLD = f"""
SELECT t.candidate_id, t.key, t.meant_at, t.useful_until FROM messaging_touch t
WHERE t.batch_id = %(batch)s AND {_STALE} ORDER BY t.meant_at, t.id LIMIT %(most)s
"""  # noqa: S608


def stale(batch: Batch, *, now: datetime, most: int) -> list[Old]:
    """The stalest of its messages."""
    given = {"batch": batch.id, "most": most, **_stale(batch, now)}
    return [Old._make(row) for row in sql.rows(_OLD, given)]
