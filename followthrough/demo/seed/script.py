"""What happens in the ATS over eight weeks, as stories. Pure: chance in, plan out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from followthrough.core.canonical import iso
from followthrough.demo.seed.company import COUNTRY, MAPS, OPENINGS, Opening
from followthrough.demo.seed.days import arrivals
from followthrough.demo.seed.lately import SCENES, Scene
from followthrough.demo.seed.paths import Move, path
from followthrough.demo.seed.people import HOUSEHOLDS, Person, candidate, people

APPLIED_AGAIN = {41: 40, 110: 109, 190: 189}  # whose application it is besides another one
SOON = timedelta(minutes=25)
EXPERIENCE = (0, 0, 1, 1, 2, 3, 4, 6, 10)  # years
SHIFTS = ("Days", "Days", "Evenings", "Nights", "Weekends")


@dataclass(frozen=True)
class Step:
    """One act in the ATS: `parts` of an application change. The first one makes it."""

    at: datetime
    external_id: str
    parts: Mapping[str, Any]


class Meeting(NamedTuple):
    """An interview as it stands since `told`, and what they will say about it (see `paths`)."""

    told: datetime
    answer: str


@dataclass(frozen=True)
class Story:
    """One application: its person, its opening and its steps."""

    external_id: str
    person: Person
    opening: Opening
    steps: tuple[Step, ...]
    meetings: tuple[Meeting, ...] = ()
    scene: Scene | None = None

    def answer(self, at: datetime) -> str:
        """What they will say at `at` when they are asked about their interview."""
        told = [one.answer for one in self.meetings if one.told <= at]
        return told[-1] if told else "silent"


def stories(*, seed: int, applications: int, until: datetime) -> list[Story]:
    """The applications of the eight weeks before `until`, the same for the same `seed`.

    Nothing is later than `until`; interviews are. Within a day only what is new is different.
    """
    chance = Random(seed)  # noqa: S311  (a story, not a secret)
    openings = _openings(chance, applications)
    cast = people(chance, openings, first=len(SCENES))
    times = arrivals(chance, [opening.place for opening in openings], until=until)
    for again, first in APPLIED_AGAIN.items():
        if again < applications:
            cast[again], times[again] = cast[first], min(times[first] + SOON, until)
    return [
        _story(number, person, opening, arrived, until, Random(f"{seed}:{number}"))  # noqa: S311
        for number, (person, opening, arrived) in enumerate(zip(cast, openings, times, strict=True))
    ]


def _openings(chance: Random, applications: int) -> list[Opening]:
    """What each application is for. Those who share a telephone go to the same place, and who
    applies again does so for something else there."""
    weights = [opening.weight for opening in OPENINGS]
    found = chance.choices(OPENINGS, weights=weights, k=applications)
    for number, scene in enumerate(SCENES[:applications]):
        found[number] = scene.opening
    for one, home in HOUSEHOLDS.items():
        if len(SCENES) + one < applications:
            found[len(SCENES) + one] = found[len(SCENES) + home]
    for again, first in APPLIED_AGAIN.items():
        if again < applications:
            found[again] = _another(found[first])
    return found


def _another(opening: Opening) -> Opening:
    """Another opening at the same place, of those with a message map."""
    there = (one for one in OPENINGS if one.place is opening.place and one.family in MAPS)
    return next(one for one in there if one is not opening)


def _story(
    number: int, person: Person, opening: Opening, arrived: datetime, until: datetime,
    chance: Random,
) -> Story:  # fmt: skip
    scene = SCENES[number] if number < len(SCENES) else None
    if scene:
        hours = scene.hours or chance.uniform(180, 290)
        arrived = until - timedelta(hours=hours)
        moves = list(scene.moves(until, opening.place))
    else:
        moves = list(path(chance, opening, arrived))
    external_id = f"A-{1001 + number}"
    return Story(
        external_id,
        _deaf(person, scene),
        opening,
        tuple(_steps(external_id, person, opening, arrived, moves, until)),
        tuple(Meeting(move.at, move.answer) for move in moves if move.answer),
        scene,
    )


def _deaf(person: Person, scene: Scene | None) -> Person:
    return replace(person, deaf=scene.deaf) if scene else person


def _steps(
    external_id: str, person: Person, opening: Opening, arrived: datetime, moves: Iterable[Move],
    until: datetime,
) -> Iterator[Step]:  # fmt: skip
    """The first one, and a step for each move; an anchor once set stays."""
    first = _application(external_id, person, opening, arrived)
    anchors = first["anchors"]
    yield Step(arrived, external_id, first)
    for move in moves:
        anchors = {**anchors, **move.parts.get("anchors", {})}
        if arrived < move.at <= until:
            yield Step(move.at, external_id, {**move.parts, "anchors": anchors})


def _application(
    external_id: str, person: Person, opening: Opening, at: datetime
) -> dict[str, Any]:
    place = opening.place
    return {
        "id": external_id,
        "stage": "Applied",
        "candidate": candidate(person, consented_at=iso(at)),
        "requisition": {
            "id": opening.id,
            "title": opening.title,
            "family": opening.family,
            "team": opening.team,
            "site": {
                "id": place.id,
                "name": place.name,
                "address": place.address,
                "country": COUNTRY,
                "region": place.region,
                "zone": place.zone,
            },
        },
        "anchors": {},
        "fields": _answered(external_id),
    }


def _answered(external_id: str) -> dict[str, Any]:
    """What the form of the careers page asked besides."""
    chance = Random(external_id)  # noqa: S311  (a story, not a secret)
    return {
        "years_of_experience": chance.choice(EXPERIENCE),
        "preferred_shift": chance.choice(SHIFTS),
    }
