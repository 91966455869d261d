"""How applications go, from the first call to the first day: what a recruiter does in the ATS.

Interviews come with what the candidate will say when asked about them: `yes`, `nudged` (yes, but
only to the second message), `late` (yes, the day before or on the way), `no`, `question` (nothing
anybody could understand by rule), `stop`, or `silent`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from followthrough.core.canonical import iso
from followthrough.core.zones import instant, local
from followthrough.demo.seed.company import Opening
from followthrough.demo.seed.days import EIGHT, meeting, working

INTERVIEW = "interview_start"


class Move(NamedTuple):
    """One act in the ATS: the parts of the application it changes. `answer`: see above."""

    at: datetime
    parts: Mapping[str, Any]
    answer: str = ""


Path = Iterator[Move]


def into(at: datetime, stage: str, *, answer: str = "", **anchors: datetime) -> Move:
    """Another stage, perhaps with anchors."""
    return Move(at, {"stage": stage, "anchors": _written(anchors)}, answer)


def moved(at: datetime, interview: datetime, answer: str) -> Move:
    """Another time for the interview, in the stage it is in."""
    return Move(at, {"anchors": _written({INTERVIEW: interview})}, answer)


def _written(anchors: Mapping[str, datetime]) -> dict[str, str]:
    return {name: iso(at) for name, at in anchors.items()}


def path(chance: Random, opening: Opening, arrived: datetime) -> Path:
    """Everything that will be done with an application that came in at `arrived`."""
    place, dice = opening.place, chance.random()
    quick = opening.family == "warehouse" and chance.random() < 0.4
    wait = (12.0, 20.0) if dice > 0.96 else (0.05, 0.4) if quick else (0.4, 3.5)
    at = working(chance, place, arrived, days=wait)
    if dice < 0.17:
        yield into(at, "Rejected" if dice < 0.14 else "Withdrawn")
    elif dice < 0.173:
        yield into(at, "Talent pool")
    else:
        yield into(at, "Phone screen")
        yield from _after_call(chance, opening, at, quick=quick)


def _after_call(chance: Random, opening: Opening, called: datetime, *, quick: bool) -> Path:
    at = working(chance, opening.place, called, days=(0.05, 0.3) if quick else (0.5, 4))
    if chance.random() < 0.25:
        yield into(at, chance.choice(("Rejected", "Rejected", "Withdrawn")))
        return
    interview = meeting(chance, opening.place, at, days=(1, 2) if quick else (2, 5))
    answer = _answer(chance)
    yield into(at, "Interview", answer=answer, **{INTERVIEW: interview})
    if answer == "no":
        yield from _declined(chance, opening, at, interview)
    elif chance.random() < 0.08:  # the company had to move it
        yield from _put_off(chance, opening, at, interview)
    else:
        yield from _met(chance, opening, interview, answer)


ANSWERS = {"yes": 52, "nudged": 14, "late": 6, "silent": 11, "no": 8, "question": 7, "stop": 2}


def _answer(chance: Random) -> str:
    return chance.choices(list(ANSWERS), weights=list(ANSWERS.values()))[0]


def _declined(chance: Random, opening: Opening, told: datetime, interview: datetime) -> Path:
    """Somebody who said no is called, and mostly comes at another time."""
    at = working(chance, opening.place, told, days=(0.15, 0.9))
    at = max(told + timedelta(minutes=40), min(at, interview - timedelta(hours=2)))
    if chance.random() < 0.22:
        yield into(at, "Withdrawn")
        return
    again = meeting(chance, opening.place, interview, days=(1, 4))
    yield moved(at, again, "yes")
    yield from _met(chance, opening, again, "yes")


def _put_off(chance: Random, opening: Opening, told: datetime, interview: datetime) -> Path:
    at = working(chance, opening.place, told, days=(0.3, 1))
    again = meeting(chance, opening.place, max(interview, at), days=(1, 3))
    answer = chance.choice(("yes", "yes", "nudged", "silent"))
    yield moved(at, again, answer)
    yield from _met(chance, opening, again, answer)


STAYS_AWAY = {"silent": 0.42, "stop": 0.5, "question": 0.1, "nudged": 0.1, "late": 0.06}


def _met(chance: Random, opening: Opening, interview: datetime, answer: str) -> Path:
    """The interview, unless nobody comes to it."""
    if chance.random() < STAYS_AWAY.get(answer, 0.04):
        yield from _missed(chance, opening, interview)
    else:
        yield from _decided(chance, opening, interview)


def _missed(chance: Random, opening: Opening, interview: datetime) -> Path:
    """A no-show: the ATS shows it by another time set after the old one, or by an end."""
    at = working(chance, opening.place, interview, days=(0.03, 0.25))
    dice = chance.random()
    if dice < 0.6:
        again = meeting(chance, opening.place, at, days=(1, 3))
        yield moved(at, again, "yes")
        yield from _decided(chance, opening, again)
    else:
        yield into(at, "Withdrawn" if dice < 0.85 else "Rejected")


def _decided(chance: Random, opening: Opening, interview: datetime) -> Path:
    at = working(chance, opening.place, interview, days=(0.1, 1.8))
    if chance.random() < 0.38:
        yield into(at, "Rejected")
        return
    yield into(at, "Offer")
    at = working(chance, opening.place, at, days=(0.5, 2.5))
    if chance.random() < 0.15:
        yield into(at, "Withdrawn")
        return
    papers = at + timedelta(days=chance.randint(3, 5))
    yield into(at, "Background check", document_due=_at_eight(opening, papers))
    at = working(chance, opening.place, at, days=(1, 4))
    if chance.random() < 0.05:
        yield into(at, "Rejected")
        return
    yield into(at, "Hired", start_date=_at_eight(opening, at + timedelta(days=7)))


def _at_eight(opening: Opening, day: datetime) -> datetime:
    """Eight o'clock at the site, on the next working day from `day` on."""
    moment = local(day, opening.place.zone)
    moment += timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)
    return instant(moment.date(), EIGHT, opening.place.zone)
