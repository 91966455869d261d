"""Whose days a map's offsets are counted by: the zone and the public holidays of an application."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from followthrough.core.phones import zones_of
from followthrough.core.zones import known_zones
from followthrough.governance import calendars
from followthrough.journeys.offsets import UTC_ONLY, Where
from followthrough.store import sql

_WHERE = """
SELECT a.id, c.zone_stated, c.zone_address, s.zone, coalesce(p.address, ''),
       coalesce(s.country, o.country), coalesce(s.region, '')
FROM people_application a
JOIN people_candidate c ON c.id = a.candidate_id
JOIN accounts_organization o ON o.id = a.organization_id
LEFT JOIN people_requisition q ON q.id = a.requisition_id
LEFT JOIN people_site s ON s.id = q.site_id
LEFT JOIN LATERAL (
  SELECT address FROM people_contactpoint
  WHERE candidate_id = c.id AND kind = 'phone' AND usable ORDER BY position, id LIMIT 1
) AS p ON true
WHERE a.id = ANY(%s)
"""


def of(application_ids: Collection[UUID]) -> Mapping[UUID, Where]:
    """Where each application's candidate is, in one query; none for none."""
    if not application_ids:
        return {}
    return {key: _where(*told) for key, *told in sql.rows(_WHERE, (list(application_ids),))}


def _where(
    stated: str, address: str, site: str | None, phone: str, country: str, region: str
) -> Where:
    """One zone is chosen here; before anything goes out the gate looks at every plausible one."""
    named = [one for one in (stated, address, site) if one and one in known_zones()]
    zones = [*named, *(zones_of(phone) if phone else ())]
    return Where(next(iter(zones), UTC_ONLY.zone), calendars.of_place((country, region)))
