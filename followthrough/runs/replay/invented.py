"""Somebody who does not exist, as a cast for the player."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.journeys.models import MessageMap
from followthrough.journeys.offsets import Where
from followthrough.people.models import Requisition
from followthrough.runs.facts import Person, Point, Subject
from followthrough.runs.replay.moments import Cast, Role


class Invented(NamedTuple):
    """Somebody who does not exist; `title` and `site` are named where there is no opening that they
    could have applied for."""

    given_name: str
    locale: str
    zone: str
    phone: bool = True
    email: bool = True
    consent: bool = True
    requisition: Requisition | None = None
    title: str = "Associate"
    site: str = "Downtown"


def cast(map: MessageMap, invented: Invented, *, begins_at: datetime) -> Cast:
    """They alone, with a consent from long before if they gave one."""
    candidate, application = uuid7(), uuid7()
    ours = map.organization
    points, place = _points(invented), _home(invented)
    person = Person(
        candidate, ours.id, invented.given_name, "", invented.locale, *place,
        None, ours.name, ours.country, str(candidate), {one.kind: one for one in points},
        [one.address_key for one in points], points,
    )  # fmt: skip
    words = {one.address_key: [_word(ours.id, candidate, one, begins_at)] for one in points}
    role = Role(application, candidate, uuid7(), begins_at, Where(invented.zone, ""))
    return Cast(
        ours.id,
        {candidate: person},
        {application: _subject(application, candidate, invented)},
        {application: role},
        [],
        words if invented.consent else {},
    )


def _home(invented: Invented) -> tuple[str, str, str, str]:
    """Country, region, the zone they stated and that of their address: at the place they applied
    to, where that is in their zone; elsewhere only the zone is known, by their word."""
    site = invented.requisition.site if invented.requisition else None
    if site and site.zone == invented.zone:
        return site.country, site.region, "", invented.zone
    return "", "", invented.zone, ""


def _points(invented: Invented) -> list[Point]:
    """Addresses that nobody has; a number would say where they are."""
    wanted = [("phone", "", invented.phone), ("email", "", invented.email)]
    return [
        Point(kind, uuid7(), address, f"invented-{kind}", "", False)
        for kind, address, has in wanted
        if has
    ]


def _word(
    organization_id: UUID, candidate_id: UUID, point: Point, begins_at: datetime
) -> tuple[Any, ...]:
    """What the ledger would hold: a grant for the address, from before it all."""
    channel = {"phone": "sms"}.get(point.kind, point.kind)
    before = begins_at - timedelta(days=365)
    return (
        organization_id, point.address_key, channel, str(uuid7()), candidate_id, "granted",
        "application_form", "ats", before, "", {}, None, False,
    )  # fmt: skip


def _subject(application: UUID, candidate: UUID, invented: Invented) -> Subject:
    requisition = invented.requisition
    site = requisition.site if requisition else None
    return Subject(
        application, "", None, {}, requisition.family if requisition else None,
        requisition.title if requisition else invented.title, site.name if site else invented.site,
        site.address if site else None, site.country if site else None,
        site.region if site else None, site.zone if site else None, None, None, None, None,
        candidate, {}, {}, requisition.external_id if requisition else None,
    )  # fmt: skip
