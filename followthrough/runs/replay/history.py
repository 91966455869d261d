"""Reading what happened, set-based: everything that came from outside.

A part of the people is read at a time, in one round trip for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.governance import consent
from followthrough.runs import facts, whereabouts
from followthrough.runs.facts import Person, Subject
from followthrough.runs.replay import happened
from followthrough.runs.replay.fates import Fate
from followthrough.runs.replay.happened import About
from followthrough.runs.replay.moments import Cast, Role
from followthrough.store import sql

PART = 400  # people at a time, with whoever shares an address with them


class Lived(NamedTuple):
    """A cast, and what really became of the map's touches."""

    cast: Cast
    fates: list[Fate]


_SHARED = """
SELECT DISTINCT o.candidate_id, o.address_key FROM people_contactpoint p
JOIN people_contactpoint o
  ON o.organization_id = p.organization_id AND o.address_key = p.address_key
WHERE p.candidate_id = ANY(%s) AND p.address_key <> ''
  AND EXISTS (SELECT 1 FROM people_contactpoint s
              WHERE s.organization_id = p.organization_id AND s.address_key = p.address_key
                AND s.candidate_id <> p.candidate_id)
"""


def parts(found: Sequence[Role]) -> Iterable[list[list[UUID]]]:
    """Those people in parts of about PART, each as groups of whoever shares an address."""
    people = sorted({role.candidate_id for role in found})
    groups = _groups(people, sql.rows(_SHARED, (people,)) if people else ())
    part: list[list[UUID]] = []
    for group in groups:
        part.append(group)
        if sum(map(len, part)) >= PART:
            yield part
            part = []
    if part:
        yield part


def _groups(people: Sequence[UUID], shared: Iterable[tuple[Any, ...]]) -> list[list[UUID]]:
    """Whoever shares an address, directly or by others, belongs together."""
    leader = {one: one for one in people}

    def lead(one: UUID) -> UUID:
        while leader.setdefault(one, one) != one:
            leader[one] = one = leader[leader[one]]
        return one

    by_key: dict[str, UUID] = {}
    for candidate_id, key in shared:
        first = by_key.setdefault(key, candidate_id)
        leader[lead(candidate_id)] = lead(first)
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for one in leader:
        found[lead(one)].append(one)
    return list(found.values())


_APPLICATIONS = "SELECT id FROM people_application WHERE candidate_id = ANY(%s)"


def read(part: Sequence[Sequence[UUID]], found: Sequence[Role], about: About) -> list[Lived]:
    """The casts of a part of the people, with what happened to them."""
    people = [one for group in part for one in group]
    applications = [row[0] for row in sql.rows(_APPLICATIONS, (people,))]
    there = set(people)
    theirs = {role.application_id: role for role in found if role.candidate_id in there}
    if about.counts_days:
        for key, where in whereabouts.of(theirs).items():
            theirs[key].where = where
    (persons, _), subjects, words, *told = sql.ask(
        facts.about_people(people),
        facts.about_applications(applications),
        consent.words_of_people(people),
        *happened.questions(people, applications, theirs, about),
    )
    everything = happened.put_together(told, theirs, about, words=words)
    apart = _by_candidate(subjects)
    return [_cast(group, persons, apart, theirs, everything, about) for group in part]


def _by_candidate(subjects: dict[UUID, Subject]) -> dict[UUID, list[Subject]]:
    found: dict[UUID, list[Subject]] = defaultdict(list)
    for subject in subjects.values():
        found[subject.candidate_id].append(subject)
    return found


def _cast(
    group: Sequence[UUID],
    persons: dict[UUID, Person],
    subjects: dict[UUID, list[Subject]],
    theirs: dict[UUID, Role],
    everything: happened.Everything,
    about: About,
) -> Lived:
    people = {one: everything.fresh(persons[one]) for one in group if one in persons}
    known = {one.id: _unbegun(one) for person in people for one in subjects.get(person, ())}
    mine = {key: theirs[key] for key in known if key in theirs}
    keys = {key for person in people.values() for key in person.keys}
    cast = Cast(
        about.organization_id, people, known, mine, everything.moments(people, known, keys),
        {key: everything.words[key] for key in keys if key in everything.words},
        {key: one for app in mine for key, one in everything.ids.get(app, {}).items()},
        {key: one for app in mine for key, one in everything.waiting.get(app, {}).items()},
        {one: everything.attended[one] for one in people if one in everything.attended},
        {one for app in mine for one in everything.refused.get(app, ())},
    )  # fmt: skip
    return Lived(cast, [fate for app in mine for fate in everything.fates.get(app, ())])


def _unbegun(subject: Subject) -> Subject:
    """An application before anything happened to it."""
    nothing: dict[str, Any] = {"asks": {}, "answers": {}, "sent": {}}
    return subject._replace(stage="", stage_since=None, run_ended_at=None, **nothing)


def told_of(map_id: UUID, number: int, lived: Lived) -> Lived:
    """The same, with the applications in the map as of that version."""
    subjects = lived.cast.subjects
    for key in lived.cast.roles:
        subjects[key] = subjects[key]._replace(map_id=map_id, version_number=number)
    return lived
