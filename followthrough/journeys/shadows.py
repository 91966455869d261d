"""Shadow mode: a map or a connection decides and shows everything, and nothing is sent.

It is switched on family by family, and ended. What is planned by then and still of use goes out
for real; what was decided in shadow is over, and is not sent afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from followthrough.audit import facts
from followthrough.audit.models import Fact
from followthrough.journeys.models import Shadow
from followthrough.store import sql

MAP, CONNECTION = Shadow.Subject.MAP.value, Shadow.Subject.CONNECTION.value


class Shadows(NamedTuple):
    """An organization's shadows: the families that are live in each that stands, by subject; and a
    `stamp` that is another after every change."""

    stamp: int = 0
    live: Mapping[UUID, frozenset[str]] = {}

    def on(self, *, map_id: UUID | None, connection_id: UUID | None, family: str) -> str:
        """Which of the two keeps a message of such an application in shadow: `map`, `connection`,
        or '' for none."""
        for kind, subject in ((MAP, map_id), (CONNECTION, connection_id)):
            live = self.live.get(subject) if subject else None
            if live is not None and family not in live:
                return kind
        return ""


NONE = Shadows()
Known = Mapping[UUID, Shadows]  # by organization; one that never had any is left out

_OF = """
SELECT organization_id, subject_id, families_live, changes, ended_at IS NULL FROM journeys_shadow
WHERE organization_id = ANY(%s)
"""


def of(organization_ids: Iterable[UUID]) -> sql.Question[Known]:
    """Which shadows do these organizations have?"""
    return sql.Question(_OF, (list(organization_ids),), by_organization)


def by_organization(rows: Sequence[tuple]) -> Known:
    """Shadows from their rows: organization, subject, live families, changes, whether it stands."""
    return {
        key: Shadows(
            sum(row[3] for row in theirs),
            {row[1]: frozenset(row[2]) for row in theirs if row[4]},
        )
        for key, theirs in sql.by_key(rows).items()
    }


class Then(NamedTuple):
    """A shadow as it stood at a moment: `live` are the families that were sent to for real."""

    row: Shadow
    live: frozenset[str]


def then(organization_id: UUID, at: datetime) -> dict[UUID, Then]:
    """What was in shadow at a moment, by subject. A row knows only which families are live now:
    which were, is in the facts of its changes."""
    rows = Shadow.objects.filter(organization_id=organization_id, begun_at__lte=at)
    found = list(rows.filter(Q(ended_at=None) | Q(ended_at__gt=at)))
    live = _live([one.subject_id for one in found], at) if found else {}
    return {one.subject_id: Then(one, live.get(str(one.id), frozenset())) for one in found}


def _live(subjects: Sequence[UUID], at: datetime) -> dict[str, frozenset[str]]:
    """The families that were live by then, by shadow; none was where none was switched on."""
    changes = Fact.objects.filter(subject_id__in=subjects, verb="switched_shadow", at__lte=at)
    said = changes.order_by("at", "id").values_list("why", flat=True)
    return {why["shadow"]: frozenset(why["live"]) for why in said}


_SHADOWED = """
SELECT r.application_id FROM journeys_run r
JOIN journeys_version v ON v.id = r.version_id
JOIN people_application a ON a.id = r.application_id
LEFT JOIN people_requisition q ON q.id = a.requisition_id
WHERE r.application_id = ANY(%s) AND EXISTS (
  SELECT FROM journeys_shadow s WHERE s.ended_at IS NULL
    AND s.subject_id IN (v.map_id, a.connection_id)
    AND NOT s.families_live ? coalesce(q.family, ''))
"""


def shadowed(application_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the applications whose run is in shadow now."""
    return frozenset(row[0] for row in sql.rows(_SHADOWED, (list(set(application_ids)),)))


# --- changing ------------------------------------------------------------------------------------


def standing(subject_ids: Iterable[UUID]) -> dict[UUID, Shadow]:
    """The shadows that stand now, by subject."""
    found = Shadow.objects.filter(subject_id__in=list(subject_ids), ended_at=None)
    return {one.subject_id: one for one in found}


@transaction.atomic
def begin(
    *, organization_id: UUID, subject_kind: str, subject_id: UUID, by: str, at: datetime
) -> Shadow:
    """Put a map or a connection in shadow; one that is in it stays as it is. No hand-over starts
    after this has committed: what was decided just before is decided again."""
    made, new = Shadow.objects.get_or_create(
        subject_id=subject_id,
        ended_at=None,
        defaults={
            "organization_id": organization_id,
            "subject_kind": subject_kind,
            "begun_at": at,
            "by": by,
        },
    )
    if new:
        _record(made, "began_shadow", by, at)
    return made


@transaction.atomic
def switch(
    shadow_id: UUID, *, on: Iterable[str] = (), off: Iterable[str] = (), by: str, at: datetime
) -> Shadow | None:
    """Send for real for the families `on`, and no longer for those `off`; the others stay as they
    are, whoever switched them. What is planned and still of use goes out; nothing that was decided
    in shadow does. Returns how it stands then; None where it no longer does."""
    found = Shadow.objects.select_for_update().filter(id=shadow_id, ended_at=None).first()
    if found is None:
        return None
    live = sorted({*found.families_live, *on} - {*off})
    if live != found.families_live:
        why = {"live": live, "were_live": found.families_live}
        found.families_live, found.changes = live, found.changes + 1
        found.save()
        _record(found, "switched_shadow", by, at, **why)
    return found


@transaction.atomic
def end(shadow_id: UUID, *, by: str, at: datetime) -> bool:
    """Send everything for real from now on; returns whether it was still in shadow."""
    found = Shadow.objects.select_for_update().filter(id=shadow_id, ended_at=None).first()
    if found is None:
        return False
    found.ended_at, found.ended_by, found.changes = at, by, found.changes + 1
    found.save()
    _record(found, "ended_shadow", by, at)
    return True


def _record(shadow: Shadow, verb: str, by: str, at: datetime, **why: object) -> None:
    kind, _, name = by.partition(":")
    facts.record(
        organization_id=shadow.organization_id,
        actor=facts.Actor(kind, name) if name else facts.Actor("system", by),
        verb=verb,
        subject_kind=shadow.subject_kind,
        subject_id=shadow.subject_id,
        why={"shadow": str(shadow.id), **why},
        at=at,
    )
