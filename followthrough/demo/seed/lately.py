"""The stories of the last days: what a person finds on the desk when the demo opens.

They are told backwards from the present, whatever hour and day it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from followthrough.demo.seed.company import DEVON, KIONA, LUPE, Colleague, Opening, Place, opening
from followthrough.demo.seed.days import last_at_desk, last_awake, next_slot
from followthrough.demo.seed.paths import INTERVIEW, Move, into, moved

Moves = Callable[[datetime, Place], Sequence[Move]]


@dataclass(frozen=True)
class Said:
    """What somebody writes, so many hours before the present; or, `by_day`, when they were up
    last before that."""

    text: str
    ago: float
    by_day: bool = False

    def at(self, until: datetime, place: Place) -> datetime:
        """When they do, if the present at their place is `until`."""
        moment = until - timedelta(hours=self.ago)
        return last_awake(place, moment) if self.by_day else moment


@dataclass(frozen=True)
class Scene:
    """How one of the last days' stories goes, until the present at the site.

    Whatever needs a person then still does when the demo opens; `taken_by` is who is at it.
    """

    opening: Opening
    moves: Moves
    hours: float | None = None  # since they applied; None: a week or two
    said: Said | None = None
    deaf: tuple[str, ...] = ()
    waits: bool = False  # for a person
    taken_by: Colleague | None = None


def _only_applied(until: datetime, place: Place) -> Sequence[Move]:
    return ()


def _called(until: datetime, place: Place) -> Sequence[Move]:
    """Waits to be invited: whoever opens the demo can do that."""
    return (into(last_at_desk(place, until - timedelta(hours=44.6)), "Phone screen"),)


def _invited(*, ago: float, ahead: float, answer: str = "silent") -> Moves:
    """Called, then invited so many hours ago to an interview some hours ahead."""

    def moves(until: datetime, place: Place) -> Sequence[Move]:
        at = last_at_desk(place, until - timedelta(hours=ago))
        after = until + timedelta(hours=ahead)
        interview = next_slot(place, after, later=int(ahead) % 7)
        return (
            into(last_at_desk(place, at - timedelta(hours=22.7)), "Phone screen"),
            into(at, "Interview", answer=answer, **{INTERVIEW: interview}),
        )

    return moves


def _rebooked(until: datetime, place: Place) -> Sequence[Move]:
    """Did not come yesterday, and has another time since."""
    missed = next_slot(place, until - timedelta(hours=30))
    invited = last_at_desk(place, missed - timedelta(hours=50))
    again = next_slot(place, until + timedelta(hours=44))
    return (
        into(last_at_desk(place, invited - timedelta(hours=20)), "Phone screen"),
        into(invited, "Interview", answer="silent", **{INTERVIEW: missed}),
        moved(missed + timedelta(hours=2), again, "yes"),
    )


def _pooled(until: datetime, place: Place) -> Sequence[Move]:
    """Put into a stage that nobody has given a meaning."""
    return (into(last_at_desk(place, until - timedelta(hours=27.4)), "Talent pool"),)


SCENES = (
    # Whom the demo begins with, and somebody who has just been asked.
    Scene(opening("REQ-101"), _called),
    Scene(opening("REQ-101"), _invited(ago=0.8, ahead=46)),
    # People who need you.
    Scene(
        opening("REQ-103"), _invited(ago=28.3, ahead=72), waits=True,
        said=Said("Can we do it on Zoom instead? My shift ends at 3", ago=0.9),
    ),
    Scene(
        opening("REQ-201"), _invited(ago=29.7, ahead=22), waits=True, taken_by=KIONA,
        said=Said("Sorry, I can't make it", ago=2.2),
    ),
    Scene(opening("REQ-102"), _invited(ago=31.1, ahead=76), waits=True, said=Said("STOP", ago=5.2)),
    Scene(
        opening("REQ-203"), _only_applied, hours=19.6, deaf=("sms",), waits=True, taken_by=DEVON
    ),
    Scene(
        opening("REQ-103"), _invited(ago=42.4, ahead=20), waits=True, taken_by=LUPE,
        said=Said(
            "Is there parking, and can my brother come too? He wants to apply", ago=6.4, by_day=True
        ),
    ),
    # Interviews ahead: they said yes, or nothing.
    Scene(opening("REQ-104"), _invited(ago=52.2, ahead=3, answer="yes")),
    Scene(opening("REQ-202"), _invited(ago=50.6, ahead=4)),
    Scene(opening("REQ-101"), _invited(ago=47.8, ahead=25, answer="yes")),
    Scene(opening("REQ-105"), _invited(ago=46.9, ahead=27)),
    Scene(opening("REQ-102"), _rebooked),
    # Nobody is written to about these.
    Scene(opening("REQ-105"), _pooled),
    Scene(opening("REQ-202"), _pooled),
    # Has waited for a word for almost four days: one is planned.
    Scene(opening("REQ-103"), _only_applied, hours=93.6),
)  # fmt: skip
