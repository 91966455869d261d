"""The use of caps: recent messages by subject, read before deciding and written with the decision.

A subject is an address key, or `person:` and a candidate's id. Nothing is locked while a batch is
judged: a row counts its changes, and whoever writes names the count that was read. Who was
overtaken writes nothing and decides again, so any number of workers can reserve room for the same
people at once. Rows are written in the order of their keys, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.errors import DeadlockDetected

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
    """What was read: by organization and subject its row, and its remembered uses, oldest first."""

    rows: Mapping[Key, _Row] = field(default_factory=dict)
    uses: Mapping[UUID, Mapping[str, Sequence[Use]]] = field(default_factory=dict)


_READ = """
SELECT c.organization_id, c.subject_key, c.changes, c.uses
FROM unnest(%s::uuid[], %s::text[]) AS k(org, subject)
JOIN governance_capuse c ON c.organization_id = k.org AND c.subject_key = k.subject
"""
_READ_OF_PEOPLE = """
SELECT c.organization_id, c.subject_key, c.changes, c.uses FROM (
  SELECT organization_id, address_key FROM people_contactpoint
  WHERE candidate_id = ANY(%(people)s) AND address_key <> ''
  UNION SELECT organization_id, 'person:' || id FROM people_candidate WHERE id = ANY(%(people)s)
) AS k(org, subject)
JOIN governance_capuse c ON c.organization_id = k.org AND c.subject_key = k.subject
"""


def read(keys: Iterable[Key]) -> Seen:
    """What is remembered of the subjects; the unknown are left out."""
    wanted = list(set(keys))
    return _seen(sql.rows(_READ, sql.columns(wanted, 2))) if wanted else Seen()


def of_people(candidate_ids: Sequence[UUID]) -> sql.Question[Seen]:
    """What is remembered of these people and of all their addresses?"""
    return sql.Question(_READ_OF_PEOPLE, {"people": list(candidate_ids)}, _seen)


def _seen(found: Sequence[tuple]) -> Seen:
    rows: dict[Key, _Row] = {}
    uses: dict[UUID, dict[str, list[Use]]] = defaultdict(dict)
    for org, subject, changes, stored in found:
        rows[org, subject] = _Row(changes, stored)
        uses[org][subject] = [Use(*one) for one in stored]
    return Seen(rows, uses)


# What was there is changed, and only if nobody changed it since; what was not is added.
_CHANGE = """
UPDATE governance_capuse c SET uses = n.uses::jsonb, changes = c.changes + 1
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::text[]) AS n(org, subject, changes, uses)
WHERE c.organization_id = n.org AND c.subject_key = n.subject AND c.changes = n.changes
"""
_ADD = """
INSERT INTO governance_capuse (id, organization_id, subject_key, changes, uses)
SELECT id, org, subject, 1, uses::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[]) AS n(id, org, subject, uses)
ON CONFLICT (organization_id, subject_key) DO NOTHING
"""


def reserve(uses: Sequence[tuple[UUID, str, Use]], seen: Seen) -> None:
    """Note messages that are about to go out, under (organization, subject); forget old ones.

    Raises Overtaken when a subject's uses are no longer those that were `seen`; the caller's
    transaction must then be rolled back.
    """
    if not uses:
        return
    added = _by_subject((org, subject, list(use)) for org, subject, use in uses)
    oldest = max(use.at for _, _, use in uses) - REMEMBERED.total_seconds()
    changed, new = [], []
    for key in sorted(added, key=_order):
        if row := seen.rows.get(key):
            kept = [one for one in row.stored if one[0] > oldest]
            changed.append((*key, row.changes, [*kept, *added[key]]))
        else:
            new.append((uuid7(), *key, added[key]))
    _write(_CHANGE, changed)
    _write(_ADD, new)


def _order(key: Key) -> tuple[str, int]:
    return key[1], key[0].int


def _write(query: str, records: list[tuple]) -> None:
    """Write rows whose last column is the uses; Overtaken when one of them could not be."""
    if not records:
        return
    *columns, uses = sql.columns(records, 4)
    try:
        written = sql.run(query, [*columns, sql.jsonb_texts(uses)])
    except DeadlockDetected as problem:  # two waited for each other after all
        raise Overtaken from problem
    if written < len(records):
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
