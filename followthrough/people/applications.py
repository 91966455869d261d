"""Applications as rows: locked, compared with their newest snapshot, and written.

What the mirror does to `people_application`, its stage changes and its anchors; every statement
takes a whole batch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7, uuid7s
from followthrough.people.candidates import Person
from followthrough.people.models import Connection
from followthrough.people.registers import Opening
from followthrough.people.snapshots import Heard, Snapshot, Version, newest
from followthrough.people.stages import Stage
from followthrough.store import sql

Anchors = Mapping[str, tuple[datetime | None, int]]  # by name: when (None: taken away), sequence


class Row(NamedTuple):
    """An application as it is stored, or as it would be before its first snapshot."""

    id: UUID
    stage: str
    ats_stage: str
    seen_version: datetime | None
    seen_digest: str
    requisition_id: UUID | None
    anchors: Anchors
    is_new: bool

    def is_older_than(self, version: Version) -> bool:
        if self.seen_version is None:
            return True
        return Version(self.seen_version, self.seen_digest) < version


class Move(NamedTuple):
    """An application and the snapshot that replaces what is stored; `stage` is the canonical."""

    row: Row
    version: Version
    snapshot: Snapshot
    stage: str
    raw_event_id: UUID | None


class AnchorMove(NamedTuple):
    """An anchor that was set, moved or (without `at`) taken away."""

    move: Move
    name: str
    at: datetime | None
    sequence: int


# --- locking and reading -----------------------------------------------------------------------

# Of several connections it may lock a few too many, where they use the same ids. A join with the
# pairs would be exact, and read the whole table where PostgreSQL believes it to be small.
_LOCK = """
SELECT id FROM people_application WHERE connection_id = ANY(%s) AND external_id = ANY(%s)
ORDER BY id FOR NO KEY UPDATE
"""
# A statement of its own: one that had to wait for the lock would show anchors as they were before.
_ROWS = """
SELECT a.external_id, a.id, a.stage, a.ats_stage, a.seen_version, a.seen_digest,
    a.requisition_id, n.name, n.at, n.sequence
FROM people_application a LEFT JOIN people_anchor n ON n.application_id = a.id
WHERE a.connection_id = %s AND a.external_id = ANY(%s)
"""


def locked(keys: Collection[tuple[UUID, str]]) -> sql.Question[int]:
    """How many of these applications (connection, external id) are there? Locks them, always in
    the order of their own ids."""
    connection_ids, external_ids = map(set, zip(*keys, strict=True)) if keys else ((), ())
    return sql.Question(_LOCK, (list(connection_ids), list(external_ids)), len)


def known(connection: Connection, keys: Sequence[str]) -> sql.Question[dict[str, Row]]:
    """Which of these applications are known, by external id?"""
    return sql.Question(_ROWS, (connection.id, list(keys)), _rows)


def _rows(found: list[tuple]) -> dict[str, Row]:
    """One row for each anchor becomes one row for each application."""
    rows: dict[str, Row] = {}
    for key, *values, name, at, sequence in found:
        row = rows.setdefault(key, Row(*values, anchors={}, is_new=False))
        if name:
            rows[key] = row._replace(anchors={**row.anchors, name: (at, sequence)})
    return rows


def with_new(rows: dict[str, Row], batch: Sequence[Heard]) -> dict[str, Row]:
    """The rows of all that are heard of: there is always one to compare with."""
    missing = sorted({one.snapshot.external_id for one in batch} - rows.keys())
    made = (Row(key, "", "", None, "", None, {}, True) for key in uuid7s(len(missing)))
    return rows | dict(zip(missing, made, strict=True))


_STAGES = """
SELECT ats_stage, stage FROM people_stagemapping WHERE connection_id = %s AND ats_stage = ANY(%s)
"""


def stages(connection: Connection, names: Iterable[str]) -> sql.Question[dict[str, str]]:
    """What do these stages of the ATS mean?"""
    return sql.Question(_STAGES, (connection.id, sorted(set(names))), dict)


# --- comparing ---------------------------------------------------------------------------------


def moves_of(rows: Mapping[str, Row], batch: Sequence[Heard], stages: dict[str, str]) -> list[Move]:
    """The newest snapshot of each application, where it is newer than what is stored."""
    found = newest((one.snapshot.external_id, one.version, one) for one in batch)
    return [
        Move(
            rows[key], version, one.snapshot,
            one.snapshot.closed or stages.get(one.snapshot.stage, Stage.UNMAPPED.value),
            one.raw_event_id,
        )
        for key, (version, one) in found.items()
        if rows[key].is_older_than(version)
    ]  # fmt: skip


def stage_time(move: Move, now: datetime) -> datetime:
    """Since when it is in its stage, as the source says; never later than now."""
    return min(move.snapshot.stage_changed_at or move.snapshot.updated_at, now)


# --- writing -----------------------------------------------------------------------------------

_WRITE = """
UPDATE people_application AS known SET candidate_id = new.candidate_id,
    requisition_id = new.requisition_id, stage = new.stage, ats_stage = new.ats_stage,
    stage_since = CASE WHEN new.told OR known.stage <> new.stage THEN new.since
        ELSE known.stage_since END,
    seen_version = new.version, seen_digest = new.digest, fields = new.fields::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[],
    %s::boolean[], %s::timestamptz[], %s::text[], %s::text[])
    AS new (id, candidate_id, requisition_id, stage, ats_stage, since, told, version, digest,
    fields)
WHERE known.id = new.id AND known.id = ANY(%s)
"""


_ADD = """
INSERT INTO people_application (id, organization_id, connection_id, external_id, candidate_id,
    requisition_id, stage, ats_stage, stage_since, seen_version, seen_digest, fields)
SELECT id, %s, %s, external_id, candidate_id, requisition_id, stage, ats_stage, since, version,
    digest, fields::jsonb
FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[],
    %s::timestamptz[], %s::boolean[], %s::timestamptz[], %s::text[], %s::text[])
    AS new (external_id, id, candidate_id, requisition_id, stage, ats_stage, since, told, version,
    digest, fields)
"""


def write(
    connection: Connection,
    moves: Sequence[Move],
    openings: Mapping[str, Opening],
    people: Mapping[str, Person],
    now: datetime,
) -> None:
    """New ones in key order, so that two batches never wait for each other in a circle."""
    new = sorted((move.snapshot.external_id, move) for move in moves if move.row.is_new)
    old = [move for move in moves if not move.row.is_new]
    if new:
        records = [(key, *_record(move, openings, people, now)) for key, move in new]
        sql.send(_ADD, [connection.organization_id, connection.id, *sql.columns(records, 11)])
    if old:
        found = sql.columns([_record(move, openings, people, now) for move in old], 10)
        sql.send(_WRITE, [*found, found[0]])


def _record(
    move: Move, openings: Mapping[str, Opening], people: Mapping[str, Person], now: datetime
) -> tuple[object, ...]:
    snapshot = move.snapshot
    return (
        move.row.id,
        people[snapshot.candidate.external_id].id,
        openings[snapshot.requisition.external_id].id if snapshot.requisition else None,
        move.stage, snapshot.stage, stage_time(move, now),
        snapshot.stage_changed_at is not None, move.version.at, move.version.digest,
        sql.jsonb_texts([snapshot.fields])[0],
    )  # fmt: skip


_ADD_STAGE_CHANGES = """
INSERT INTO people_stagechange (id, organization_id, application_id, from_stage, to_stage,
    ats_stage, source_time, observed_at, raw_event_id)
SELECT id, %s, application_id, from_stage, to_stage, ats_stage, source_time, %s, raw_event_id
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::uuid[])
    AS new (id, application_id, from_stage, to_stage, ats_stage, source_time, raw_event_id)
"""


def write_stage_changes(connection: Connection, moves: Sequence[Move], now: datetime) -> None:
    records = [
        (
            uuid7(), move.row.id, move.row.stage, move.stage, move.snapshot.stage,
            move.snapshot.stage_changed_at, move.raw_event_id,
        )
        for move in moves
        if (move.stage, move.snapshot.stage) != (move.row.stage, move.row.ats_stage)
    ]  # fmt: skip
    if records:
        given = [connection.organization_id, now, *sql.columns(records, 7)]
        sql.send(_ADD_STAGE_CHANGES, given)


_WRITE_ANCHORS = """
WITH new AS MATERIALIZED (
  SELECT %s AS organization_id, n.* FROM unnest(%s::uuid[], %s::uuid[], %s::text[],
      %s::timestamptz[], %s::int[]) AS n (id, application_id, name, at, sequence)),
seen AS (
  INSERT INTO people_anchorchange (id, organization_id, application_id, name, at, sequence,
      observed_at)
  SELECT id, organization_id, application_id, name, at, sequence, %s FROM new)
INSERT INTO people_anchor (id, organization_id, application_id, name, at, sequence)
SELECT id, organization_id, application_id, name, at, sequence FROM new
ON CONFLICT (application_id, name) DO UPDATE SET at = EXCLUDED.at, sequence = EXCLUDED.sequence
"""


def write_anchors(connection: Connection, moves: Sequence[Move], now: datetime) -> list[AnchorMove]:
    """Set, move and clear anchors as the snapshots say, and keep what changed; what they do not
    name is cleared."""
    found = [one for move in moves for one in _moved_anchors(move)]
    if found:
        records = [(uuid7(), one.move.row.id, one.name, one.at, one.sequence) for one in found]
        given = [connection.organization_id, *sql.columns(records, 5), now]
        sql.send(_WRITE_ANCHORS, given)
    return found


def _moved_anchors(move: Move) -> Iterator[AnchorMove]:
    wanted, stored = move.snapshot.anchors, move.row.anchors
    for name in sorted({*wanted, *stored}):
        at, sequence = stored.get(name, (None, 0))
        if wanted.get(name) != at:
            yield AnchorMove(move, name, wanted.get(name), sequence + 1)
