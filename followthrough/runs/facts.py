"""Everything the gate must know about a batch of due touches, loaded in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.channels import registry
from followthrough.channels.registry import SenderRow
from followthrough.governance import caps, consent, freezes, policies, preferences
from followthrough.governance.decisions import Consent, Use
from followthrough.governance.limits import Limits
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys import shadows, versions
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.store import sql

NOTHING: Mapping[Any, Any] = {}
SERVICE = "service"  # origin of what answers one message, whose id is its occurrence
Anchors = Mapping[str, tuple[datetime | None, int]]  # by name: when, and its sequence


class Point(NamedTuple):
    """A contact point; `unusable` is a code, '' when it can be used; `introduced`: a message went
    there before."""

    kind: str
    id: UUID
    address: str
    address_key: str
    unusable: str
    introduced: bool


class Person(NamedTuple):
    """A candidate as the gate and the templates see them.

    `points` has one contact point of each kind: the first usable, else the first; `every` has all
    of them in that order, and `keys` are theirs. `name` is the id as a text.
    """

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
    home: str  # the organization's country
    name: str
    points: dict[str, Point]
    keys: list[str]
    every: list[Point]


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
    requisition_key: str | None = None  # as the ATS calls it
    connection_id: UUID | None = None
    shadow: Sequence[str] = ()  # keys of the touches that were last only in shadow
    sent: Mapping[str, str] = NOTHING  # when touches went out that something follows from, by key


class Company(NamedTuple):
    """What all touches of one organization have in common; each part by address key or channel."""

    policy: CompiledPolicy
    senders: Mapping[str, SenderRow]
    consents: Mapping[tuple[str, str], Consent]
    blocks: Mapping[tuple[str, str], datetime]
    uses: Mapping[str, caps.Row]
    used: dict[str, list[Use]]  # by what this batch has decided before
    postal: str  # the company's address, as its mails give it


@dataclass(slots=True)
class Facts:
    """What was loaded for one batch, by key."""

    people: dict[UUID, Person]
    subjects: dict[UUID, Subject]
    anchors: dict[UUID, Anchors]
    senders: dict[UUID, dict[str, SenderRow]]  # organization -> channel -> sender
    policies: dict[UUID, CompiledPolicy]
    consents: consent.Ledger[Consent]
    blocks: consent.Ledger[datetime]
    freezes: freezes.Standing
    wishes: preferences.Wishes
    postal: Mapping[UUID, str]  # organization -> where it can be written to
    uses: caps.Seen
    failed: dict[UUID, set[str]]  # touch -> channels
    told: Mapping[UUID, Sequence[tuple[str, str]]]  # application -> what it was sent in its stage
    answered: Mapping[str, UUID]  # inbound message -> the contact point it was written from
    shadows: shadows.Known = field(default_factory=dict)
    shadowy: bool = False  # whether there may be anything in shadow at all

    def companies(self) -> dict[UUID, Company]:
        """What is known of each organization of this batch."""
        return {one: self._company(one) for one in self.policies}

    def _company(self, organization_id: UUID) -> Company:
        senders, consents, blocks, uses = (
            known.get(organization_id, NOTHING)
            for known in (self.senders, self.consents, self.blocks, self.uses)
        )
        policy = self.policies[organization_id]
        postal = self.postal.get(organization_id, "")
        return Company(policy, senders, consents, blocks, uses, defaultdict(list), postal)


# What it is sorted by stands first: further behind, it is searched for at each comparison. The use
# of caps comes along, so that all the addresses are not looked up once more.
_PEOPLE = """
SELECT p.usable, p.position, p.id,
       c.id, c.organization_id, c.given_name, c.family_name, c.locale, c.country, c.region,
       c.zone_stated, c.zone_address, c.last_inbound_at, o.name, o.country,
       c.id::text,
       p.kind, p.id, p.address, p.address_key,
       CASE WHEN p.usable THEN '' ELSE coalesce(nullif(p.unusable_reason, ''), 'unusable') END,
       p.introduced_at IS NOT NULL,
       u.changes, u.uses
FROM people_candidate c JOIN accounts_organization o ON o.id = c.organization_id
LEFT JOIN people_contactpoint p ON p.candidate_id = c.id
LEFT JOIN governance_capuse u
  ON u.organization_id = p.organization_id AND u.address_key = p.address_key AND p.address_key <> ''
WHERE c.id = ANY(%s) ORDER BY p.usable DESC, p.position, p.id
"""
_SUBJECTS = """
SELECT a.id, a.stage, a.stage_since, a.fields, q.family, q.title, s.name, s.address, s.country,
       s.region, s.zone, r.id, r.ended_at, v.map_id, v.number, a.candidate_id,
       r.state->'asks', r.state->'answers', q.external_id, a.connection_id,
       coalesce(r.state->'shadow', '[]'),
       coalesce(r.state->'sent', '{}')
FROM people_application a
LEFT JOIN people_requisition q ON q.id = a.requisition_id
LEFT JOIN people_site s ON s.id = q.site_id
LEFT JOIN journeys_run r ON r.application_id = a.id
LEFT JOIN journeys_version v ON v.id = r.version_id
WHERE a.id = ANY(%s)
"""
_ANCHORS = """
SELECT application_id, name, at, sequence FROM people_anchor WHERE application_id = ANY(%s)
"""
# Whatever a freeze can stand on that silences one of these messages.
_FREEZABLE = """
SELECT unnest(%(ids)s::uuid[])
UNION ALL SELECT id FROM channels_sender WHERE organization_id = ANY(%(organizations)s)
UNION ALL SELECT v.map_id FROM journeys_run r JOIN journeys_version v ON v.id = r.version_id
  WHERE r.application_id = ANY(%(applications)s)
"""
# Few organizations have any shadow, so they come along with what is asked of each anyway.
_COMPANIES = """
SELECT o.id, o.postal_address, s.subject_id, s.families_live, s.changes, s.ended_at IS NULL
FROM accounts_organization o LEFT JOIN journeys_shadow s ON s.organization_id = o.id
WHERE o.id = ANY(%s)
"""
_FAILED = """
SELECT touch_id, channel FROM messaging_attempt
WHERE touch_id = ANY(%s) AND state = 'failed'
  AND split_part(error, ':', 1) IN ('unreachable', 'rejected', 'opted_out')
"""


def load(dues: Sequence[Due], *, now: datetime, stages: bool = False) -> Facts:
    """Load the facts of a claimed batch, in one round trip. `stages`: also what was sent in each
    stage, which else is only asked where a cap counts it."""
    candidates = sql.distinct(due.candidate_id for due in dues)
    applications = sql.distinct(due.application_id for due in dues)
    organizations = sql.distinct(due.organization_id for due in dues)
    freezable = {
        "ids": [
            *organizations, *candidates, *applications, *_channels(organizations), *_batches(dues),
        ],
        "organizations": organizations, "applications": applications,
    }  # fmt: skip
    (people, uses), *found, (addresses, in_shadow) = sql.ask(
        about_people(candidates),
        about_applications(applications),
        sql.Question(_ANCHORS, (applications,), _anchors),
        registry.of_organizations(organizations),
        policies.standing(organizations),
        consent.of_people(candidates),
        consent.blocks_of_people(candidates),
        freezes.on(_FREEZABLE, freezable, now=now),
        preferences.of_people(candidates),
        sql.Question(_COMPANIES, (organizations,), _companies),
    )
    loaded = Facts(
        people, *found, addresses, uses, failed={}, told=NOTHING, answered=NOTHING,
        shadows=in_shadow,
    )  # fmt: skip
    shadowed = any(one.shadow for one in loaded.subjects.values())
    loaded.shadowy = bool(in_shadow) or shadowed
    loaded.failed = _failed([due.id for due in dues if due.attempts])
    loaded.answered = _answered(dues)
    loaded.told = _told(applications if stages else _stages_counted(dues, loaded))
    return loaded


def _batches(dues: Sequence[Due]) -> list[UUID]:
    """What they wait for a yes with: nearly always there is none."""
    return sql.distinct(due.batch_id for due in dues if due.batch_id)


def about_people(candidates: Sequence[UUID]) -> sql.Question[tuple[dict[UUID, Person], caps.Seen]]:
    """Who are these people, and what is remembered of their addresses?"""
    return sql.Question(_PEOPLE, (list(candidates),), _people)


def about_applications(applications: Sequence[UUID]) -> sql.Question[dict[UUID, Subject]]:
    """What are these applications about, and where do their runs stand?"""
    return sql.Question(_SUBJECTS, (list(applications),), _subjects)


def _channels(organizations: Iterable[UUID]) -> list[UUID]:
    """What freezes on the channels of organizations stand on."""
    return [
        freezes.channel_subject(one, channel) for one in organizations for channel in CHANNEL_KIND
    ]


def _people(rows: Sequence[tuple]) -> tuple[dict[UUID, Person], caps.Seen]:
    found: dict[str, Person] = {}  # by name: a text is found sooner than a UUID
    for row in rows:
        person = found.get(row[15])
        if person is None:
            person = found[row[15]] = Person._make((*row[3:16], {}, [], []))
        if row[16] is not None:
            point = Point._make(row[16:22])
            person.every.append(point)
            person.points.setdefault(row[16], point)
            if row[19] not in person.keys:  # one number may be written in two ways
                person.keys.append(row[19])
    uses = caps.seen((row[4], row[19], *row[22:]) for row in rows if row[23] is not None)
    return {person.id: person for person in found.values()}, uses


def _subjects(rows: Sequence[tuple]) -> dict[UUID, Subject]:
    return {row[0]: Subject._make(row) for row in rows}


def _anchors(rows: Sequence[tuple]) -> dict[UUID, Anchors]:
    return {
        application_id: {name: (at, sequence) for _, name, at, sequence in theirs}
        for application_id, theirs in sql.by_key(rows).items()
    }


def _companies(rows: Sequence[tuple]) -> tuple[dict[UUID, str], shadows.Known]:
    """The postal address of each organization, and the shadows of those that have any."""
    shadowed = [(key, *row) for key, _, *row in rows if row[0] is not None]
    return {row[0]: row[1] for row in rows}, shadows.by_organization(shadowed)


def _failed(touches: list[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for touch_id, channel in sql.rows(_FAILED, (touches,)) if touches else ():
        found[touch_id].add(channel)
    return found


_ANSWERED = """
SELECT id::text, contact_point_id FROM messaging_message
WHERE id = ANY(%s::uuid[]) AND contact_point_id IS NOT NULL
"""


def _answered(dues: Sequence[Due]) -> Mapping[str, UUID]:
    """Where the messages were written from that service messages answer."""
    messages = [message_of(due) for due in dues if due.origin == SERVICE]
    return dict(sql.rows(_ANSWERED, (messages,))) if messages else NOTHING


def message_of(due: Due) -> str:
    """The id of the message that a service message answers."""
    return due.occurrence[:36]  # more stands there when it goes by another channel


def limits(due: Due, subject: Subject | None) -> Limits | None:
    """What the map of a touch asks beyond law and policy."""
    return versions.limits(due.version_id, subject.stage) if due.version_id and subject else None


def _stages_counted(dues: Sequence[Due], loaded: Facts) -> list[UUID]:
    """The applications about which a cap counts what was sent in their stage."""
    found = set()
    for due in dues:
        if due.application_id and (subject := loaded.subjects.get(due.application_id)):
            narrower = limits(due, subject)
            if loaded.policies[due.organization_id].counts_stages or (
                narrower is not None and narrower.counts_stages
            ):
                found.add(due.application_id)
    return list(found)


# One person's messages are decided by one worker at a time, so nothing is missed in between.
_TOLD = """
SELECT a.id, m.channel, t.purpose FROM people_application a
JOIN messaging_message m ON m.candidate_id = a.candidate_id AND m.application_id = a.id
  AND m.direction = 'out' AND m.delivery <> 'not_sent'
  AND m.at >= coalesce(a.stage_since, '-infinity')
JOIN messaging_touch t ON t.id = m.touch_id
WHERE a.id = ANY(%s)
"""


def _told(applications: list[UUID]) -> Mapping[UUID, Sequence[tuple[str, str]]]:
    if not applications:
        return NOTHING
    return {
        application_id: [(channel, purpose) for _, channel, purpose in theirs]
        for application_id, theirs in sql.by_key(sql.rows(_TOLD, (applications,))).items()
    }
