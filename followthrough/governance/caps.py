"""The use of caps: recent messages by address, read before deciding and written with the decision.

A row is an address with its recent messages, each with the person it was for: what one person got
on all their addresses is found in the same rows. Nothing is locked while a batch is judged: a row
counts its changes, and whoever writes names the count that was read. Who was overtaken writes
nothing and decides again, so any number of workers can reserve room on a shared phone at once.
(One person's messages are decided by one worker at a time, whoever holds their shard.) Rows are
given in the order of their keys; should two wait in a circle all the same, one was overtaken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from psycopg.errors import DeadlockDetected, SerializationFailure

from followthrough.core.ids import uuid7
from followthrough.governance.decisions import Stored, Use
from followthrough.store import sql

REMEMBERED = timedelta(days=8)  # longer than the longest cap (documents.LONGEST_CAP)

Key = tuple[UUID, str]  # organization, address key


# Somebody else reserved room on the same address meanwhile: decide again. (Two may have waited for
# each other after all.)
OVERTAKEN = (SerializationFailure, DeadlockDetected)


class Row(NamedTuple):
    """A row as it was read: how often it had been changed, and its uses, oldest first."""

    changes: int
    uses: list[Stored]


Seen = dict[UUID, dict[str, Row]]  # by organization and address key; an unknown one is left out

_READ = """
SELECT c.organization_id, c.address_key, c.changes, c.uses
FROM unnest(%s::uuid[], %s::text[]) AS k(org, key)
JOIN governance_capuse c ON c.organization_id = k.org AND c.address_key = k.key
"""


def read(keys: Iterable[Key]) -> Seen:
    """What is remembered of the addresses."""
    wanted = list(set(keys))
    return seen(sql.rows(_READ, sql.columns(wanted, 2))) if wanted else {}


def seen(found: Iterable[tuple]) -> Seen:
    """Rows as they were read: organization, address key, changes, uses. One may come twice."""
    return {
        org: {key: Row(changes, orjson.loads(uses)) for _, key, changes, uses in rows}
        for org, rows in sql.by_key(found).items()
    }


# What was there is changed, and only if nobody changed it since; what was not is added. Were there
# fewer than there should be, the server itself undoes it all, so that nobody need wait to hear it.
_CHANGE = """
WITH written AS (
  UPDATE governance_capuse c SET uses = n.uses, changes = c.changes + 1
  FROM (SELECT unnest(%s::uuid[]) AS org, unnest(%s::text[]) AS key,
      unnest(%s::bigint[]) AS changes, unnest(%s::text[]) AS uses) AS n
  WHERE c.organization_id = n.org AND c.address_key = n.key AND c.changes = n.changes
  RETURNING 1)
SELECT governance_all_or_nothing(count(*), %s) FROM written
"""
_ADD = """
WITH written AS (
  INSERT INTO governance_capuse (id, organization_id, address_key, changes, uses)
  SELECT id, org, key, 1, uses
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[]) AS n(id, org, key, uses)
  ON CONFLICT (organization_id, address_key) DO NOTHING
  RETURNING 1)
SELECT governance_all_or_nothing(count(*), %s) FROM written
"""


def reserve(uses: Sequence[tuple[UUID, str, Use]], seen: Seen) -> None:
    """Note messages that are about to go out, under (organization, address key); forget old ones.

    Raises one of OVERTAKEN, here or when what was gathered is sent, when an address's uses are no
    longer those that were `seen`; the caller's transaction must then be rolled back.
    """
    if not uses:
        return
    added = _by_address((org, key, list(use)) for org, key, use in uses)
    oldest = max(use.at for _, _, use in uses) - REMEMBERED.total_seconds()
    changed, new = [], []
    for org, key in sorted(added, key=_order):
        if row := seen.get(org, {}).get(key):
            changed.append((org, key, row.changes, [*_kept(row.uses, oldest), *added[org, key]]))
        else:
            new.append((uuid7(), org, key, added[org, key]))
    _write(_CHANGE, changed)
    _write(_ADD, new)


def _kept(uses: list[Stored], oldest: float) -> list[Stored]:
    """Those later than `oldest`: all of them, mostly, as the first one tells."""
    if not uses or uses[0][0] > oldest:
        return uses
    return [one for one in uses if one[0] > oldest]


def _order(key: Key) -> tuple[str, int]:
    return key[1], key[0].int


def _write(query: str, records: list[tuple]) -> None:
    """Write all of the rows, whose last column is the uses, or none."""
    if records:
        *columns, uses = sql.columns(records, 4)
        sql.send(query, [*columns, sql.jsonb_texts(uses), len(records)])


_RELEASE = """
WITH given AS MATERIALIZED (
  SELECT c.id, k.touches::jsonb AS touches FROM governance_capuse c
  JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS k(org, key, touches)
    ON c.organization_id = k.org AND c.address_key = k.key
  ORDER BY c.address_key, c.organization_id FOR UPDATE OF c
)
UPDATE governance_capuse c SET changes = c.changes + 1, uses = coalesce(
  (SELECT jsonb_agg(u ORDER BY n)
   FROM jsonb_array_elements(c.uses::jsonb) WITH ORDINALITY AS e(u, n)
   WHERE NOT given.touches ? (u->>1)), '[]')::text
FROM given WHERE c.id = given.id
"""


def release(uses: Sequence[tuple[UUID, str, UUID]]) -> None:
    """Give back the room of messages (organization, address key, touch) that did not go out."""
    if not uses:
        return
    freed = _by_address((org, key, str(touch)) for org, key, touch in uses)
    records = [
        (*key, text) for key, text in zip(freed, sql.jsonb_texts(list(freed.values())), strict=True)
    ]
    sql.run(_RELEASE, sql.columns(records, 3))


def _by_address(items: Iterable[tuple[UUID, str, Any]]) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = defaultdict(list)
    for org, key, item in items:
        found[org, key].append(item)
    return found
