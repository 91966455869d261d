"""The parts that applications share: candidates with their addresses, requisitions, sites.

Each is a register (see `snapshots`): the newest content wins, whatever the order of arrival, so
even a snapshot that is too old for its application may be the newest that names its requisition.
Everything here works on a whole batch at once; rows are written in key order, so that two batches
never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from followthrough.core.ids import shard_of, uuid7
from followthrough.core.phones import REASONS
from followthrough.people.contacts import Address, address_key, read_address
from followthrough.people.models import Connection
from followthrough.people.snapshots import (
    CandidatePart,
    RequisitionPart,
    SitePart,
    Snapshot,
    Version,
    digest,
    newest,
)
from followthrough.store import sql

# The reasons that are ours to set and take back; what a provider found out about an address stays.
OURS = ["", "gone", "not_an_address", *REASONS]


class Point(NamedTuple):
    """A contact point as it was just written."""

    id: UUID
    candidate_id: UUID
    kind: str
    address_key: str
    unusable_reason: str


# --- requisitions and sites --------------------------------------------------------------------

_REQUISITIONS = """
SELECT external_id, id, seen_version, seen_digest FROM people_requisition
WHERE connection_id = %s AND external_id = ANY(%s)
"""
_WRITE_REQUISITIONS = """
INSERT INTO people_requisition AS known (id, organization_id, connection_id, external_id, title,
    family, site_id, seen_version, seen_digest)
SELECT id, %s, %s, external_id, title, family, site_id, version, digest
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[],
    %s::text[]) AS new (id, external_id, title, family, site_id, version, digest)
ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET title = EXCLUDED.title,
    family = EXCLUDED.family, site_id = EXCLUDED.site_id,
    seen_version = EXCLUDED.seen_version, seen_digest = EXCLUDED.seen_digest
WHERE (COALESCE(known.seen_version, '-infinity'), known.seen_digest)
    < (EXCLUDED.seen_version, EXCLUDED.seen_digest)
"""


def requisitions(connection: Connection, snapshots: Sequence[Snapshot]) -> dict[str, UUID]:
    """Mirror the requisitions (and their sites) and return their ids by external id.

    Many applications share a requisition, so its row is only written when the content differs:
    otherwise every shard would queue for the same few rows.
    """
    parts = newest(
        (part.external_id, Version(snapshot.updated_at, digest(part)), part)
        for snapshot in snapshots
        if (part := snapshot.requisition)
    )
    known = _known_requisitions(connection, list(parts)) if parts else {}
    stale = {key: found for key, found in parts.items() if _is_stale(found[0], known.get(key))}
    if not stale:
        return {key: row[0] for key, row in known.items()}
    _write_requisitions(connection, stale)
    return {key: row[0] for key, row in _known_requisitions(connection, list(parts)).items()}


def _known_requisitions(
    connection: Connection, keys: list[str]
) -> dict[str, tuple[UUID, Version | None]]:
    return {
        key: (found, Version(at, digest) if at else None)
        for key, found, at, digest in sql.rows(_REQUISITIONS, (connection.id, keys))
    }


def _is_stale(version: Version, known: tuple[UUID, Version | None] | None) -> bool:
    if known is None or known[1] is None:
        return True
    return known[1].digest != version.digest and known[1] < version


def _write_requisitions(
    connection: Connection, parts: Mapping[str, tuple[Version, RequisitionPart]]
) -> None:
    site_ids = _sites(connection, list(parts.values()))
    records = [
        (
            uuid7(), key, part.title, part.family,
            site_ids[part.site.name] if part.site else None, version.at, version.digest,
        )
        for key, (version, part) in parts.items()
    ]  # fmt: skip
    sql.run(
        _WRITE_REQUISITIONS,
        [connection.organization_id, connection.id, *sql.columns(records, 7)],
    )


_WRITE_SITES = """
INSERT INTO people_site AS known (id, organization_id, name, external_id, address, country,
    region, zone, seen_version, seen_digest)
SELECT id, %s, name, external_id, address, country, region, zone, version, digest
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::timestamptz[], %s::text[])
    AS new (id, name, external_id, address, country, region, zone, version, digest)
ORDER BY name
ON CONFLICT (organization_id, name) DO UPDATE SET external_id = EXCLUDED.external_id,
    address = EXCLUDED.address, country = EXCLUDED.country, region = EXCLUDED.region,
    zone = COALESCE(NULLIF(EXCLUDED.zone, ''), known.zone),
    seen_version = EXCLUDED.seen_version, seen_digest = EXCLUDED.seen_digest
WHERE (COALESCE(known.seen_version, '-infinity'), known.seen_digest)
    < (EXCLUDED.seen_version, EXCLUDED.seen_digest)
"""


def _sites(
    connection: Connection, parts: Sequence[tuple[Version, RequisitionPart]]
) -> dict[str, UUID]:
    """Mirror the sites and return their ids by name, which is what a site is known by.

    Some systems know no zones: there a member enters them, and an empty one changes nothing.
    """
    found = newest(
        (part.site.name, Version(version.at, digest(part.site)), part.site)
        for version, part in parts
        if part.site
    )
    if not found:
        return {}
    country = connection.organization.country
    records = [_site(part, version, country) for version, part in found.values()]
    sql.run(_WRITE_SITES, [connection.organization_id, *sql.columns(records, 9)])
    query = "SELECT name, id FROM people_site WHERE organization_id = %s AND name = ANY(%s)"
    return dict(sql.rows(query, (connection.organization_id, list(found))))


def _site(part: SitePart, version: Version, country: str) -> tuple[object, ...]:
    return (
        uuid7(), part.name, part.external_id, part.address, part.country or country,
        part.region, part.zone, version.at, version.digest,
    )  # fmt: skip


# --- candidates --------------------------------------------------------------------------------

_ADD_CANDIDATES = """
INSERT INTO people_candidate (id, organization_id, connection_id, external_id, shard, given_name,
    family_name, locale, country, region, zone_stated, zone_address, seen_digest)
SELECT id, %s, %s, external_id, shard, '', '', 'en', '', '', '', '', ''
FROM unnest(%s::uuid[], %s::text[], %s::smallint[]) AS new (id, external_id, shard)
ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO NOTHING
"""
_CANDIDATES = """
SELECT external_id, id FROM people_candidate WHERE connection_id = %s AND external_id = ANY(%s)
"""


def add_candidates(connection: Connection, keys: Sequence[str]) -> dict[str, UUID]:
    """Make sure that there is a row for each external id, and return the rows' ids."""
    wanted = sorted(set(keys))
    records = [
        (uuid7(), key, shard_of(f"{connection.id}:{key}", shards=settings.SHARDS)) for key in wanted
    ]
    sql.run(_ADD_CANDIDATES, [connection.organization_id, connection.id, *sql.columns(records, 3)])
    return dict(sql.rows(_CANDIDATES, (connection.id, wanted)))


_WRITE_CANDIDATES = """
UPDATE people_candidate AS known SET given_name = new.given_name, family_name = new.family_name,
    locale = new.locale, country = new.country, region = new.region, zone_address = new.zone,
    seen_version = new.version, seen_digest = new.digest
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::timestamptz[], %s::text[])
    AS new (external_id, given_name, family_name, locale, country, region, zone, version, digest),
  people_candidate AS before
WHERE known.connection_id = %s AND known.external_id = new.external_id AND before.id = known.id
  AND (COALESCE(known.seen_version, '-infinity'), known.seen_digest) < (new.version, new.digest)
RETURNING known.external_id, known.id, new.digest, before.seen_digest <> new.digest
"""
_STATE_ZONES = """
UPDATE people_candidate AS known SET zone_stated = new.zone, zone_stated_at = new.at
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS new (external_id, zone, at)
WHERE known.connection_id = %s AND known.external_id = new.external_id
  AND (COALESCE(known.zone_stated_at, '-infinity'), known.zone_stated) < (new.at, new.zone)
"""


class Seen(NamedTuple):
    """Whose content is new (ids by external id), and the digests of content that is not."""

    changed: dict[str, UUID]
    unchanged: set[str]


def candidates(connection: Connection, snapshots: Sequence[Snapshot]) -> Seen:
    """Mirror the candidates' own data; their rows exist (`add_candidates`)."""
    parts = newest(
        (part.external_id, Version(snapshot.updated_at, digest(part)), part)
        for snapshot in snapshots
        for part in (snapshot.candidate,)
    )
    records = [
        (
            key, part.given_name, part.family_name, part.locale or "en", part.country,
            part.region, part.zone, version.at, version.digest,
        )
        for key, (version, part) in sorted(parts.items())
    ]  # fmt: skip
    written = sql.rows(_WRITE_CANDIDATES, [*sql.columns(records, 9), connection.id])
    _state_zones(connection, snapshots)
    changed = {key: found for key, found, _, differs in written if differs}
    _contact_points(connection, {changed[key]: parts[key][1] for key in changed})
    return Seen(changed, {digest for _, _, digest, differs in written if not differs})


def _state_zones(connection: Connection, snapshots: Sequence[Snapshot]) -> None:
    """What a candidate said of their zone is a fact with a time: the latest statement stands."""
    said = newest(
        (part.external_id, Version(snapshot.updated_at, part.zone_stated), part.zone_stated)
        for snapshot in snapshots
        if (part := snapshot.candidate).zone_stated
    )
    if said:
        records = [(key, zone, version.at) for key, (version, zone) in sorted(said.items())]
        sql.run(_STATE_ZONES, [*sql.columns(records, 3), connection.id])


# --- contact points ----------------------------------------------------------------------------

_WRITE_POINTS = """
INSERT INTO people_contactpoint AS known (id, organization_id, candidate_id, kind, written,
    address, address_key, usable, unusable_reason, position)
SELECT id, %s, candidate_id, kind, written, address, address_key, problem = '', problem, position
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::smallint[])
    AS new (id, candidate_id, kind, written, address, address_key, problem, position)
ORDER BY candidate_id, kind, written
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


def _contact_points(connection: Connection, parts: Mapping[UUID, CandidatePart]) -> None:
    """Mirror the addresses; one that cannot be read stays with its reason, one that is no longer
    in the ATS becomes unusable."""
    if not parts:
        return
    records = [
        (
            uuid7(), candidate_id, read.kind, read.written, read.address,
            address_key(read.address), read.problem, position,
        )
        for candidate_id, part in parts.items()
        for position, read in enumerate(addresses(connection, part))
    ]  # fmt: skip
    found = sql.columns(records, 8)
    if records:
        sql.run(_WRITE_POINTS, [connection.organization_id, *found, OURS, OURS])
    sql.run(_LOSE_POINTS, [list(parts), OURS, *found[1:4]])


def addresses(connection: Connection, part: CandidatePart) -> list[Address]:
    """The addresses of a candidate as read, each once, in the ATS's order."""
    country = part.country or connection.organization.country
    written = [("phone", text.strip()) for text in part.phones]
    written += [("email", text.strip()) for text in part.emails]
    return [
        read_address(kind, text, country=country) for kind, text in dict.fromkeys(written) if text
    ]


_POINTS = """
SELECT id, candidate_id, kind, address_key, unusable_reason FROM people_contactpoint
WHERE candidate_id = ANY(%s) ORDER BY position, id
"""


def points(candidate_ids: Sequence[UUID]) -> list[Point]:
    """The contact points of these candidates."""
    return [Point(*row) for row in sql.rows(_POINTS, (list(candidate_ids),))]
