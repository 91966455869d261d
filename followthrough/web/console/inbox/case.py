"""Who it is about, beside the conversation: where they stand, what comes next, whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.zones import Zones
from followthrough.messages.models import Touch
from followthrough.people import scopes
from followthrough.people.models import Application
from followthrough.web import permissions
from followthrough.web.console import names, reach, sentences, timeline, whereabouts
from followthrough.web.console.reach import Way
from followthrough.web.console.sentences import Wall


@dataclass
class Case:
    """A handoff with the one it is about. `next` is what automation would say next."""

    handoff: Handoff
    applications: Sequence[Application]
    zones: Zones
    wall: Wall
    seen: Q  # what of a person the member who looks may see

    @cached_property
    def next(self) -> Touch | None:
        waiting = Touch.about(self.applications).filter(state="planned").exclude(origin="member")
        return waiting.order_by("due_at").first()

    @cached_property
    def ways(self) -> Sequence[Way]:
        """How they can be reached, each address with what they allowed there."""
        return reach.ways(self.handoff.candidate, zone=self.wall.zone)

    @property
    def clocks(self) -> str:
        """What time it is where they are, by every clock that may be theirs."""
        return whereabouts.clocks(self.zones, self.wall, clock.now())

    @property
    def doubt(self) -> str:
        """Why there is more than one; '' where there is one."""
        return whereabouts.doubt(self.zones, clock.now())

    @property
    def next_comes_to(self) -> str:
        """That nothing comes of what is planned, and why; '' when it takes its course."""
        closed = reach.why_closed(self.ways)
        return reach.nothing(closed) if closed and self.next else ""

    @property
    def next_waits(self) -> str:
        """What the next one is held for; '' when it only is not due yet."""
        return sentences.held_for(self.next) if self.next else ""


def about(handoff: Handoff, member: Member) -> Case:
    """The case of a handoff as a member sees it: of its application, or of all of theirs where it
    has none."""
    every = timeline.applications_of(handoff.candidate, of=scopes.applications(member))
    its = [one for one in every if one.id == handoff.application_id] or every
    zones = whereabouts.of(handoff.candidate, its if handoff.application_id else ())  # as the gate
    known = zones if zones.names else whereabouts.of(handoff.candidate, its)
    return Case(handoff, its, zones, whereabouts.clock_of(known, its), scopes.about(member))


def resolver(handoff: Handoff) -> str:
    """Who resolved it; '' while nobody has."""
    by = handoff.resolved_by
    return names.named(by, names.of_members([by])) if by else ""


def assignees(handoff: Handoff) -> Sequence[Member]:
    """Whom it may be given to: who may answer, and may see it."""
    its = handoff.candidate.applications.all()
    if handoff.application_id:
        its = its.filter(id=handoff.application_id)
    return list(scopes.seen_by(its, roles=permissions.roles("talk")))
