"""A company with everything the engine needs: a connection, senders, a policy, published maps."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from followthrough.accounts.models import Organization
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance import policies
from followthrough.journeys import documents, versions
from followthrough.journeys.models import Assignment, MessageMap, Version
from followthrough.people.models import Connection, Site, StageMapping
from tests import world

STAGES = {
    "Lead": "lead",
    "New": "applied",
    "Screen": "screen",
    "Interview": "interview",
    "Offer": "offer",
    "Checks": "checks",
    "Hired": "hired",
    "Rejected": "rejected",
    "Withdrawn": "withdrawn",
}
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@dataclass
class Company:
    """What was made, by name."""

    organization: Organization
    connection: Connection
    senders: dict[str, Sender]
    maps: dict[str, MessageMap] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)


def found(*, adapter: str = "sandbox", policy: Mapping[str, Any] | None = None) -> Company:
    """A company without maps; `policy` is what differs from the default one."""
    organization = world.organization(name="Northwind")
    connection = world.connection(
        organization, credentials={"token": "ats", "signing_secret": "callback-secret"}
    )
    StageMapping.objects.bulk_create(
        StageMapping(organization=organization, connection=connection, ats_stage=ats, stage=stage)
        for ats, stage in STAGES.items()
    )
    senders = {
        "sms": world.sender(organization, adapter=adapter),
        "email": world.sender(
            organization, adapter=adapter, channel="email", name="Mail", address="jobs@example.org"
        ),
    }
    made = Company(organization, connection, senders)
    policies.publish(
        organization=organization,
        # At once when the hours open, unless a test is about it: so that times can be told.
        document={**policies.default_document(), "spread_minutes": 0, **(policy or {})},
        author_id="tests",
        note="",
        at=clock.now(),
    )
    return made


def add_map(company: Company, name: str, document: Mapping[str, Any], **rule: Any) -> Version:
    """Publish a map and assign it: `family`, `site` (a name), `position`; none: to everything."""
    made = MessageMap.objects.create(organization=company.organization, name=name, slug=name)
    company.maps[name] = made
    publish(company, name, document)
    if site := rule.pop("site", None):
        rule["site"] = Site.objects.get(organization=company.organization, name=site)
    Assignment.objects.create(organization=company.organization, map=made, **rule)
    return company.versions[name]


def publish(
    company: Company, name: str, document: Mapping[str, Any], *, at: datetime | None = None
) -> Version:
    """Publish the next version of a map."""
    company.versions[name] = versions.publish(
        map=company.maps[name],
        document=documents.check(deepcopy(dict(document))),
        author_id="tests",
        note="",
        at=at or clock.now(),
    )
    return company.versions[name]


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a map with values put at paths such as `stages.applied.touches.0.enabled`."""
    made = deepcopy(dict(document))
    for path, value in changes.items():
        *way, last = path.split(".")
        place: Any = made
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[int(last) if isinstance(place, list) else last] = value
    return made
