"""The use of caps: recent messages by subject, locked while room is reserved.

A subject is an address key, or `person:` and a candidate's id. Rows are always locked in sorted
order, so that any number of workers can reserve room for the same people at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.governance.decisions import Use
from followthrough.store import sql

REMEMBERED = timedelta(days=8)  # longer than the longest cap (documents.LONGEST_CAP)

_INSERT = """
INSERT INTO governance_capuse (id, organization_id, subject_key, uses)
SELECT id, org, subject, '[]' FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS k(id, org, subject)
ORDER BY org, subject
ON CONFLICT (organization_id, subject_key) DO NOTHING
"""
_THERE = """
SELECT c.organization_id, c.subject_key FROM governance_capuse c
JOIN unnest(%s::uuid[], %s::text[]) AS k(org, subject)
  ON c.organization_id = k.org AND c.subject_key = k.subject
"""
_LOCK = """
SELECT c.organization_id, c.subject_key, c.uses
FROM governance_capuse c
JOIN unnest(%s::uuid[], %s::text[]) AS k(org, subject)
  ON c.organization_id = k.org AND c.subject_key = k.subject
ORDER BY c.organization_id, c.subject_key FOR UPDATE OF c
"""


def locked(
    keys: Sequence[tuple[UUID, str]], *, since: datetime | None = None
) -> dict[tuple[UUID, str], list[Use]]:
    """Lock the subjects (organization, subject key) until the transaction ends, and give their
    remembered uses after `since`, oldest first."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    after = since.timestamp() if since else 0.0
    return {
        (org, subject): [_use(one) for one in uses if one[0] > after]
        for org, subject, uses in _rows(wanted)
    }


def _rows(wanted: Sequence[tuple[UUID, str]]) -> list[tuple[UUID, str, list[Any]]]:
    """The locked rows. Missing ones are made before any is locked, so that no circle can form:
    whoever waits while making rows holds only rows that sort before."""
    there = {(org, subject) for org, subject in sql.rows(_THERE, sql.columns(wanted, 2))}
    missing = sorted({*wanted} - there)
    if missing:
        sql.run(_INSERT, ([uuid7() for _ in missing], *sql.columns(missing, 2)))
    return sql.rows(_LOCK, sql.columns(wanted, 2))


def _use(stored: Sequence[Any]) -> Use:
    seconds, touch_id, channel, stage, *purpose = stored
    at = datetime.fromtimestamp(seconds, tz=UTC)
    return Use(at, UUID(touch_id), channel, stage, *purpose)


def _stored(use: Use) -> list[Any]:
    return [use.at.timestamp(), str(use.touch_id), use.channel, use.stage, use.purpose]


_RESERVE = """
INSERT INTO governance_capuse AS c (id, organization_id, subject_key, uses)
SELECT id, org, subject, added::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[]) AS n(id, org, subject, added)
ORDER BY org, subject
ON CONFLICT (organization_id, subject_key) DO UPDATE SET uses =
  CASE WHEN (c.uses->0->>0)::float8 <= %s
    THEN coalesce((SELECT jsonb_agg(u ORDER BY n) FROM jsonb_array_elements(c.uses)
                     WITH ORDINALITY AS e(u, n) WHERE (u->>0)::float8 > %s), '[]')
    ELSE c.uses END || excluded.uses
"""


def reserve(uses: Sequence[tuple[UUID, str, Use]]) -> None:
    """Note messages that are about to go out, under (organization, subject); forget old ones."""
    if not uses:
        return
    added = _by_subject((org, subject, _stored(use)) for org, subject, use in uses)
    oldest = max(use.at for _, _, use in uses) - REMEMBERED
    records = [
        (uuid7(), *key, text)
        for key, text in zip(added, sql.jsonb_texts(list(added.values())), strict=True)
    ]
    forget = oldest.timestamp()
    sql.run(_RESERVE, (*sql.columns(records, 4), forget, forget))


_RELEASE = """
WITH given AS MATERIALIZED (
  SELECT c.id, k.touches::jsonb AS touches FROM governance_capuse c
  JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS k(org, subject, touches)
    ON c.organization_id = k.org AND c.subject_key = k.subject
  ORDER BY c.organization_id, c.subject_key FOR UPDATE OF c
)
UPDATE governance_capuse c SET uses = coalesce(
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
