"""Mirroring applications: snapshots in, rows written, what changed handed back.

`apply` runs inside the caller's transaction and takes a whole batch of one connection in a fixed
number of statements. It locks the applications in id order before it compares, so two batches
cannot both believe to be the newest.

Every order of arrival ends in the same rows, since each application is a register (`snapshots`).
Two things are history and therefore depend on what was seen: the sequence of an anchor rises with
every change *seen*, and `StageChange` rows say what was *observed*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.core.canonical import iso
from followthrough.people import applications, registers
from followthrough.people.applications import AnchorMove, Move, Row
from followthrough.people.contacts import CHANNEL_KIND, address_key
from followthrough.people.models import Connection
from followthrough.people.snapshots import (
    CandidatePart,
    ConsentPart,
    Snapshot,
    Version,
    digest,
)
from followthrough.people.stages import Stage


class Changed(NamedTuple):
    """`kind` stage: it is now in stage `name`, since `at`. anchor: `name` is now at `at`, or off.

    `sequence` is the anchor's; 0 for a stage.
    """

    application_id: UUID
    candidate_id: UUID
    kind: str
    name: str
    at: datetime | None
    sequence: int = 0


class Grant(NamedTuple):
    """What a candidate allowed or refused in the ATS for one address on one channel."""

    organization_id: UUID
    candidate_id: UUID
    contact_point_id: UUID | None
    address_key: str
    channel: str
    granted: bool
    at: datetime
    text: str


class Applied(NamedTuple):
    """What a batch did; `outcomes` has a few words for each snapshot, in the order given."""

    changes: list[Changed]
    grants: list[Grant]
    outcomes: list[str]


def apply(
    connection: Connection,
    snapshots: Sequence[Snapshot],
    *,
    now: datetime,
    raw_event_ids: Sequence[UUID | None] = (),
) -> Applied:
    """Mirror `snapshots` (any order, repeats and old ones included); `now` is business time.

    `raw_event_ids` says, in the same order, which raw event each came from.
    """
    if not snapshots:
        return Applied([], [], [])
    came_from = list(raw_event_ids) or [None] * len(snapshots)
    rows = applications.locked(connection, snapshots)
    moves = applications.moves_of(connection, rows, snapshots, came_from)
    requisition_ids = registers.requisitions(connection, snapshots)
    candidate_ids = applications.candidate_ids_of(connection, rows, snapshots)
    seen = registers.candidates(connection, snapshots)
    anchors = applications.write_anchors(connection, moves)
    applications.write(moves, requisition_ids, candidate_ids, now)
    applications.write_stage_changes(connection, moves, now)
    points = registers.points(list(seen.changed.values())) if seen.changed else []
    record_all(list(_facts(connection, moves, anchors, points, now)))
    return Applied(
        changes=[*_changes(moves, anchors, candidate_ids, now)],
        grants=[*_grants(connection, snapshots, seen, candidate_ids)],
        outcomes=_outcomes(rows, moves, anchors, snapshots),
    )


# --- what is handed back -----------------------------------------------------------------------


def _changes(
    moves: list[Move],
    anchors: list[AnchorMove],
    candidate_ids: dict[str, UUID],
    now: datetime,
) -> Iterator[Changed]:
    """Stages first: a run begins with its first stage, and only then hears of anchors."""
    for move in moves:
        if move.stage != move.row.stage:
            theirs = candidate_ids[move.snapshot.candidate.external_id]
            yield Changed(
                move.row.id, theirs, "stage", move.stage, applications.stage_time(move, now)
            )
    for one in anchors:
        theirs = candidate_ids[one.move.snapshot.candidate.external_id]
        yield Changed(one.move.row.id, theirs, "anchor", one.name, one.at, one.sequence)


def _facts(
    connection: Connection,
    moves: list[Move],
    anchors: list[AnchorMove],
    points: list[registers.Point],
    now: datetime,
) -> Iterator[FactRow]:
    actor, organization_id = Actor("ats", str(connection.id)), connection.organization_id

    def fact(verb: str, kind: str, subject_id: UUID, why: Mapping[str, object]) -> FactRow:
        return FactRow(organization_id, actor, verb, kind, subject_id, why, now)

    for move in moves:
        if (move.stage, move.snapshot.stage) != (move.row.stage, move.row.ats_stage):
            why = {"from": move.row.stage, "to": move.stage, "ats_stage": move.snapshot.stage}
            yield fact("moved_stage", "application", move.row.id, why)
    for one in anchors:
        told = {"anchor": one.name, "at": iso(one.at) if one.at else None, "sequence": one.sequence}
        yield fact("moved_anchor", "application", one.move.row.id, told)
    for point in points:
        if point.unusable_reason:
            yield fact("found_unusable", "contact_point", point.id, {"why": point.unusable_reason})


def _grants(
    connection: Connection,
    snapshots: Sequence[Snapshot],
    seen: registers.Seen,
    candidate_ids: dict[str, UUID],
) -> Iterator[Grant]:
    """What candidates allowed or refused, for the addresses of the same snapshot.

    Consent is a fact with a time of its own, so old snapshots count too; what came with content
    that was stored already is left out.
    """
    told = {digest(one.candidate): one.candidate for one in snapshots if one.candidate.consent}
    new = [part for key, part in told.items() if key not in seen.unchanged]
    points = registers.points([candidate_ids[part.external_id] for part in new]) if new else []
    known = {(point.candidate_id, point.address_key): point.id for point in points}
    for part in new:
        theirs = candidate_ids[part.external_id]
        for consent, key in _addressed(connection, part):
            yield Grant(
                connection.organization_id, theirs, known.get((theirs, key)), key,
                consent.channel, consent.granted, consent.at, consent.text,
            )  # fmt: skip


def _addressed(connection: Connection, part: CandidatePart) -> Iterator[tuple[ConsentPart, str]]:
    """Each consent with the key of each address it is about."""
    for address in registers.addresses(connection, part):
        for consent in part.consent:
            if CHANNEL_KIND.get(consent.channel) == address.kind and not address.problem:
                yield consent, address_key(address.address)


def _outcomes(
    rows: dict[str, Row],
    moves: list[Move],
    anchors: list[AnchorMove],
    snapshots: Sequence[Snapshot],
) -> list[str]:
    said = {id(move.snapshot): _outcome(move, anchors) for move in moves}
    return [
        said.get(id(snapshot)) or _unheard(rows[snapshot.external_id], snapshot.version)
        for snapshot in snapshots
    ]


def _outcome(move: Move, anchors: list[AnchorMove]) -> str:
    if move.stage == Stage.UNMAPPED:
        return f"unmapped stage: {move.snapshot.stage}"
    parts = ["stage changed"] if move.stage != move.row.stage else []
    parts += [f"{one.name} moved" for one in anchors if one.move is move]
    return ", ".join(parts) or "no change"


def _unheard(row: Row, version: Version) -> str:
    same = row.seen_version and Version(row.seen_version, row.seen_digest) == version
    return "no change" if same else "older than the last seen"
