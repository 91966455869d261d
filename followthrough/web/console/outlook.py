"""What a planned message meets at its time, as far as that is known now: the hours there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from followthrough.core.places import Place
from followthrough.governance.hours import first_open
from followthrough.governance.policy import CompiledPolicy
from followthrough.messages.models import Touch
from followthrough.web.console import sentences
from followthrough.web.console.sentences import Wall

AT_ANY_HOUR = ("reply", "service")


@dataclass(frozen=True)
class Outlook:
    """Where a person may be, and the channels they may be written to on."""

    policy: CompiledPolicy
    zones: tuple[str, ...]
    places: tuple[Place, ...]
    channels: Collection[str]

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
