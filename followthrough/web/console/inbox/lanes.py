"""Above the typing box: for each channel whether they may be written to, and when it would leave.

It is the gate that says so, asked about a message that nobody has written yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.conversations.models import Handoff
from followthrough.core.zones import local
from followthrough.governance.decisions import Drop, Hold
from followthrough.people.models import ContactPoint
from followthrough.runs import replies
from followthrough.runs.replies import Way
from followthrough.web.console import reach, sentences
from followthrough.web.console.inbox.words import brief
from followthrough.web.console.sentences import Wall

NAMES = {"sms": gettext_noop("Text"), "email": gettext_noop("Mail")}
STOPPED = {
    "sms": gettext_noop("Stopped since %(since)s: cannot be texted."),
    "email": gettext_noop("Stopped since %(since)s: cannot be mailed."),
}
NO_ADDRESS = {
    "sms": gettext_noop("They have no phone number in the ATS: cannot be texted."),
    "email": gettext_noop("They have no mail address in the ATS: cannot be mailed."),
}
HOURS = frozenset({"legal_hours", "quiet_hours"})
HELD = {**sentences.HELD, "frozen": gettext_noop("everything is stopped by hand")}


@dataclass(frozen=True)
class Lane:
    """A channel to answer on. `open`: a message would go out, if not at once."""

    channel: str
    address: str
    open: bool
    at_once: bool
    consent: str
    hours: str

    @property
    def name(self) -> str:
        return _(NAMES.get(self.channel, self.channel))


def lanes(handoff: Handoff, *, wall: Wall, now: datetime) -> list[Lane]:
    """Every channel, in the order they are offered."""
    found = replies.ways(handoff.candidate, handoff.application, now=now)
    ids = [way.point.id for way in found if way.point]
    written = dict(ContactPoint.objects.filter(id__in=ids).values_list("id", "written"))
    return [_lane(way, written, wall, now) for way in found]


def writable(found: list[Lane]) -> bool:
    """Whether a message would go out on any of them, if not at once."""
    return any(one.open for one in found)


def preferred(found: list[Lane], last: str) -> str:
    """The channel to begin with: the one they last wrote on if it is open, else the first open."""
    usable = [one.channel for one in found if one.open]
    return last if last in usable else next(iter(usable), "")


def _lane(way: Way, written: Mapping[UUID, str], wall: Wall, now: datetime) -> Lane:
    closed = isinstance(way.decision, Drop)
    address = written.get(way.point.id, "") if way.point else ""
    return Lane(
        channel=way.channel,
        address=address,
        open=not closed,
        at_once=not closed and not isinstance(way.decision, Hold),
        consent=_consent(way, address, wall),
        hours="" if closed else _when(way, wall, now),
    )


def _consent(way: Way, address: str, wall: Wall) -> str:
    """May they be written to there, and who said so?"""
    if way.point is None:
        return _(NO_ADDRESS[way.channel])
    if way.blocked:
        return _(STOPPED[way.channel]) % {"since": _day(way.blocked, wall)}
    if way.code == "unusable":
        told = {"address": address, "why": _unusable(way)}
        return _("%(address)s is not used: %(why)s.") % told
    if way.code == "no_consent":
        return _(reach.UNASKED[way.channel])
    return _granted(way, wall)


def _granted(way: Way, wall: Wall) -> str:
    given = way.consent
    if given is None or given.state != "granted" or given.at is None:
        return _(reach.ABOUT_IT)
    said = {"may": _(reach.MAY[way.channel]), "basis": sentences.basis(given.basis)}
    return _("%(may)s: %(basis)s, %(day)s.") % {**said, "day": _day(given.at, wall)}


def _unusable(way: Way) -> str:
    assert way.point is not None
    row = ContactPoint(usable=False, unusable_reason=way.point.unusable)
    return sentences.unusable(row)


def _day(at: datetime, wall: Wall) -> str:
    return sentences.day(at, wall.zone)


def _when(way: Way, wall: Wall, now: datetime) -> str:
    """What time it is there, and when a message would leave."""
    clock, told = _clock(way, now), _leaves(way, wall, now)
    if not clock:
        return told
    return _("It is %(clock)s where they are; %(told)s") % {"clock": clock, "told": told}


def _leaves(way: Way, wall: Wall, now: datetime) -> str:
    if isinstance(way.decision, Hold):
        told = {"until": sentences.dated(way.decision.until, wall), "why": held(way.code)}
        return _("it would wait until %(until)s, since %(why)s.") % told
    if way.until and isinstance(way.otherwise, Hold) and way.otherwise.code in HOURS:
        told = {"time": brief(way.until - now), "next": sentences.dated(way.otherwise.until, wall)}
        return _("an answer to what they just wrote may go for another %(time)s,"
                 " after that it waits until %(next)s.") % told  # fmt: skip
    return _("it goes out at once.")


def held(code: str) -> str:
    """Why a member's message waits."""
    return _(HELD.get(code, code.replace("_", " ")))


def _clock(way: Way, now: datetime) -> str:
    """What their clocks may show: `21:12`, or `21:12 or 22:12`; '' where nobody knows."""
    return _(" or ").join(sorted({local(now, zone).strftime("%H:%M") for zone in way.zones}))
