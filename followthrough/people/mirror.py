"""Mirroring applications: snapshots in, rows written, what changed handed back.

`apply` runs inside the caller's transaction and takes a whole batch of one connection in a fixed
number of statements. The applications are locked in id order, then their candidates, before
anything is compared, so two batches cannot both believe to be the newest.

Every order of arrival ends in the same rows, since each application is a register (`snapshots`).
Two things are history and therefore depend on what was seen: the sequence of an anchor rises with
every change *seen*, and `StageChange` rows say what was *observed*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.core.canonical import iso
from followthrough.people import applications, candidates, registers
from followthrough.people.applications import AnchorMove, Anchors, Move, Row
from followthrough.people.candidates import Person, Point, Seen
from followthrough.people.contacts import CHANNEL_KIND, Address
from followthrough.people.models import Connection
from followthrough.people.registers import Opening
from followthrough.people.snapshots import (
    CandidatePart,
    ConsentPart,
    Heard,
    Snapshot,
    Version,
    heard,
)
from followthrough.people.stages import Stage
from followthrough.store import sql


class Stored(NamedTuple):
    """What is stored about a batch, by external ids; the stages by the ATS's names."""

    applications: dict[str, Row]
    people: dict[str, Person]
    openings: dict[str, Opening]
    stages: dict[str, str]


def locked(pairs: Sequence[tuple[Connection, Snapshot]]) -> sql.Question[int]:
    """Lock these applications: in one statement for all connections, for the order is by id."""
    return applications.locked([(connection.id, one.external_id) for connection, one in pairs])


def questions(connection: Connection, snapshots: Sequence[Snapshot]) -> list[sql.Question[Any]]:
    """What `Stored` holds, in its order; to be asked when the applications are locked."""
    keys = sorted({one.external_id for one in snapshots})
    people = sorted({one.candidate.external_id for one in snapshots})
    openings = sorted({one.requisition.external_id for one in snapshots if one.requisition})
    return [
        applications.known(connection, keys),
        candidates.known(connection, people),
        registers.known(connection, openings),
        applications.stages(connection, (one.stage for one in snapshots)),
    ]


def look(connection: Connection, snapshots: Sequence[Snapshot]) -> Stored:
    """Lock and read what is stored about `snapshots`, in one round trip."""
    lock = locked([(connection, one) for one in snapshots])
    return Stored(*sql.ask(lock, *questions(connection, snapshots))[1:])


class Subject(NamedTuple):
    """An application as it is now, for those who go on with it."""

    application_id: UUID
    organization_id: UUID
    candidate_id: UUID
    connection_id: UUID
    shard: int
    family: str
    site_id: UUID | None
    requisition_id: UUID | None
    anchors: Anchors


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
    said: ConsentPart


class Applied(NamedTuple):
    """What a batch did; `outcomes` has a few words for each snapshot, in the order given.

    `subjects` are the applications that anything was written of, by id, and `new_people` the
    candidates nobody had heard of. `reassigned` are those that were another requisition's before,
    `rearranged` the requisitions whose family or site was another.
    """

    changes: list[Changed]
    grants: list[Grant]
    outcomes: list[str]
    subjects: dict[UUID, Subject]
    new_people: frozenset[UUID]
    reassigned: Sequence[UUID] = ()
    rearranged: Sequence[UUID] = ()


def apply(
    connection: Connection,
    snapshots: Sequence[Snapshot],
    *,
    now: datetime,
    raw_event_ids: Sequence[UUID | None] = (),
    stored: Stored | None = None,
) -> Applied:
    """Mirror `snapshots` (any order, repeats and old ones included); `now` is business time.

    `raw_event_ids` says, in the same order, which raw event each came from. `stored` is what the
    caller has locked and read already. Raises psycopg.errors.UniqueViolation, perhaps only when
    what is gathered is run, where another transaction has added the same just now.
    """
    if not snapshots:
        return Applied([], [], [], {}, frozenset())
    batch = heard(snapshots, list(raw_event_ids) or [None] * len(snapshots))
    known, people, known_openings, stages = stored or look(connection, snapshots)
    rows = applications.with_new(known, batch)
    moves = applications.moves_of(rows, batch, stages)
    openings = registers.mirror(connection, known_openings, batch)
    seen = candidates.mirror(connection, people, batch)
    applications.write(connection, moves, openings, seen.people, now)
    anchors = applications.write_anchors(connection, moves, now)
    moved = _by_application(anchors)
    applications.write_stage_changes(connection, moves, now)
    record_all(list(_facts(connection, moves, anchors, seen.points, now)))
    return Applied(
        changes=[*_changes(moves, anchors, seen.people, now)],
        grants=[*_grants(connection, batch, seen)],
        outcomes=_outcomes(rows, moves, moved, batch),
        subjects={
            move.row.id: _subject(connection, move, openings, seen, moved[move.row.id])
            for move in moves
        },
        new_people=seen.new,
        reassigned=_reassigned(moves, openings),
        rearranged=_rearranged(known_openings, openings),
    )


def _reassigned(moves: list[Move], openings: Mapping[str, Opening]) -> list[UUID]:
    return [
        move.row.id
        for move in moves
        if not move.row.is_new and move.row.requisition_id != _opening_id(move, openings)
    ]


def _opening_id(move: Move, openings: Mapping[str, Opening]) -> UUID | None:
    wanted = move.snapshot.requisition
    return openings[wanted.external_id].id if wanted else None


def _rearranged(before: Mapping[str, Opening], after: Mapping[str, Opening]) -> list[UUID]:
    """Nearly always the very same: `registers.mirror` hands back what it was given."""
    if before is after:
        return []
    return [
        opening.id
        for key, opening in after.items()
        if key in before
        and (before[key].family, before[key].site_id) != (opening.family, opening.site_id)
    ]


# --- what is handed back -----------------------------------------------------------------------


def _changes(
    moves: list[Move],
    anchors: list[AnchorMove],
    people: Mapping[str, Person],
    now: datetime,
) -> Iterator[Changed]:
    """Stages first: a run begins with its first stage, and only then hears of anchors."""
    for move in moves:
        if move.stage != move.row.stage:
            theirs = people[move.snapshot.candidate.external_id].id
            yield Changed(
                move.row.id, theirs, "stage", move.stage, applications.stage_time(move, now)
            )
    for one in anchors:
        theirs = people[one.move.snapshot.candidate.external_id].id
        yield Changed(one.move.row.id, theirs, "anchor", one.name, one.at, one.sequence)


def _by_application(anchors: Sequence[AnchorMove]) -> Mapping[UUID, Sequence[AnchorMove]]:
    found: dict[UUID, list[AnchorMove]] = defaultdict(list)
    for one in anchors:
        found[one.move.row.id].append(one)
    return found


def _subject(
    connection: Connection,
    move: Move,
    openings: Mapping[str, Opening],
    seen: Seen,
    anchors: Sequence[AnchorMove],
) -> Subject:
    snapshot = move.snapshot
    opening = openings[snapshot.requisition.external_id] if snapshot.requisition else None
    person = seen.people[snapshot.candidate.external_id]
    moved = {one.name: (one.at, one.sequence) for one in anchors}
    return Subject(
        move.row.id, connection.organization_id, person.id, connection.id, person.shard,
        opening.family if opening else "", opening.site_id if opening else None,
        opening.id if opening else None, {**move.row.anchors, **moved},
    )  # fmt: skip


def _facts(
    connection: Connection,
    moves: list[Move],
    anchors: list[AnchorMove],
    points: list[Point],
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


def _grants(connection: Connection, batch: Sequence[Heard], seen: Seen) -> Iterator[Grant]:
    """What candidates allowed or refused, for the addresses of the same snapshot.

    Consent is a fact with a time of its own, so old snapshots count too; what came with content
    that was stored already is left out.
    """
    told = {
        one.person.digest: one.snapshot.candidate for one in batch if one.snapshot.candidate.consent
    }
    new = {key: part for key, part in told.items() if key not in seen.stored}
    known = _known_points([seen.people[one.external_id].id for one in new.values()], seen.points)
    for digest, part in new.items():
        theirs = seen.people[part.external_id].id
        read = seen.read.get(digest) or candidates.addresses(connection, part)
        for consent, key in _addressed(part, read):
            yield Grant(
                connection.organization_id, theirs, known.get((theirs, key)), key,
                consent,
            )  # fmt: skip


def _known_points(
    candidate_ids: Sequence[UUID], read: Sequence[Point]
) -> dict[tuple[UUID, str], UUID]:
    """The contact points of these candidates, by address key; those not read yet are."""
    unread = sorted(set(candidate_ids) - {point.candidate_id for point in read})
    found = [*read, *(candidates.points(unread) if unread else ())]
    return {(point.candidate_id, point.address_key): point.id for point in found}


def _addressed(part: CandidatePart, read: list[Address]) -> Iterator[tuple[ConsentPart, str]]:
    """Each consent with the key of each address it is about."""
    for address in read:
        for consent in part.consent:
            if CHANNEL_KIND.get(consent.channel) == address.kind and not address.problem:
                yield consent, address.key


def _outcomes(
    rows: Mapping[str, Row],
    moves: list[Move],
    moved: Mapping[UUID, Sequence[AnchorMove]],
    batch: Sequence[Heard],
) -> list[str]:
    said = {id(move.snapshot): _outcome(move, moved[move.row.id]) for move in moves}
    return [
        said.get(id(one.snapshot)) or _unheard(rows[one.snapshot.external_id], one.version)
        for one in batch
    ]


def _outcome(move: Move, anchors: Sequence[AnchorMove]) -> str:
    if move.stage == Stage.UNMAPPED:
        return f"unmapped stage: {move.snapshot.stage}"
    parts = ["stage changed"] if move.stage != move.row.stage else []
    parts += [f"{one.name} moved" for one in anchors]
    return ", ".join(parts) or "no change"


def _unheard(row: Row, version: Version) -> str:
    same = row.seen_version and Version(row.seen_version, row.seen_digest) == version
    return "no change" if same else "older than the last seen"
