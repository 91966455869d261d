"""What a planned message meets at its time, as far as that is known now: the hours there, and what
the candidate does not want."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.core.places import Place
from followthrough.governance import reasons
from followthrough.governance.decisions import Drop
from followthrough.governance.hours import first_open
from followthrough.governance.policy import CompiledPolicy
from followthrough.messages.models import Touch, TouchState
from followthrough.messages.outbox import Due
from followthrough.people.models import Candidate
from followthrough.runs import simulation
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall

AT_ANY_HOUR = ("reply", "service")
THEIRS = reasons.codes("consent") | reasons.codes("chosen")


@dataclass(frozen=True)
class Outlook:
    """Where a person may be, the channels they may be written to on, and whether they asked for
    less than everything there, so that the gate must be asked what it leaves."""

    policy: CompiledPolicy
    zones: tuple[str, ...]
    places: tuple[Place, ...]
    channels: Collection[str]
    less: bool = False

    def opens(self, touch: Touch) -> datetime | None:
        """When the hours that a touch is due outside of open; None where they are open then, or
        nobody knows."""
        channel = next((one for one in touch.channels if one in self.channels), None)
        if channel is None or touch.purpose in AT_ANY_HOUR or not self.zones:
            return None
        rules = self.policy.rules(self.places, touch.due_at)
        week = rules.bounds(channel, touch.purpose).hours.both
        found = first_open(week, self.zones, touch.due_at)
        return None if found == touch.due_at else found


def said(touch: Touch, opens: datetime | None, wall: Wall) -> str:
    """What becomes of a touch that is due before the hours open; '' where nothing is in the way."""
    if opens is None:
        return ""
    told = {"until": sentences.moment(opens, wall.zone)}
    if touch.useful_until and touch.useful_until <= opens:
        return _("In quiet hours until %(until)s, and of no use then: it will not go out") % told
    return _("In quiet hours: goes out from %(until)s") % told


def refused(candidate: Candidate, touches: Sequence[Touch], *, now: datetime) -> Mapping[UUID, str]:
    """Those among the planned touches of a candidate that will not go out because of what they
    said or chose, with the gate's reason. One round trip."""
    planned = [_due(one) for one in touches if one.state == TouchState.PLANNED]
    if not planned:
        return {}
    seen = simulation.scene(candidate, planned, now=now)
    found = {one.id: seen.decided(one, at=max(now, one.due_at)) for one in planned}
    return {
        key: one.code for key, one in found.items() if isinstance(one, Drop) and one.code in THEIRS
    }


def _due(touch: Touch) -> Due:
    """A touch as the dispatcher will claim it."""
    return Due(*(getattr(touch, name) for name in Due._fields))


def never(code: str) -> str:
    """That a touch will not go out, and why; '' where nothing refuses it."""
    return _("Will not go out: %(why)s") % {"why": reasons.label(code)} if code else ""
