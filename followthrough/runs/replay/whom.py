"""Who lives through what happened: those who ran through a map, or everybody of a job family."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from followthrough.journeys.definition import ENDING
from followthrough.journeys.models import MessageMap, Run, Version
from followthrough.people.models import Application, Requisition
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.moments import Role
from followthrough.store import sql


class Whom(NamedTuple):
    """Those of a map (`map_id`), or of a job family, whether or not a map had them."""

    map_id: UUID | None = None
    family: str = ""


_RAN = """
SELECT r.id, r.application_id, a.candidate_id, r.started_at
FROM journeys_run r JOIN people_application a ON a.id = r.application_id
WHERE r.version_id = ANY(%(versions)s) AND r.started_at < %(until)s
  AND (r.ended_at IS NULL OR r.ended_at >= %(since)s)
UNION
SELECT r.id, r.application_id, a.candidate_id, r.started_at
FROM journeys_runmove m JOIN journeys_run r ON r.id = m.run_id
JOIN people_application a ON a.id = r.application_id
WHERE m.from_version_id = ANY(%(versions)s) AND m.at >= %(since)s AND r.started_at < %(until)s
"""
# Whoever had no run is known by their application; the map has them from their first stage.
_APPLIED = """
SELECT coalesce(r.id, a.id), a.id, a.candidate_id, s.first
FROM people_requisition q JOIN people_application a ON a.requisition_id = q.id
LEFT JOIN journeys_run r ON r.application_id = a.id
CROSS JOIN LATERAL (
  SELECT min(observed_at) AS first, max(observed_at) AS last FROM people_stagechange
  WHERE application_id = a.id AND from_stage <> to_stage
) AS s
WHERE q.organization_id = %(organization)s AND q.family = %(family)s AND s.first < %(until)s
  AND (a.stage <> ALL(%(ending)s) OR s.last >= %(since)s)
"""


def roles(organization_id: UUID, whom: Whom, window: Window) -> list[Role]:
    """Whoever of these there was within the window."""
    known = Version.objects.filter(organization_id=organization_id, map_id=whom.map_id)
    given = {
        "versions": [] if whom.family else list(known.values_list("id", flat=True)),
        "organization": organization_id, "family": whom.family, "ending": sorted(ENDING),
        "since": window.since, "until": window.until,
    }  # fmt: skip
    return [
        Role(application_id, candidate_id, run_id, begins_at)
        for run_id, application_id, candidate_id, begins_at in sql.rows(
            _APPLIED if whom.family else _RAN, given
        )
    ]


def anybody(map: MessageMap, window: Window) -> bool:
    """Whether somebody ran through a map within the window."""
    return Run.objects.filter(_within(window), version__map=map).exists()


def maps(organization_id: UUID, window: Window) -> QuerySet[MessageMap]:
    """The maps that somebody ran through within the window, by name."""
    ran = Run.objects.filter(_within(window)).values("version__map")
    return MessageMap.objects.filter(organization_id=organization_id, id__in=ran).order_by("name")


def families(organization_id: UUID) -> list[str]:
    """The job families that somebody has applied in."""
    applied = Application.objects.filter(organization_id=organization_id)
    openings = Requisition.objects.filter(
        organization_id=organization_id, id__in=applied.values("requisition")
    )
    named = openings.exclude(family="").order_by("family")
    return list(named.values_list("family", flat=True).distinct())


def _within(window: Window) -> Q:
    still = Q(ended_at=None) | Q(ended_at__gte=window.since)
    return Q(started_at__lt=window.until) & still
