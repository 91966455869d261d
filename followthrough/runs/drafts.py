"""From claimed touches and loaded facts to what the gate judges: drafts, grouped by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from followthrough.channels import registry
from followthrough.core.zones import Zones
from followthrough.governance.decisions import Draft, FreezeFact, Option, PersonFacts
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs import rendering
from followthrough.runs.facts import Facts, Person, predicate_facts, zones_for


def by_person(dues: Sequence[Due]) -> dict[UUID, list[Due]]:
    """The claimed touches of each person, in the order they were claimed."""
    found: dict[UUID, list[Due]] = defaultdict(list)
    for due in dues:
        found[due.candidate_id].append(due)
    return found


def person_facts(person: Person, zones: Zones, facts: Facts) -> PersonFacts:
    """What the gate must know of one person."""
    org = person.organization_id
    keys = [
        point.address_key
        for kind in CHANNEL_KIND.values()
        if (point := facts.points.get((person.id, kind))) and point.address_key
    ]
    subjects = [*keys, f"person:{person.id}"]
    return PersonFacts(
        candidate_id=person.id,
        zones=zones.names,
        zone_evidence=zones.evidence,
        country=person.country,
        region=person.region,
        consent=_of(facts.consents, org, keys),
        blocked=_of(facts.blocks, org, keys),
        freezes=_freezes(facts, org, person.id),
        uses={subject: facts.uses.uses.get((org, subject), ()) for subject in subjects},
        last_inbound_at=person.last_inbound_at,
    )


def zones(person: Person, dues: Sequence[Due], facts: Facts) -> Zones:
    """The zones in which a person may be, by everything that these touches are about."""
    sites = [
        facts.subjects[due.application_id].site_zone
        for due in dues
        if due.application_id in facts.subjects
    ]
    return zones_for(person, sites, facts)


def _of(found: dict, org: UUID, keys: list[str]) -> dict:
    """The part of a mapping by (organization, address key, channel) that is about `keys`."""
    return {
        (key, channel): found[org, key, channel]
        for key in keys
        for channel in CHANNEL_KIND
        if (org, key, channel) in found
    }


def _freezes(facts: Facts, *subjects: UUID | None) -> list[FreezeFact]:
    return [one for subject in subjects if subject for one in facts.freezes.get(subject, ())]


def draft(due: Due, person: Person, zone: str, facts: Facts) -> Draft:
    """One touch with everything the gate must know of it."""
    subject = facts.subjects.get(due.application_id) if due.application_id else None
    options = [_option(due, channel, person, zone, facts) for channel in due.channels]
    return Draft(
        touch_id=due.id,
        key=due.key,
        purpose=due.purpose,
        origin=due.origin,
        priority=due.priority,
        due_at=due.due_at,
        useful_until=due.useful_until,
        relevance=_relevance(due),
        facts=predicate_facts(due, person, facts),
        anchor_name=due.anchor_name,
        anchor_sequence=due.anchor_sequence,
        stage=subject.stage if subject else "",
        options=options,
        reply_to_at=due.reply_to_at,
        freezes=_freezes(
            facts,
            due.application_id,
            subject.map_id if subject else None,
            *(option.sender_id for option in options),
        ),
        failed_channels=frozenset(facts.failed.get(due.id, ())),
    )


def _relevance(due: Due) -> dict[str, Any]:
    """What was planned for one person is never about an application that became another's."""
    if due.application_id is None:
        return due.relevance
    theirs = {"field": "application.candidate", "op": "is", "value": due.candidate_id}
    return {"all": [theirs, due.relevance]}


def _option(due: Due, channel: str, person: Person, zone: str, facts: Facts) -> Option:
    point = facts.points.get((person.id, CHANNEL_KIND.get(channel, channel)))
    sender = facts.senders.get(person.organization_id, {}).get(channel)
    if sender and not registry.installed(sender.config.adapter):
        sender = None
    return Option(
        channel=channel,
        contact_point_id=point.id if point else None,
        address_key=point.address_key if point else "",
        unusable=point.unusable if point else "",
        sender_id=sender.config.id if sender else None,
        sender_active=bool(sender and sender.active),
        render=partial(_render, due, channel, person, zone, facts),
    )


def _render(due: Due, channel: str, person: Person, zone: str, facts: Facts):
    values = rendering.context(due, person, zone, facts)
    return rendering.rendered(due, channel, locale=person.locale, values=values)
