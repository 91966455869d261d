"""What may we send now? The gate's answer about a message that nobody has written yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.core.typed import cleaned
from followthrough.core.zones import instant
from followthrough.governance import phrases, reasons, words
from followthrough.governance.decisions import Drop, Send
from followthrough.messages.models import Receipt
from followthrough.people import finding, scopes
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate
from followthrough.runs import simulation
from followthrough.runs.simulation import Answer, Wanted
from followthrough.web.console import sentences, timeline, whereabouts
from followthrough.web.console.access import own
from followthrough.web.console.receipts import sources
from followthrough.web.console.receipts.rows import Check
from followthrough.web.console.sentences import Wall

MOST_FOUND = 12
FARTHEST = timedelta(days=366)  # a moment further off says nothing about what is known now


class What(models.TextChoices):
    """A message by what it is for and who sends it."""

    MAP = "map", gettext_lazy("From the map, about their application")
    OUTREACH = "outreach", gettext_lazy("From the map, outreach")
    MEMBER = "member", gettext_lazy("Something one of us writes")
    REPLY = "reply", gettext_lazy("An answer to what they just wrote")


WANTED = {
    What.MAP: Wanted("informational", "map"),
    What.OUTREACH: Wanted("outreach", "map"),
    What.MEMBER: Wanted("informational", "member"),
    What.REPLY: Wanted("reply", "member"),
}


@dataclass(frozen=True)
class Asked:
    """A candidate (or who to look for), an application, a channel ('' for all), what, and when
    (a moment by the candidate's clock; '' for now)."""

    q: str = ""
    candidate: str = ""
    application: str = ""
    channel: str = ""
    what: str = What.MAP.value
    at: str = ""


class Said(NamedTuple):
    """What the gate says of one channel. `meaning` is a colour's; `next` when it goes out, and
    `change` what would have to change, each '' where it does not matter."""

    channel: str
    address: str
    meaning: str
    answer: str
    why: str
    next: str
    change: str
    checks: Sequence[Check]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Whom, what and when; and the answer by channel."""
    asked = _asked(request)
    given = {"asked": asked, "whats": What.choices, "channels": list(CHANNEL_KIND)}
    if asked.candidate:
        key = _key(asked.candidate) or UUID(int=0)
        person = own(request, Candidate, key, within=scopes.person)
        given |= _answered(request.member, person, asked)  # type: ignore[attr-defined]
    elif asked.q:
        given["found"] = _found(request.member, asked.q)  # type: ignore[attr-defined]
    return render(request, "console/sending.html", given)


def _asked(request: HttpRequest) -> Asked:
    given = {name: cleaned(request.GET.get(name, ""), longest=100) for name in vars(Asked())}
    known = given["what"] in What.values
    channel = given["channel"] if given["channel"] in CHANNEL_KIND else ""
    return Asked(**{**given, "what": given["what"] if known else What.MAP, "channel": channel})


def _found(member: Member, text: str) -> list[Application]:
    """Applications of people who may be meant."""
    meant = finding.read(text, country=member.organization.country)
    found = scopes.applications(member).filter(finding.applications(member.organization, meant))
    related = found.select_related("candidate", "requisition__site")
    return list(related.order_by("candidate__plain_name", "id")[:MOST_FOUND])


def _answered(member: Member, person: Candidate, asked: Asked) -> dict[str, Any]:
    theirs = timeline.applications_of(person, of=scopes.applications(member))
    about = next((one for one in theirs if str(one.id) == asked.application), None)
    about = about or next(iter(reversed(theirs)), None)
    zones = whereabouts.of(person, [about] if about else [])
    wall = whereabouts.clock_of(zones, [about] if about else [])
    at = moment(asked.at, zone=wall.zone, now=clock.now())
    found = ask(person, about, asked=asked, at=at or clock.now(), wall=wall)
    return {
        "candidate": person, "applications": theirs, "about": about, "wall": wall,
        "at": at or clock.now(), "misread": bool(asked.at) and at is None, "answers": found,
        "clocks": whereabouts.clocks(zones, wall, at or clock.now()),
    }  # fmt: skip


def moment(text: str, *, zone: str, now: datetime) -> datetime | None:
    """A moment as a browser writes it (`2026-06-03T21:30`), by the candidate's clock, as everything
    else on the page; None for what is none, or lies more than a year away."""
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=None)
        read = instant(wall.date(), wall.time(), zone)
    except (ValueError, OverflowError):
        return None
    return read if abs(read - now) <= FARTHEST else None


def ask(
    person: Candidate, about: Application | None, *, asked: Asked, at: datetime, wall: Wall
) -> list[Said]:
    """The gate's answer, by channel, in words."""
    channels: Iterable[str] = [asked.channel] if asked.channel else CHANNEL_KIND
    found = simulation.answers(
        person, about, wanted=WANTED[What(asked.what)], at=at, channels=channels
    )
    receipts = [_receipt(one, at) for one in found]
    known = sources.entries(receipts)
    return [_said(one, row, wall, known) for one, row in zip(found, receipts, strict=True)]


_VERDICTS = {"Send": "send", "Hold": "hold", "Drop": "drop", "Merge": "merge"}


def _receipt(one: Answer, at: datetime) -> Receipt:
    """The receipt that it would leave. It is not kept."""
    found = one.decision
    checks = [list(check) for check in found.checks]
    return Receipt(
        verdict=_VERDICTS[type(found).__name__], code=found.code, at=at, channel=one.channel,
        until=getattr(found, "until", None), checks=checks,
    )  # fmt: skip


def _said(one: Answer, row: Receipt, wall: Wall, known: sources.Entries) -> Said:
    given = {"zone": wall.zone, "place": wall.place}
    meaning, answer = _verdict(one)
    why = words.reason(row, **given)
    if one.shadow and one.leaves:
        meaning, answer, why = "stopped", _("Only in shadow"), _shadowed(one, why)
    checks = [
        Check(check.code, check.outcome, check.said, sources.of(check.detail, known))
        for check in words.checked(row, **given)
    ]
    return Said(
        one.channel, one.point.address if one.point else "", meaning, answer,
        why, _next(one, wall), _change(one), checks,
    )  # fmt: skip


def _shadowed(one: Answer, why: str) -> str:
    """That the gate lets it go and nothing leaves."""
    said = why, _(phrases.REASONS["in_shadow"]), _(phrases.SHADOWS[one.shadow])
    return " ".join(filter(None, said))


def _verdict(one: Answer) -> tuple[str, str]:
    if isinstance(one.decision, Send):
        return "kept", _("Yes, now")
    if one.leaves:
        return "held", _("Not now, later")
    if isinstance(one.decision, Drop):
        return "stopped", _("No")
    return "held", _("Not until something changes")


def _next(one: Answer, wall: Wall) -> str:
    if isinstance(one.decision, Send) or one.leaves is None or one.shadow:
        return ""
    told = {"at": sentences.dated(one.leaves, wall)}
    return _("It may go out from %(at)s, as far as is known now.") % told


def _change(one: Answer) -> str:
    """What would have to change, where waiting is not enough."""
    if one.shadow and one.leaves:
        return _("Switch it on for their job family, or end the shadow.")
    return "" if one.leaves else reasons.remedy(one.last, one.channel)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
