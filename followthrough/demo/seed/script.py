"""What happens in the ATS over three weeks, as a list in the order of time. Pure: chance in, plan out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from followthrough.core.canonical import iso
from followthrough.core.zones import instant, local
from followthrough.demo.seed.company import COUNTRY, OPENINGS, Opening
from followthrough.demo.seed.people import Person, candidate, people

WEEKS = 3


@dataclass(frozen=True)
class Step:
    """One act in the ATS: `parts` of an application change. The first one makes it."""

    at: datetime
    external_id: str
    parts: Mapping[str, Any]


@dataclass(frozen=True)
class Story:
    """One application: its person, its opening and its steps."""

    external_id: str
    person: Person
    opening: Opening
    steps: tuple[Step, ...]


def stories(*, seed: int, applications: int, until: datetime) -> list[Story]:
    """The applications of the three weeks before `until`, the same for the same `seed`.

    Nothing is later than `until`; interviews are.
    """
    chance = Random(seed)  # noqa: S311  (a story, not a secret)
    weights = [opening.weight for opening in OPENINGS]
    openings = chance.choices(OPENINGS, weights=weights, k=applications)
    for number in range(min(len(OPENINGS) - 2, applications)):
        openings[number] = OPENINGS[number]  # the stories of the last days need a message map
    cast = zip(openings, people(chance, openings), strict=True)
    return [
        _story(number, person, opening, Random(f"{seed}:{number}"), until)  # noqa: S311
        for number, (opening, person) in enumerate(cast)
    ]


def _story(number: int, person: Person, opening: Opening, chance: Random, until: datetime) -> Story:
    external_id = f"A-{1001 + number}"
    arrived = _arrival(chance, opening, until, number)
    path = (
        LAST_DAYS[number](until, opening)
        if number in LAST_DAYS
        else _path(chance, opening, arrived)
    )
    steps = [Step(arrived, external_id, _application(external_id, person, opening, arrived))]
    steps += [Step(at, external_id, parts) for at, parts in path if arrived < at <= until]
    return Story(external_id, person, opening, tuple(steps))


def _arrival(chance: Random, opening: Opening, until: datetime, number: int) -> datetime:
    """Any hour, evenings rather; those with a story of their own came a week ago."""
    days = 7.0 if number in LAST_DAYS else chance.uniform(0.1, WEEKS * 7)
    moment = local(until - timedelta(days=days), opening.place.zone)
    hour = chance.choice((8, 10, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23))
    minute = chance.randrange(60)
    found = instant(
        moment.date(), moment.time().replace(hour=hour, minute=minute), opening.place.zone
    )
    return min(found, until - timedelta(hours=2))


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
        "fields": {},
    }


# --- how applications go -----------------------------------------------------------------------

Path = Iterator[tuple[datetime, dict[str, Any]]]


def _path(chance: Random, opening: Opening, arrived: datetime) -> Path:
    at = _working(chance, opening, arrived, days=(0.5, 4))
    if chance.random() < 0.14:
        yield at, {"stage": "Rejected"}
        return
    if chance.random() < 0.01:
        yield at, {"stage": "Talent pool"}
        return
    yield at, {"stage": "Phone screen"}
    at = _working(chance, opening, at, days=(0.5, 4))
    if chance.random() < 0.25:
        yield at, {"stage": chance.choice(("Rejected", "Rejected", "Withdrawn"))}
        return
    interview = meeting(chance, opening, at, days=(2, 5))
    yield at, {"stage": "Interview", "anchors": {"interview_start": iso(interview)}}
    if chance.random() < 0.12:  # moved once
        moved = _working(chance, opening, at, days=(0.3, 1))
        interview = meeting(chance, opening, interview, days=(1, 3))
        yield moved, {"anchors": {"interview_start": iso(interview)}}
    yield from _after_interview(chance, opening, interview)


def _after_interview(chance: Random, opening: Opening, interview: datetime) -> Path:
    at = _working(chance, opening, interview, days=(0.2, 2))
    if chance.random() < 0.4:
        yield at, {"stage": "Rejected"}
        return
    yield at, {"stage": "Offer"}
    at = _working(chance, opening, at, days=(0.5, 2))
    if chance.random() < 0.15:
        yield at, {"stage": "Withdrawn"}
        return
    yield at, {"stage": "Background check"}
    at = _working(chance, opening, at, days=(1, 4))
    start = instant((at + timedelta(days=7)).date(), EIGHT, opening.place.zone)
    yield at, {"stage": "Hired", "anchors": {"start_date": iso(start)}}


EIGHT = datetime(2000, 1, 1, 8).time()  # noqa: DTZ001  (a time of day)


def _working(
    chance: Random, opening: Opening, after: datetime, *, days: tuple[float, float]
) -> datetime:
    """Some days later, while recruiters work: Monday to Friday, 8 to 17 at the site."""
    moment = local(after + timedelta(days=chance.uniform(*days)), opening.place.zone)
    if not 8 <= moment.hour < 17:
        moment += timedelta(hours=(8 - moment.hour) % 24)
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    found = instant(
        moment.date(), moment.time().replace(second=0, microsecond=0), opening.place.zone
    )
    return max(found, after + timedelta(minutes=5))


def meeting(
    chance: Random, opening: Opening, after: datetime, *, days: tuple[int, int]
) -> datetime:
    """A time for an interview: a working day, on the half hour."""
    day = local(after + timedelta(days=chance.randint(*days)), opening.place.zone)
    while day.weekday() > 4:
        day += timedelta(days=1)
    at = EIGHT.replace(hour=chance.randint(9, 16), minute=chance.choice((0, 30)))
    return instant(day.date(), at, opening.place.zone)


# --- a few stories of the last hours, so that there is something to see ------------------------


def _just_invited(until: datetime, opening: Opening) -> Path:
    """Asked to confirm an interview in two days; has not answered."""
    interview = meeting(Random(1), opening, until, days=(2, 2))  # noqa: S311
    yield until - timedelta(days=2), {"stage": "Phone screen"}
    yield (
        until - timedelta(minutes=50),
        {"stage": "Interview", "anchors": {"interview_start": iso(interview)}},
    )


def _invited_yesterday(until: datetime, opening: Opening) -> Path:
    interview = meeting(Random(2), opening, until, days=(2, 3))  # noqa: S311
    yield until - timedelta(days=3), {"stage": "Phone screen"}
    yield (
        until - timedelta(hours=26),
        {"stage": "Interview", "anchors": {"interview_start": iso(interview)}},
    )


def _pooled(until: datetime, opening: Opening) -> Path:
    yield until - timedelta(days=1), {"stage": "Talent pool"}


LAST_DAYS = {
    0: _just_invited,
    1: _invited_yesterday,
    2: _invited_yesterday,
    4: _invited_yesterday,
    5: _just_invited,
    8: _pooled,
}
