"""From claimed touches and loaded facts to what the gate judges: drafts, grouped by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from followthrough.core.places import Places
from followthrough.core.zones import Zones
from followthrough.governance import gate, introduction
from followthrough.governance.decisions import (
    Decision,
    Draft,
    FreezeFact,
    Introduce,
    Option,
    PersonFacts,
    Rendered,
    Stored,
)
from followthrough.governance.freezes import channel_subject
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs import rendering
from followthrough.runs.about import About
from followthrough.runs.facts import (
    NOTHING,
    Company,
    Facts,
    Person,
    Point,
    Subject,
    limits,
    message_of,
)
from followthrough.runs.plausible import places_for, zones_for

FOOTED = frozenset({"email"})  # channels whose every message says at its foot who writes
NO_POINT = ("", None, "", "", "", True)  # what a facts.Point holds, where there is none


def by_person(dues: Sequence[Due]) -> dict[UUID, list[Due]]:
    """The claimed touches of each person, the most urgent person first.

    Where several are on one phone, room under its caps goes in that order, not by chance.
    """
    found: dict[UUID, list[Due]] = defaultdict(list)
    for due in sorted(dues, key=_urgency):
        found[due.candidate_id].append(due)
    return found


def _urgency(due: Due) -> tuple[int, datetime, int]:
    return due.priority, due.due_at, due.id.int


def person_facts(
    person: Person, dues: Sequence[Due], zones: Zones, facts: Facts, ours: Company
) -> PersonFacts:
    """What the gate must know of one person; `ours` is whose candidate it is."""
    places = _places(person, dues, facts)
    return PersonFacts(
        person.id,
        zones.names,
        zones.evidence,
        places.names,
        ours.consents,
        ours.blocks,
        _freezes(facts, person.organization_id, person.id),
        *_uses(person, ours),
        person.last_inbound_at,
        facts.wishes.get(person.id) if facts.wishes else None,
        place_evidence=places.evidence,
        zones_unknown=zones.unknown,
    )


def _uses(person: Person, ours: Company) -> tuple[Mapping[str, Sequence[Stored]], Sequence[Stored]]:
    """The uses of each of their addresses, and those among them that were for this person."""
    name, seen, used = person.name, ours.uses, ours.used
    rows: dict[str, Sequence[Stored]] = {key: seen[key].uses for key in person.keys if key in seen}
    for key in person.keys:
        if key in used:  # a shared phone: somebody else on it comes first in this batch
            rows[key] = [*rows.get(key, ()), *used[key]]
    return rows, [use for uses in rows.values() for use in uses if use[2] == name]


def judged(
    person: Person,
    dues: Sequence[Due],
    known: Facts,
    ours: Company,
    *,
    at: datetime,
    change: Callable[[Due, Draft], None] | None = None,
) -> list[Decision]:
    """What the gate says of one person's touches at a moment, in their order. `change` may set
    something in a draft before it is judged: whoever only imagines it."""
    there = zones(person, dues, known)
    zone = next(iter(there.names), "UTC")
    made = [draft(due, person, zone, known) for due in dues]
    if change:
        for due, one in zip(dues, made, strict=True):
            change(due, one)
    return gate.decide(made, person_facts(person, dues, there, known, ours), ours.policy, at)


def zones(person: Person, dues: Sequence[Due], facts: Facts) -> Zones:
    """The zones in which a person may be, by everything that these touches are about."""
    subjects = facts.subjects
    sites = [subjects[due.application_id].site_zone for due in dues if due.application_id]
    return zones_for(person, sites)


def _places(person: Person, dues: Sequence[Due], facts: Facts) -> Places:
    subjects = [facts.subjects[due.application_id] for due in dues if due.application_id]
    return places_for(person, [(one.site_country, one.site_region) for one in subjects])


def _freezes(facts: Facts, *subjects: UUID | None) -> list[FreezeFact]:
    if not facts.freezes:
        return []
    return [one for subject in subjects if subject for one in facts.freezes.get(subject, ())]


def draft(due: Due, person: Person, zone: str, facts: Facts) -> Draft:
    """One touch with everything the gate must know of it."""
    application_id = due.application_id
    subject = facts.subjects.get(application_id) if application_id else None
    anchors = facts.anchors.get(application_id, NOTHING) if application_id else NOTHING

    def render(channel: str) -> Rendered:
        values = rendering.context(person, subject, anchors, zone)
        return rendering.rendered(due, channel, person=person, values=values)

    options = _options(due, person, render, facts)
    return Draft(
        due.id,
        due.key,
        due.purpose,
        due.origin,
        due.priority,
        due.due_at,
        due.useful_until,
        _relevance(due, subject),
        About(person, subject, anchors),
        due.anchor_name,
        due.anchor_sequence,
        subject.stage if subject else "",
        options,
        due.reply_to_at,
        _freezes_on(due, subject, options, facts) if facts.freezes else [],
        frozenset(facts.failed[due.id]) if due.attempts else frozenset(),
        limits(due, subject),
        facts.told.get(application_id, ()) if application_id else (),
        due.listened,
    )


def _freezes_on(
    due: Due, subject: Subject | None, options: Sequence[Option], facts: Facts
) -> list[FreezeFact]:
    senders = [option.sender_id for option in options]
    map_id = subject.map_id if subject else None
    channels = [
        freeze._replace(channel=option.channel)
        for option in options
        for freeze in _freezes(facts, channel_subject(due.organization_id, option.channel))
    ]
    return [*_freezes(facts, due.application_id, map_id, due.batch_id, *senders), *channels]


def _relevance(due: Due, subject: Subject | None) -> Mapping[str, Any]:
    """What was planned for one person is never about an application that became another's."""
    theirs = subject is not None and subject.candidate_id == due.candidate_id
    if theirs or due.application_id is None:
        return due.relevance
    same = {"field": "application.candidate", "op": "is", "value": due.candidate_id}
    return {"all": [same, due.relevance]}


def _options(
    due: Due, person: Person, render: Callable[[str], Rendered], facts: Facts
) -> list[Option]:
    senders = facts.senders.get(person.organization_id, NOTHING)
    found = []
    for channel in due.channels:
        point = point_for(due, person, channel, facts)
        _, point_id, _, key, unusable, known = point or NO_POINT
        sender = senders.get(channel)
        sender_id, active = (sender.config.id, sender.active) if sender else (None, False)
        first = None if known or channel in FOOTED else _introduction(person)
        found.append(Option(channel, point_id, key, unusable, sender_id, active, render, first))
    return found


def point_for(due: Due, person: Person, channel: str, facts: Facts) -> Point | None:
    """The address for a touch on a channel. A service message answers at the one that wrote;
    anything else goes to the first that is open, where somebody has several."""
    kind = CHANNEL_KIND.get(channel, channel)
    first = person.points.get(kind)
    if len(person.every) == len(person.points):  # one of each kind, as nearly everybody has
        return first
    if answered := facts.answered.get(message_of(due)):
        return next((one for one in person.every if one.id == answered), first)
    blocked = facts.blocks.get(person.organization_id, NOTHING)
    open_ones = (
        one
        for one in person.every
        if one.kind == kind and not one.unusable and (one.address_key, channel) not in blocked
    )
    return next(open_ones, first)


def _introduction(person: Person) -> Introduce:
    return partial(introduction.introduce, person.company, person.locale)
