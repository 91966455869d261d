"""People on shared phones with many messages due at one moment, and what the provider got of them.

Rows are made directly, not by webhooks: what is under fire is what leaves.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from followthrough.accounts import clock as installation
from followthrough.audit.facts import Actor
from followthrough.core import clock
from followthrough.governance import consent
from followthrough.journeys.models import Run, Version
from followthrough.messages import planning
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.store import sql
from tests import company, world
from tests.durability.stream import noon

LA, DENVER = "America/Los_Angeles", "America/Denver"
URGENT, USUAL = 1, 5
SAYS = {"body": "News about your application."}
TEXTS = {"sms": {"en": SAYS}, "email": {"en": {"subject": "News", **SAYS}}}


def found(provider_url: str, policy: Mapping[str, Any]) -> company.Company:
    """A company at noon in Reno that sends by the recording provider."""
    installation.set_shift(noon())
    made = company.found(adapter="http", policy=policy)
    for sender in made.senders.values():
        sender.config, sender.secrets = {"base_url": provider_url}, {"api_key": "key"}
        sender.save()
    return made


def map_of(name: str, limits: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A map that plans nothing by itself."""
    waits = {"key": "news", "trigger": {"stalled": {"for": "P20D"}}, "channels": ["sms"],
             "content": {"sms": {"en": SAYS}}}  # fmt: skip
    return {"schema": 2, "name": name, "limits": dict(limits or {}),
            "stages": {"applied": {"touches": [waits]}}}  # fmt: skip


def arrive(made: company.Company, *, phones: int, sharing: int) -> list[Application]:
    """For each phone `sharing` people, each with a mail address and two applications: one where
    the phone is from, one a zone away."""
    sites = [world.site(made.organization, zone=zone) for zone in (LA, DENVER)]
    jobs = [world.requisition(made.connection, site=site) for site in sites]
    people = [_person(made, phone) for phone in range(phones) for _ in range(sharing)]
    _consent(people)
    return [world.application(one, job, stage_since=clock.now()) for one in people for job in jobs]


def _person(made: company.Company, phone: int) -> Candidate:
    number = next(_numbers)
    return world.candidate(
        made.connection, phone=f"+1775{2_000_000 + phone}", email=f"ada{number}@example.org",
        region="NV", locale="en",
    )  # fmt: skip


_numbers = itertools.count()


def _consent(people: Sequence[Candidate]) -> None:
    phones = ContactPoint.objects.filter(candidate__in=people, kind="phone")
    told = {"channel": "sms", "state": "granted", "basis": "application_form", "source": "ats",
            "evidence": {}, "actor": Actor("ats", "a"), "at": clock.now()}  # fmt: skip
    consent.record_all([
        consent.Entry(
            organization_id=point.organization_id, candidate_id=point.candidate_id,
            contact_point_id=point.id, address_key=point.address_key, **told,
        )
        for point in phones
    ])  # fmt: skip


def follow(apps: Iterable[Application], version: Version) -> None:
    """Have applications follow a map."""
    Run.objects.bulk_create(
        Run(organization_id=app.organization_id, application=app, version=version, state={},
            started_at=clock.now())
        for app in apps
    )  # fmt: skip


class Wanted(NamedTuple):
    """A message to plan."""

    application: Application
    channel: str
    priority: int
    due_at: datetime
    version: Version


def plan(wanted: Iterable[Wanted]) -> int:
    """Plan messages as a map does; returns how many."""
    return len(planning.plan([_plan(one) for one in wanted], now=clock.now()))


def _plan(one: Wanted) -> planning.Plan:
    app, person = one.application, one.application.candidate
    return planning.Plan(
        organization_id=app.organization_id, application_id=app.id, candidate_id=person.id,
        run_id=None, version_id=one.version.id, shard=person.shard, origin="map", key="news",
        occurrence=str(next(_numbers)), purpose="informational", priority=one.priority,
        due_at=one.due_at, useful_until=None, anchor_name="", anchor_sequence=None, relevance={},
        channels=[one.channel], content=TEXTS, reply_to_at=None, listened=False,
    )  # fmt: skip


def wake() -> None:
    """Have every shard looked at."""
    sql.wake(*range(settings.SHARDS))


# --- what the provider got -----------------------------------------------------------------------


@dataclass(frozen=True)
class Got:
    """A message the provider took: when it was decided (business time), and when the call came
    (wall clock, in seconds). Those to one address were decided in the order of their attempts."""

    touch: UUID
    attempt: UUID
    to: str
    channel: str
    candidate: UUID
    application: UUID
    version: UUID
    urgent: bool
    decided: datetime
    called: float


_SENT = """
SELECT t.id, a.id, t.candidate_id, t.application_id, t.version_id, t.priority, m.at, a.channel
FROM messaging_touch t JOIN messaging_attempt a ON a.touch_id = t.id AND a.state = 'accepted'
JOIN messaging_message m ON m.id = a.id
"""


def got(log: Path) -> Iterator[Got]:
    """What the provider's log says, with what the database knows of it. Raises LookupError for a
    message that was taken and is not known as sent."""
    known = {str(row[0]): row for row in sql.rows(_SENT)}
    for line in log.read_text().splitlines():
        said = json.loads(line)
        if said["key"] not in known:
            raise LookupError(f"{said['key']} was taken by the provider, but is not sent")
        touch, attempt, candidate, application, version, priority, at, channel = known[said["key"]]
        yield Got(touch, attempt, said["to"], channel, candidate, application, version,
                  priority == URGENT, at, said["at"])  # fmt: skip
