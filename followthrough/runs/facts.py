"""Everything the gate must know about a batch of due touches, loaded in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.channels import registry
from followthrough.core import zones
from followthrough.core.canonical import iso
from followthrough.core.phones import zones_of
from followthrough.governance import caps, consent, freezes, policies
from followthrough.governance.decisions import Consent, FreezeFact
from followthrough.governance.policy import CompiledPolicy
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.store import sql


class Person(NamedTuple):
    """A candidate as the gate and the templates see them."""

    id: UUID
    organization_id: UUID
    given_name: str
    family_name: str
    locale: str
    country: str
    region: str
    zone_stated: str
    zone_address: str
    last_inbound_at: datetime | None
    company: str


class Subject(NamedTuple):
    """An application with its requisition, site and run."""

    id: UUID
    stage: str
    stage_since: datetime | None
    fields: dict[str, Any]
    family: str | None
    title: str | None
    site: str | None
    site_address: str | None
    site_country: str | None
    site_region: str | None
    site_zone: str | None
    run_id: UUID | None
    run_ended_at: datetime | None
    map_id: UUID | None
    version_number: int | None
    candidate_id: UUID
    asks: dict[str, str] | None  # open ones, by the key of the touch that asks
    answers: dict[str, str] | None


class Point(NamedTuple):
    """A contact point."""

    candidate_id: UUID
    id: UUID
    kind: str
    address: str
    address_key: str
    unusable: str


@dataclass(slots=True)
class Facts:
    """What was loaded for one batch, by key."""

    people: dict[UUID, Person]
    subjects: dict[UUID, Subject]
    points: dict[tuple[UUID, str], Point]  # candidate and kind: the first usable, else the first
    anchors: dict[UUID, dict[str, tuple[datetime | None, int]]]
    senders: dict[UUID, dict[str, Any]]  # organization -> channel -> sender
    policies: dict[UUID, CompiledPolicy]
    consents: dict[tuple[UUID, str, str], Consent]
    blocks: dict[tuple[UUID, str, str], datetime]
    freezes: dict[UUID, list[FreezeFact]]
    uses: caps.Seen
    failed: dict[UUID, set[str]] = field(default_factory=dict)


_PEOPLE = """
SELECT c.id, c.organization_id, c.given_name, c.family_name, c.locale, c.country, c.region,
       c.zone_stated, c.zone_address, c.last_inbound_at, o.name
FROM people_candidate c JOIN accounts_organization o ON o.id = c.organization_id
WHERE c.id = ANY(%s)
"""
_SUBJECTS = """
SELECT a.id, a.stage, a.stage_since, a.fields, q.family, q.title, s.name, s.address, s.country,
       s.region, s.zone, r.id, r.ended_at, v.map_id, v.number, a.candidate_id,
       r.state->'asks', r.state->'answers'
FROM people_application a
LEFT JOIN people_requisition q ON q.id = a.requisition_id
LEFT JOIN people_site s ON s.id = q.site_id
LEFT JOIN journeys_run r ON r.application_id = a.id
LEFT JOIN journeys_version v ON v.id = r.version_id
WHERE a.id = ANY(%s)
"""
_POINTS = """
SELECT candidate_id, id, kind, address, address_key,
       CASE WHEN usable THEN '' ELSE coalesce(nullif(unusable_reason, ''), 'unusable') END
FROM people_contactpoint WHERE candidate_id = ANY(%s)
ORDER BY candidate_id, usable DESC, position, id
"""
_ANCHORS = (
    "SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)"
)
_FAILED = """
SELECT touch_id, channel FROM messaging_attempt
WHERE touch_id = ANY(%s) AND state = 'failed'
  AND split_part(error, ':', 1) IN ('unreachable', 'rejected', 'opted_out')
"""


def load(dues: Sequence[Due], *, now: datetime) -> Facts:
    """Load the facts of a claimed batch."""
    candidates = list({due.candidate_id for due in dues})
    applications = list({due.application_id for due in dues if due.application_id})
    organizations = list({due.organization_id for due in dues})
    people = {row[0]: Person(*row) for row in sql.rows(_PEOPLE, (candidates,))}
    subjects = {row[0]: Subject(*row) for row in sql.rows(_SUBJECTS, (applications,))}
    points = _points(candidates)
    senders = _senders(organizations)
    keys = _address_keys(points.values(), people)
    consents, blocks = consent.standing(keys)
    rules = policies.standing(organizations)
    since = now - max(policy.remembers for policy in rules.values())
    frozen = _frozen(organizations, candidates, subjects.values(), senders)
    return Facts(
        people=people,
        subjects=subjects,
        points=points,
        anchors=_anchors(applications),
        senders=senders,
        policies=rules,
        consents=consents,
        blocks=blocks,
        freezes=frozen,
        uses=caps.read(_cap_subjects(keys, people.values()), since=since),
        failed=_failed([due.id for due in dues if due.attempts]),
    )


def _points(candidates: list[UUID]) -> dict[tuple[UUID, str], Point]:
    found: dict[tuple[UUID, str], Point] = {}
    for row in sql.rows(_POINTS, (candidates,)):
        found.setdefault((row[0], row[2]), Point(*row))
    return found


def _anchors(applications: list[UUID]) -> dict[UUID, dict[str, tuple[datetime | None, int]]]:
    found: dict[UUID, dict[str, tuple[datetime | None, int]]] = defaultdict(dict)
    for application_id, name, at, sequence in sql.rows(_ANCHORS, (applications,)):
        found[application_id][name] = (at, sequence)
    return found


def _failed(touches: list[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for touch_id, channel in sql.rows(_FAILED, (touches,)) if touches else ():
        found[touch_id].add(channel)
    return found


def _senders(organizations: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The first sender of each channel; which one of several is chosen by site comes later."""
    found: dict[UUID, dict[str, Any]] = {}
    for organization_id, rows in registry.senders(organizations).items():
        channels = found.setdefault(organization_id, {})
        for row in rows:
            channels.setdefault(row.config.channel, row)
    return found


def _address_keys(points: Iterable[Point], people: dict[UUID, Person]) -> list[tuple[UUID, str]]:
    return sorted(
        {
            (people[point.candidate_id].organization_id, point.address_key)
            for point in points
            if point.address_key
        }
    )


def _cap_subjects(keys: list[tuple[UUID, str]], people: Iterable[Person]) -> list[tuple[UUID, str]]:
    return [*keys, *((person.organization_id, f"person:{person.id}") for person in people)]


def _frozen(
    organizations: list[UUID],
    candidates: list[UUID],
    subjects: Iterable[Subject],
    senders: dict[UUID, dict[str, Any]],
) -> dict[UUID, list[FreezeFact]]:
    ids = {*organizations, *candidates}
    for subject in subjects:
        ids |= {subject.id} | ({subject.map_id} if subject.map_id else set())
    for channels in senders.values():
        ids |= {row.config.id for row in channels.values()}
    return freezes.standing(sorted(ids))


@lru_cache(maxsize=65_536)
def _plausible(stated: str, address: str, sites: frozenset[str], phone: str) -> zones.Zones:
    return zones.plausible(
        {
            "stated": [stated],
            "address": [address],
            "site": sites,
            "area_code": zones_of(phone) if phone else (),
        }
    )


def zones_for(person: Person, sites: Iterable[str | None], facts: Facts) -> zones.Zones:
    """The zones `person` may be in, by what they said, their address, the sites, their number."""
    phone = facts.points.get((person.id, CHANNEL_KIND["sms"]))
    return _plausible(
        person.zone_stated,
        person.zone_address,
        frozenset(site for site in sites if site),
        phone.address if phone else "",
    )


def predicate_facts(due: Due, person: Person, facts: Facts) -> dict[str, Any]:
    """The flat facts a touch's relevance is evaluated against (see docs/message-maps.md)."""
    found: dict[str, Any] = {
        "candidate.locale": person.locale,
        "candidate.country": person.country,
        "candidate.replied_at": iso(person.last_inbound_at) if person.last_inbound_at else None,
    }
    subject = facts.subjects.get(due.application_id) if due.application_id else None
    return found | _subject_facts(subject, facts) if subject else found


def _subject_facts(subject: Subject, facts: Facts) -> dict[str, Any]:
    found = {
        "application.id": str(subject.id),
        "application.candidate": subject.candidate_id,
        "application.stage": subject.stage,
        "application.stage_since": iso(subject.stage_since) if subject.stage_since else None,
        "requisition.family": subject.family,
        "requisition.title": subject.title,
        "site.name": subject.site,
        "site.country": subject.site_country,
        "site.region": subject.site_region,
        "run.version": subject.version_number,
        "run.ended": subject.run_ended_at is not None,
    }
    # From the run, not from the asks' rows: an answer about a time that has moved is no answer.
    found |= {f"ask.{key}": answer for key, answer in (subject.answers or {}).items()}
    found |= {f"ask.{key}": "open" for key in subject.asks or {}}
    found |= {f"application.fields.{name}": value for name, value in subject.fields.items()}
    for name, (at, sequence) in facts.anchors.get(subject.id, {}).items():
        found[f"anchor.{name}.at"] = iso(at) if at else None
        found[f"anchor.{name}.sequence"] = sequence if at else None
    return found
