"""The use of caps: recent messages by subject, read before deciding and written with the decision.

A subject is an address key, or `person:` and a candidate's id. Nothing is locked while a batch is
judged: a row counts its changes, and whoever writes names the count that was read. Who was
overtaken writes nothing and decides again, so any number of workers can reserve room for the same
people at once. Rows are written in sorted order, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.governance.decisions import Use
from followthrough.store import sql

REMEMBERED = timedelta(days=8)  # longer than the longest cap (documents.LONGEST_CAP)

Key = tuple[UUID, str]  # organization, subject


class Overtaken(Exception):
    """Somebody else reserved room for the same subject meanwhile: decide again."""


class _Row(NamedTuple):
    changes: int
    stored: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read: the remembered uses of each subject, oldest first, and their rows."""

    uses: Mapping[Key, Sequence[Use]] = field(default_factory=dict)
    rows: Mapping[Key, _Row] = field(default_factory=dict)


_READ = """
SELECT c.organization_id, c.subject_key, c.changes, c.uses
FROM unnest(%s::uuid[], %s::text[]) AS k(org, subject)
JOIN governance_capuse c ON c.organization_id = k.org AND c.subject_key = k.subject
"""


def read(keys: Iterable[Key], *, since: datetime | None = None) -> Seen:
    """What is remembered of the subjects after `since`; the unknown are left out."""
    wanted = list(set(keys))
    if not wanted:
        return Seen()
    after = since.timestamp() if since else 0.0
    found = sql.rows(_READ, sql.columns(wanted, 2))
    rows = {(org, subject): _Row(changes, uses) for org, subject, changes, uses in found}
    uses = {key: [_use(one) for one in row.stored if one[0] > after] for key, row in rows.items()}
    return Seen(uses, rows)


def _use(stored: Sequence[Any]) -> Use:
    seconds, touch_id, channel, stage, *purpose = stored
    at = datetime.fromtimestamp(seconds, tz=UTC)
    return Use(at, UUID(touch_id), channel, stage, *purpose)


def _stored(use: Use) -> list[Any]:
    return [use.at.timestamp(), str(use.touch_id), use.channel, use.stage, use.purpose]


_RESERVE = """
INSERT INTO governance_capuse AS c (id, organization_id, subject_key, changes, uses)
SELECT id, org, subject, changes, uses::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::text[])
  AS n(id, org, subject, changes, uses)
ORDER BY org, subject
ON CONFLICT (organization_id, subject_key) DO UPDATE
SET uses = excluded.uses, changes = excluded.changes WHERE c.changes = excluded.changes - 1
"""
_NEW = _Row(0, ())


def reserve(uses: Sequence[tuple[UUID, str, Use]], seen: Seen) -> None:
    """Note messages that are about to go out, under (organization, subject); forget old ones.

    Raises Overtaken when a subject's uses are no longer those that were `seen`; the caller's
    transaction must then be rolled back.
    """
    if not uses:
        return
    added = _by_subject((org, subject, _stored(use)) for org, subject, use in uses)
    oldest = (max(use.at for _, _, use in uses) - REMEMBERED).timestamp()
    rows = [seen.rows.get(key, _NEW) for key in added]
    kept = [[one for one in row.stored if one[0] > oldest] for row in rows]
    texts = sql.jsonb_texts([[*a, *b] for a, b in zip(kept, added.values(), strict=True)])
    records = [
        (uuid7(), *key, row.changes + 1, text)
        for key, row, text in zip(added, rows, texts, strict=True)
    ]
    if sql.run(_RESERVE, sql.columns(records, 5)) < len(records):
        raise Overtaken


_RELEASE = """
WITH given AS MATERIALIZED (
  SELECT c.id, k.touches::jsonb AS touches FROM governance_capuse c
  JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS k(org, subject, touches)
    ON c.organization_id = k.org AND c.subject_key = k.subject
  ORDER BY c.organization_id, c.subject_key FOR UPDATE OF c
)
UPDATE governance_capuse c SET changes = c.changes + 1, uses = coalesce(
  (SELECT jsonb_agg(u ORDER BY n) FROM jsonb_array_elements(c.uses) WITH ORDINALITY AS e(u, n)
   WHERE NOT given.touches ? (u->>1)), '[]')
FROM given WHERE c.id = given.id
"""


def release(uses: Sequence[tuple[UUID, str, UUID]]) -> None:
    """Give back the room of messages (organization, subject, touch) that did not go out."""
    if not uses:
        return
    freed = _by_subject((org, subject, str(touch)) for org, subject, touch in uses)
    records = [
        (*key, text) for key, text in zip(freed, sql.jsonb_texts(list(freed.values())), strict=True)
    ]
    sql.run(_RELEASE, sql.columns(records, 3))


def _by_subject(items: Iterable[tuple[UUID, str, Any]]) -> dict[tuple[UUID, str], list[Any]]:
    found: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
    for org, subject, item in items:
        found[org, subject].append(item)
    return found
