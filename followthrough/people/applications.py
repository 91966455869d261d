"""Applications as rows: locked, compared with their newest snapshot, and written.

What the mirror does to `people_application`, its stage changes and its anchors; every statement
takes a whole batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.people import registers
from followthrough.people.models import Connection
from followthrough.people.snapshots import Snapshot, Version, newest
from followthrough.people.stages import Stage
from followthrough.store import sql


class Row(NamedTuple):
    """An application as it is stored."""

    external_id: str
    id: UUID
    candidate_id: UUID
    candidate_key: str
    stage: str
    ats_stage: str
    stage_since: datetime | None
    seen_version: datetime | None
    seen_digest: str

    def is_older_than(self, version: Version) -> bool:
        if self.seen_version is None:
            return True
        return Version(self.seen_version, self.seen_digest) < version


class Move(NamedTuple):
    """A stored application and the snapshot that replaces it. `stage` is the canonical one."""

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


# --- locking -----------------------------------------------------------------------------------

_LOCK = """
SELECT a.external_id, a.id, a.candidate_id, c.external_id, a.stage, a.ats_stage, a.stage_since,
    a.seen_version, a.seen_digest
FROM people_application a JOIN people_candidate c ON c.id = a.candidate_id
WHERE a.connection_id = %s AND a.external_id = ANY(%s)
ORDER BY a.id FOR NO KEY UPDATE OF a
"""
_ADD = """
INSERT INTO people_application (id, organization_id, connection_id, external_id, candidate_id,
    stage, ats_stage, seen_digest, fields)
SELECT new.id, %s, %s, new.external_id, new.candidate_id, '', '', '', '{}'
FROM unnest(%s::uuid[], %s::text[], %s::uuid[]) AS new (id, external_id, candidate_id)
ORDER BY new.external_id
ON CONFLICT (connection_id, external_id) DO NOTHING
"""


def locked(connection: Connection, snapshots: Sequence[Snapshot]) -> dict[str, Row]:
    """The applications by external id, locked; new ones are added empty first, so that there is
    always a row to lock and to compare with."""
    keys = sorted({snapshot.external_id for snapshot in snapshots})
    rows = _lock(connection, keys)
    missing = [one for one in snapshots if one.external_id not in rows]
    if not missing:
        return rows
    candidate_ids = registers.add_candidates(
        connection, [snapshot.candidate.external_id for snapshot in missing]
    )
    new = {one.external_id: candidate_ids[one.candidate.external_id] for one in missing}
    records = [(uuid7(), key, candidate_id) for key, candidate_id in new.items()]
    sql.run(_ADD, [connection.organization_id, connection.id, *sql.columns(records, 3)])
    return _lock(connection, keys)


def _lock(connection: Connection, keys: list[str]) -> dict[str, Row]:
    return {row[0]: Row(*row) for row in sql.rows(_LOCK, (connection.id, keys))}


# --- comparing ---------------------------------------------------------------------------------


def moves_of(
    connection: Connection,
    rows: dict[str, Row],
    snapshots: Sequence[Snapshot],
    came_from: Sequence[UUID | None],
) -> list[Move]:
    """The newest snapshot of each application, where it is newer than what is stored."""
    found = newest(
        (snapshot.external_id, snapshot.version, (snapshot, raw_event_id))
        for snapshot, raw_event_id in zip(snapshots, came_from, strict=True)
    )
    newer = {key: one for key, one in found.items() if rows[key].is_older_than(one[0])}
    query = "SELECT ats_stage, stage FROM people_stagemapping WHERE connection_id = %s"
    mapping = dict(sql.rows(query, (connection.id,))) if newer else {}
    return [
        Move(
            rows[key], version, snapshot,
            snapshot.closed or mapping.get(snapshot.stage, Stage.UNMAPPED.value), raw_event_id,
        )
        for key, (version, (snapshot, raw_event_id)) in newer.items()
    ]  # fmt: skip


def stage_time(move: Move, now: datetime) -> datetime:
    """Since when it is in its stage, as the source says; never later than now."""
    return min(move.snapshot.stage_changed_at or move.snapshot.updated_at, now)


def candidate_ids_of(
    connection: Connection, rows: dict[str, Row], snapshots: Sequence[Snapshot]
) -> dict[str, UUID]:
    """The candidates' ids by external id; an application may have gone to another candidate."""
    known = {row.candidate_key: row.candidate_id for row in rows.values()}
    wanted = {snapshot.candidate.external_id for snapshot in snapshots}
    if wanted <= known.keys():
        return known
    return known | registers.add_candidates(connection, sorted(wanted - known.keys()))


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
WHERE known.id = new.id
"""


def write(
    moves: list[Move],
    requisition_ids: dict[str, UUID],
    candidate_ids: dict[str, UUID],
    now: datetime,
) -> None:
    if not moves:
        return
    fields = sql.jsonb_texts([move.snapshot.fields for move in moves])
    records = [
        (
            move.row.id,
            candidate_ids[snapshot.candidate.external_id],
            requisition_ids[snapshot.requisition.external_id] if snapshot.requisition else None,
            move.stage, snapshot.stage, stage_time(move, now),
            snapshot.stage_changed_at is not None, move.version.at, move.version.digest, text,
        )
        for move, text in zip(moves, fields, strict=True)
        for snapshot in (move.snapshot,)
    ]  # fmt: skip
    sql.run(_WRITE, sql.columns(records, 10))


_ADD_STAGE_CHANGES = """
INSERT INTO people_stagechange (id, organization_id, application_id, from_stage, to_stage,
    ats_stage, source_time, observed_at, raw_event_id)
SELECT id, %s, application_id, from_stage, to_stage, ats_stage, source_time, %s, raw_event_id
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::uuid[])
    AS new (id, application_id, from_stage, to_stage, ats_stage, source_time, raw_event_id)
"""


def write_stage_changes(connection: Connection, moves: list[Move], now: datetime) -> None:
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
        sql.run(_ADD_STAGE_CHANGES, given)


_ANCHORS = """
SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)
"""
_WRITE_ANCHORS = """
INSERT INTO people_anchor (id, organization_id, application_id, name, at, sequence)
SELECT id, %s, application_id, name, at, sequence
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::int[])
    AS new (id, application_id, name, at, sequence)
ON CONFLICT (application_id, name) DO UPDATE SET at = EXCLUDED.at, sequence = EXCLUDED.sequence
"""


def write_anchors(connection: Connection, moves: list[Move]) -> list[AnchorMove]:
    """Set, move and clear anchors as the snapshots say; what they do not name is cleared."""
    if not moves:
        return []
    stored: dict[UUID, dict[str, tuple[datetime | None, int]]] = {}
    for application_id, name, at, sequence in sql.rows(_ANCHORS, ([m.row.id for m in moves],)):
        stored.setdefault(application_id, {})[name] = at, sequence
    found = [one for move in moves for one in _moved_anchors(move, stored.get(move.row.id, {}))]
    if found:
        records = [(uuid7(), one.move.row.id, one.name, one.at, one.sequence) for one in found]
        sql.run(_WRITE_ANCHORS, [connection.organization_id, *sql.columns(records, 5)])
    return found


def _moved_anchors(
    move: Move, stored: dict[str, tuple[datetime | None, int]]
) -> Iterator[AnchorMove]:
    wanted = move.snapshot.anchors
    for name in sorted({*wanted, *stored}):
        at, sequence = stored.get(name, (None, 0))
        if wanted.get(name) != at:
            yield AnchorMove(move, name, wanted.get(name), sequence + 1)
