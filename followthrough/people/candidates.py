"""Candidates and their addresses: registers (see `snapshots`) that are mirrored a batch at a time.

Whoever is known already was locked when read, so what is compared here is what is stored. Whoever
is new is written whole; that fails where another worker was faster, and the batch is done again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from followthrough.core.ids import shard_of, uuid7, uuid7s
from followthrough.core.phones import REASONS
from followthrough.people.contacts import Address, read_address
from followthrough.people.models import Connection
from followthrough.people.plain import plain_text
from followthrough.people.snapshots import CandidatePart, Heard, Version, newest
from followthrough.store import sql

# The reasons that are ours to set and take back; what a provider found out about an address stays.
OURS = ["", "gone", "not_an_address", *REASONS]


class Person(NamedTuple):
    """A candidate as stored. `version` is None when no snapshot of theirs was seen yet."""

    id: UUID
    shard: int
    version: Version | None
    zone: tuple[datetime | None, str]  # what they said of their zone, and when

    def is_older_than(self, version: Version) -> bool:
        return self.version is None or self.version < version

    def differs(self, version: Version) -> bool:
        return self.version is None or self.version.digest != version.digest

    def spoke_before(self, said: tuple[datetime, str]) -> bool:
        return self.zone[0] is None or self.zone < said


class Point(NamedTuple):
    """A contact point."""

    id: UUID
    candidate_id: UUID
    kind: str
    address_key: str
    unusable_reason: str


class Seen(NamedTuple):
    """The candidates of a batch after it was written.

    `people` has all of them by external id, `new` those who were not known before. `points` are
    the contact points of everyone whose content is new, `stored` the digests of content that is
    not. `read` are the addresses in content that was written, by its digest.
    """

    people: Mapping[str, Person]
    new: frozenset[UUID]
    points: list[Point]
    stored: frozenset[str]
    read: Mapping[str, list[Address]]


_KNOWN = """
SELECT external_id, id, shard, seen_version, seen_digest, zone_stated_at, zone_stated
FROM people_candidate WHERE connection_id = %s AND external_id = ANY(%s)
ORDER BY id FOR NO KEY UPDATE
"""


def known(connection: Connection, keys: Sequence[str]) -> sql.Question[dict[str, Person]]:
    """Who of these is known, by external id? Locks them."""
    return sql.Question(_KNOWN, (connection.id, list(keys)), _people)


def _people(rows: list[tuple]) -> dict[str, Person]:
    return {
        key: Person(found, shard, Version(at, digest) if at else None, (zone_at, zone))
        for key, found, shard, at, digest, zone_at, zone in rows
    }


Content = tuple[Version, CandidatePart]
Said = tuple[datetime, str]  # when, and which zone


def mirror(connection: Connection, known: Mapping[str, Person], batch: Sequence[Heard]) -> Seen:
    """Write what is new of the candidates: their own data, their addresses, what they said."""
    contents = newest(
        (one.snapshot.candidate.external_id, one.person, one.snapshot.candidate) for one in batch
    )
    said = _said(batch)
    added = {key: found for key, found in sorted(contents.items()) if key not in known}
    of = f"{connection.id}:"
    new = {key: _person(of + key, version, said.get(key)) for key, (version, _) in added.items()}
    _add(connection, new, added)
    changed = _write(known, contents)
    _state_zones(known, said)
    read = {v.digest: addresses(connection, part) for v, part in (added | changed).values()}
    points = [
        *_add_points(connection, {new[key].id: read[v.digest] for key, (v, _) in added.items()}),
        *_write_points(
            connection, {known[key].id: read[v.digest] for key, (v, _) in changed.items()}
        ),
    ]
    stored = frozenset(one.version.digest for one in known.values() if one.version)
    return Seen({**known, **new}, frozenset(one.id for one in new.values()), points, stored, read)


def _said(batch: Sequence[Heard]) -> dict[str, Said]:
    """What a candidate said of their zone is a fact with a time: the latest statement stands."""
    found: dict[str, Said] = {}
    for snapshot, *_ in batch:
        part, at = snapshot.candidate, snapshot.updated_at
        if part.zone_stated:
            statement = at, part.zone_stated
            found[part.external_id] = max(statement, found.get(part.external_id, statement))
    return found


def _person(name: str, version: Version, said: Said | None) -> Person:
    return Person(uuid7(), shard_of(name, shards=settings.SHARDS), version, said or (None, ""))


_ADD = """
INSERT INTO people_candidate (id, organization_id, connection_id, external_id, shard,
    zone_stated_at, zone_stated, given_name, family_name, plain_name, locale, country, region,
    zone_address, seen_version, seen_digest)
SELECT id, %s, %s, external_id, shard, said_at, said, given_name, family_name, plain_name, locale,
    country, region, zone, version, digest
FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::text[])
    AS new (id, external_id, shard, said_at, said, given_name, family_name, plain_name, locale,
    country, region, zone, version, digest)
"""


def _add(
    connection: Connection, new: Mapping[str, Person], contents: Mapping[str, Content]
) -> None:
    """In key order, so that two batches never wait for each other in a circle."""
    records = [
        (person.id, key, person.shard, *person.zone, *_own(contents[key]))
        for key, person in new.items()
    ]
    if records:
        given = [connection.organization_id, connection.id, *sql.columns(records, 14)]
        sql.send(_ADD, given)


def _own(content: Content) -> tuple[object, ...]:
    version, part = content
    return (
        part.given_name, part.family_name, plain_text(part.family_name, part.given_name),
        part.locale or "en", part.country, part.region, part.zone, version.at, version.digest,
    )  # fmt: skip


_WRITE = """
UPDATE people_candidate AS known SET given_name = new.given_name, family_name = new.family_name,
    plain_name = new.plain_name, locale = new.locale, country = new.country, region = new.region,
    zone_address = new.zone, seen_version = new.version, seen_digest = new.digest
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::text[], %s::timestamptz[], %s::text[])
    AS new (id, given_name, family_name, plain_name, locale, country, region, zone, version, digest)
WHERE known.id = new.id AND known.id = ANY(%s)
"""


def _write(known: Mapping[str, Person], contents: Mapping[str, Content]) -> dict[str, Content]:
    """Write what is newer than what is known; returns what differs from it, too."""
    newer = {
        key: content
        for key, content in contents.items()
        if key in known and known[key].is_older_than(content[0])
    }
    if newer:
        records = [(known[key].id, *_own(content)) for key, content in newer.items()]
        found = sql.columns(records, 10)
        sql.send(_WRITE, [*found, found[0]])
    return {key: content for key, content in newer.items() if known[key].differs(content[0])}


_STATE_ZONES = """
UPDATE people_candidate AS known SET zone_stated = new.zone, zone_stated_at = new.at
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS new (id, at, zone)
WHERE known.id = new.id
"""


def _state_zones(known: Mapping[str, Person], said: Mapping[str, Said]) -> None:
    records = [
        (known[key].id, *statement)
        for key, statement in said.items()
        if key in known and known[key].spoke_before(statement)
    ]
    if records:
        sql.send(_STATE_ZONES, sql.columns(records, 3))


# --- contact points ----------------------------------------------------------------------------

_ADD_POINTS = """
INSERT INTO people_contactpoint AS known (id, organization_id, candidate_id, kind, written,
    address, address_key, usable, unusable_reason, position)
SELECT id, %s, candidate_id, kind, written, address, address_key, problem = '', problem, position
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::int[])
    AS new (id, candidate_id, kind, written, address, problem, address_key, position)
"""
_WRITE_POINTS = f"""{_ADD_POINTS}
ON CONFLICT (candidate_id, kind, written) DO UPDATE SET address = EXCLUDED.address,
    address_key = EXCLUDED.address_key, position = EXCLUDED.position,
    usable = CASE WHEN known.unusable_reason = ANY(%s) THEN EXCLUDED.usable ELSE known.usable END,
    unusable_reason = CASE WHEN known.unusable_reason = ANY(%s) THEN EXCLUDED.unusable_reason
        ELSE known.unusable_reason END
"""
_LOSE_POINTS = """
UPDATE people_contactpoint AS known SET usable = false, unusable_reason = 'gone'
WHERE known.candidate_id = ANY(%s) AND known.unusable_reason = ANY(%s)
  AND known.unusable_reason <> 'gone'
  AND NOT EXISTS (SELECT 1 FROM unnest(%s::uuid[], %s::text[], %s::text[])
      AS new (candidate_id, kind, written)
    WHERE (new.candidate_id, new.kind, new.written)
        = (known.candidate_id, known.kind, known.written))
"""
_POINTS = """
SELECT id, candidate_id, kind, address_key, unusable_reason FROM people_contactpoint
WHERE candidate_id = ANY(%s) ORDER BY position, id
"""

Theirs = Mapping[UUID, list[Address]]  # by candidate
Record = tuple[UUID, UUID, str, str, str, str, str, int]


def _add_points(connection: Connection, theirs: Theirs) -> list[Point]:
    """The addresses of new people, as they are; one that cannot be read stays with its reason."""
    records = _records(theirs)
    if records:
        sql.send(_ADD_POINTS, [connection.organization_id, *sql.columns(records, 8)])
    return [
        Point(key, whose, kind, hashed, why) for key, whose, kind, _, _, why, hashed, _ in records
    ]


def _write_points(connection: Connection, theirs: Theirs) -> list[Point]:
    """The addresses of people who had some; what is no longer in the ATS becomes unusable."""
    if not theirs:
        return []
    found = sql.columns(_records(theirs), 8)
    if found[0]:
        sql.send(_WRITE_POINTS, [connection.organization_id, *found, OURS, OURS])
    sql.send(_LOSE_POINTS, [list(theirs), OURS, *found[1:4]])
    return points(list(theirs))


def _records(theirs: Theirs) -> list[Record]:
    keys = iter(uuid7s(sum(map(len, theirs.values()))))
    return [
        (next(keys), candidate_id, *address, position)
        for candidate_id, found in theirs.items()
        for position, address in enumerate(found)
    ]


def addresses(connection: Connection, part: CandidatePart) -> list[Address]:
    """The addresses of a candidate as read, each once, in the ATS's order."""
    country = part.country or connection.organization.country
    written = [("phone", text.strip()) for text in part.phones]
    written += [("email", text.strip()) for text in part.emails]
    return [
        read_address(kind, text, country=country) for kind, text in dict.fromkeys(written) if text
    ]


def points(candidate_ids: Sequence[UUID]) -> list[Point]:
    """The contact points of these candidates."""
    return [Point(*row) for row in sql.rows(_POINTS, (list(candidate_ids),))]
