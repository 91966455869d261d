"""One candidate: who, where they stand, everything that was said, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.typed import number
from followthrough.governance import freezes
from followthrough.journeys import shadows
from followthrough.messages.models import Ask
from followthrough.people import scopes
from followthrough.people.models import Anchor, Application, Candidate
from followthrough.runs import by_hand
from followthrough.runs.by_hand import Offered
from followthrough.runs.matching import UNMATCHED
from followthrough.web.console import (
    interviews,
    live,
    moments,
    names,
    outlook,
    reach,
    timeline,
    whereabouts,
    why,
    wishes,
)
from followthrough.web.console.access import own
from followthrough.web.console.sentences import Wall, dated, touch_name

PART = "console/candidate/live.html"


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """The page of one candidate; what is on it keeps itself current."""
    told = _told(request, key)
    given = {"candidate": told["candidate"], "part": live.part(request, PART, told)}
    return render(request, "console/candidate.html", given)


@require_safe
def changes(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is different on it."""
    return live.answer(request, PART, _told(request, key))


@require_safe
def no_text(request: HttpRequest, key: UUID) -> HttpResponse:
    """Why they did not get a text: unfolded on the page, for it is more than a page should ask for
    every few seconds."""
    person = own(request, Candidate, key, within=scopes.person)
    theirs = scopes.applications(request.member)  # type: ignore[attr-defined]
    applications = timeline.applications_of(person, of=theirs)
    wall = whereabouts.clock_of(whereabouts.of(person, applications), applications)
    found = why.no_text(person, applications, wall=wall, at=clock.now())
    return render(request, "console/candidate/why.html", {"candidate": person, "why": found})


def _told(request: HttpRequest, key: UUID) -> dict[str, Any]:
    """What the member may see of them."""
    person = own(request, Candidate, key, within=scopes.person)
    theirs = scopes.applications(request.member)  # type: ignore[attr-defined]
    before = number(request.GET.get("before", ""))
    return about(person, timeline.applications_of(person, of=theirs), before=before)


@dataclass(frozen=True)
class Standing:
    """One application as the page shows it: its row, its interview if it has one, what was asked
    (the latest last), the next step in a sentence, and what may be sent by hand."""

    row: Application
    interview: interviews.Interview | None
    asks: Sequence[Ask]
    next: str
    anchors: Sequence[Anchor]
    by_hand: Sequence[Offered]


def about(
    candidate: Candidate, applications: Sequence[Application], *, before: int | None = None
) -> dict[str, Any]:
    """Everything the page of a candidate shows of these applications (the demo's timeline too); of
    a long timeline the newest part, or the one before its entry numbered `before`."""
    zones = whereabouts.of(candidate, applications)
    wall = whereabouts.clock_of(zones, applications)
    handoffs = list(
        Handoff.objects.filter(moments.concerning(candidate, applications))
        .select_related("candidate", "owner__user")
        .order_by("id")
    )
    waiting = [one for one in handoffs if one.resolved_at is None]
    silent = _silent(candidate, applications)
    planned = timeline.waiting(candidate, applications)
    seen = outlook.scene(candidate, planned, now=clock.now())
    known = reach.known(candidate.organization_id, [candidate.id], seen)
    ways = reach.ways(candidate, zone=wall.zone, given=known)
    built = timeline.build(
        candidate, applications, wall=wall, waiting=planned, seen=seen, before=before
    )
    closed = reach.why_closed(ways)
    shadowed = _shadowed(candidate, applications)
    return {
        "candidate": candidate,
        "applications": applications,
        "standings": _quietly(_standings(applications, built, waiting, silent, closed), shadowed),
        "zones": zones,
        "clocks": whereabouts.clocks(zones, wall, clock.now()),
        "doubt": whereabouts.doubt(zones, clock.now()),
        "wall": wall,
        "ways": ways,
        "their_wishes": wishes.standing(known.wishes.get(candidate.id), zone=wall.zone),
        "points": [way.point for way in ways],
        "handoffs": waiting,
        "silent": silent,
        "closed": closed,
        "hindered": silent or closed,
        "shadowed": shadowed,
        "timeline": built,
        "before": before,
        "names": names.of_members(one.resolved_by for one in handoffs),
    }


def _shadowed(candidate: Candidate, applications: Sequence[Application]) -> set[UUID]:
    """The applications of which nothing is sent, since their map or connection is in shadow."""
    found = shadows.of([candidate.organization_id]).answer().get(candidate.organization_id)
    return {one.id for one in applications if found and _in_shadow(one, found)}


def _quietly(standings: Sequence[Standing], shadowed: set[UUID]) -> list[Standing]:
    """What comes next, where nothing is sent of it."""
    return [
        replace(one, next=_("In shadow, nothing is sent: %(next)s") % {"next": one.next})
        if one.row.id in shadowed
        else one
        for one in standings
    ]


def _in_shadow(application: Application, found: shadows.Shadows) -> bool:
    opening = application.requisition
    return hasattr(application, "run") and bool(
        found.on(
            map_id=application.run.version.map_id,
            connection_id=application.connection_id,
            family=opening.family if opening else "",
        )
    )


def _silent(candidate: Candidate, applications: Sequence[Application]) -> str:
    """Why nothing is sent by itself at the moment; '' when nothing is in the way."""
    runs = [one.run for one in applications if hasattr(one, "run")]
    subjects = [candidate.organization_id, candidate.id, *(one.id for one in applications),
                *(run.version.map_id for run in runs)]  # fmt: skip
    standing = freezes.standing(subjects, now=clock.now())
    whys = {freeze.why for found in standing.values() for freeze in found}
    if not whys:
        return ""
    if "kill_switch" in whys:
        return _("everything is stopped")
    if "handoff" in whys:
        return _("a person has to answer first")
    if whys == {"unmatched"}:
        return _("no rule gives them their message map any more, which is why it pauses")
    return _("they are frozen")


def _standings(
    applications: Sequence[Application],
    built: timeline.Timeline,
    waiting: Sequence[Handoff],
    silent: str,
    closed: str,
) -> list[Standing]:
    asks = interviews.asks_of(applications)
    by_application = timeline.grouped(asks, "application_id")
    found = interviews.of(applications, asks)
    return [
        Standing(
            one, found.get(one.id), by_application.get(one.id, []),
            _next(one, by_application.get(one.id, []), built, waiting, silent, closed),
            _anchors(one),
            by_hand.offered(one.run) if hasattr(one, "run") else (),
        )
        for one in applications
    ]  # fmt: skip


def _anchors(application: Application) -> list[Anchor]:
    """The instants that have no place of their own on the page."""
    found = [one for one in application.anchors.all() if one.at and one.name != interviews.ANCHOR]
    return sorted(found, key=lambda one: one.at)  # type: ignore[arg-type,return-value]


def _next(
    application: Application,
    asks: Sequence[Ask],
    built: timeline.Timeline,
    waiting: Sequence[Handoff],
    silent: str,
    closed: str,
) -> str:
    """What happens next with an application, in a sentence."""
    if any(one.application_id in (None, application.id) for one in waiting) and silent:
        return _("A person has to answer; automation waits.")
    if not hasattr(application, "run"):
        return _("No message map is assigned: nothing is sent by itself.")
    if application.run.end_reason == UNMATCHED:
        return _("No rule gives it a message map any more: nothing is sent by itself.")
    if application.run.ended_at and not _ahead(application, built):  # its last stage still speaks
        return _("The map has ended: nothing more is sent.")
    if ask := next((one for one in reversed(asks) if one.state == Ask.State.OPEN), None):
        return _("Waits for their answer to “%(name)s”.") % {"name": touch_name(ask.key)}
    return _planned(application, built, closed)


def _ahead(application: Application, built: timeline.Timeline) -> list[timeline.Entry]:
    """What is planned of its run."""
    return [one for one in built.ahead if one.row.run_id == application.run.id]


def _planned(application: Application, built: timeline.Timeline, closed: str) -> str:
    ahead = _ahead(application, built)
    if not ahead:
        return _("Nothing is planned until the next stage.")
    if closed:
        return reach.nothing(closed)
    leaving = [one for one in ahead if one.about.leaves]
    if not leaving:
        return str(ahead[0].about.instead(touch_name(ahead[0].row.key)))
    first = min(leaving, key=lambda one: one.about.leaves)
    return _message(first.row.key, first.about.leaves, built.wall)


def _message(key: str, at: datetime, wall: Wall) -> str:
    return _("“%(name)s”, %(when)s") % {"name": touch_name(key), "when": dated(at, wall)}
