"""Who at Northwind sees to what needs a person, and when they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from followthrough.conversations.models import Handoff
from followthrough.demo.seed.company import PRIYA, TEAM, TOMAS, Colleague, Place
from followthrough.demo.seed.days import at_desk
from followthrough.demo.seed.script import Story

WITHOUT_DELAY = timedelta(minutes=20)  # once they sit down to it
OVERLOOKED = 2  # of what came in the last hours, besides what the last days' stories leave


def keeper(story: Story, reason: str) -> Colleague:
    """Whose it is: interviews are the site's coordinator's, the rest the recruiter's."""
    if reason == Handoff.Reason.AMBIGUOUS_STOP:
        return TOMAS
    if reason in (Handoff.Reason.OPTED_OUT, Handoff.Reason.UNREACHABLE) or not story.meetings:
        return _recruiter(story)
    return _of_site(story.opening.place)


def _recruiter(story: Story) -> Colleague:
    return next((one for one in TEAM if story.opening.team in one.teams), PRIYA)


def _of_site(place: Place) -> Colleague:
    return next(one for one in TEAM if one.role == "coordinator" and one.place is place)


@dataclass
class Rota:
    """When handoffs are seen to, with the present in mind: little of what is old still waits."""

    until: datetime
    waiting: int = 0

    def seen_at(self, handoff: Handoff, story: Story, chance: Random) -> datetime | None:
        """When somebody closes it; None: nobody has yet."""
        if story.scene and story.scene.waits:
            return None
        at = at_desk(story.opening.place, handoff.opened_at + _reaction(chance))
        if at <= self.until:
            return at
        if handoff.due_at > self.until and self.waiting < OVERLOOKED:
            self.waiting += 1
            return None
        return min(handoff.opened_at + WITHOUT_DELAY, self.until)


def _reaction(chance: Random) -> timedelta:
    """Mostly within the hour; sometimes it takes half a day."""
    return timedelta(minutes=5 + chance.expovariate(1 / 55))
