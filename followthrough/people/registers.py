"""The parts that applications share: requisitions and their sites.

Each is a register (see `snapshots`): the newest content wins, whatever the order of arrival, so
even a snapshot that is too old for its application may be the newest that names its requisition.
Everything here works on a whole batch at once; rows are written in key order, so that two batches
never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.people.models import Connection
from followthrough.people.plain import plain_text
from followthrough.people.snapshots import (
    Heard,
    RequisitionPart,
    SitePart,
    Version,
    digest,
    newest,
)
from followthrough.store import sql


class Opening(NamedTuple):
    """A requisition as stored. `version` is None when no snapshot of it was seen yet."""

    id: UUID
    version: Version | None
    family: str
    site_id: UUID | None

    def differs(self, version: Version) -> bool:
        """Whether `version` is newer and says something else."""
        return self.version is None or (
            self.version.digest != version.digest and self.version < version
        )


# --- requisitions and sites --------------------------------------------------------------------

_KNOWN = """
SELECT external_id, id, seen_version, seen_digest, family, site_id FROM people_requisition
WHERE connection_id = %s AND external_id = ANY(%s)
"""
_WRITE_REQUISITIONS = """
INSERT INTO people_requisition AS known (id, organization_id, connection_id, external_id, title,
    plain_title, family, team, site_id, seen_version, seen_digest)
SELECT id, %s, %s, external_id, title, plain_title, family, team, site_id, version, digest
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[],
    %s::timestamptz[], %s::text[])
    AS new (id, external_id, title, plain_title, family, team, site_id, version, digest)
ORDER BY external_id
ON CONFLICT (connection_id, external_id) DO UPDATE SET title = EXCLUDED.title,
    plain_title = EXCLUDED.plain_title, family = EXCLUDED.family, team = EXCLUDED.team,
    site_id = EXCLUDED.site_id, seen_version = EXCLUDED.seen_version,
    seen_digest = EXCLUDED.seen_digest
WHERE (COALESCE(known.seen_version, '-infinity'), known.seen_digest)
    < (EXCLUDED.seen_version, EXCLUDED.seen_digest)
"""


def known(connection: Connection, keys: Sequence[str]) -> sql.Question[dict[str, Opening]]:
    """Which of these requisitions are known, by external id?"""
    return sql.Question(_KNOWN, (connection.id, list(keys)), _openings)


def _openings(rows: list[tuple]) -> dict[str, Opening]:
    return {
        key: Opening(found, Version(at, digest) if at else None, family, site_id)
        for key, found, at, digest, family, site_id in rows
    }


def mirror(
    connection: Connection, stored: dict[str, Opening], batch: Sequence[Heard]
) -> dict[str, Opening]:
    """Mirror the requisitions (and their sites) and return them by external id.

    Many applications share a requisition, so its row is only written when the content differs:
    otherwise every shard would queue for the same few rows.
    """
    parts = newest(
        (opening.external_id, one.opening, opening)
        for one in batch
        if (opening := one.snapshot.requisition) and one.opening
    )
    stale = {
        key: content
        for key, content in parts.items()
        if key not in stored or stored[key].differs(content[0])
    }
    if not stale:
        return stored
    _write_requisitions(connection, stale)
    return known(connection, list(parts)).answer()


def _write_requisitions(
    connection: Connection, parts: Mapping[str, tuple[Version, RequisitionPart]]
) -> None:
    site_ids = _sites(connection, list(parts.values()))
    records = [
        (
            uuid7(), key, part.title, plain_text(part.title), part.family, part.team,
            site_ids[part.site.name] if part.site else None, version.at, version.digest,
        )
        for key, (version, part) in parts.items()
    ]  # fmt: skip
    sql.send(
        _WRITE_REQUISITIONS,
        [connection.organization_id, connection.id, *sql.columns(records, 9)],
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
    sql.send(_WRITE_SITES, [connection.organization_id, *sql.columns(records, 9)])
    query = "SELECT name, id FROM people_site WHERE organization_id = %s AND name = ANY(%s)"
    return dict(sql.rows(query, (connection.organization_id, list(found))))


def _site(part: SitePart, version: Version, country: str) -> tuple[object, ...]:
    return (
        uuid7(), part.name, part.external_id, part.address, part.country or country,
        part.region, part.zone, version.at, version.digest,
    )  # fmt: skip
