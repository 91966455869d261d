"""Versions that wait for a second person: looking at one, agreeing, refusing, withdrawing; and
whether a map's versions wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followthrough.accounts.models import Member, Role
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.journeys import proposals, versions
from followthrough.journeys.models import MapProposal, MessageMap, Version
from followthrough.runs.published import publishing
from followthrough.web import permissions
from followthrough.web.console import names
from followthrough.web.console.access import own
from followthrough.web.console.frame import back, tell
from followthrough.web.console.publishing import publish


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """A version that waits, or what became of it."""
    member: Member = request.member  # type: ignore[attr-defined]
    proposal = own(request, MapProposal.objects.select_related("map"), key)
    document = versions.read(proposal.document)
    newest = Version.objects.filter(map=proposal.map).order_by("-number").first()
    waits = proposal.state == proposals.OPEN
    given = {
        "proposal": proposal,
        "map": proposal.map,
        "waits": waits,
        "mine": proposal.author_id == str(member.id),
        "asked": member.role in proposal.map.second_roles,
        "outdated": waits and proposal.base != (newest.number if newest else 0),
        "number": proposal.base + 1,
        "authors": names.of_authors([proposal.author_id, proposal.closed_by]),
        **publish.shown(proposal.map, document, newest, member),
    }
    return render(request, "console/publishing/proposal.html", given)


@require_POST
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Publish what waits, as the second person."""
    proposal = own(request, MapProposal.objects.select_related("map"), key)
    try:
        outcome = publishing.approve(
            proposal, by=_who(request), role=_role(request), at=clock.now()
        )
    except Explained as problem:  # it cannot be, any more, and says why
        messages.error(request, str(problem))
        return redirect("map-proposal", proposal.id)
    return publish.done(request, proposal.map, outcome)


@require_POST
def close(request: HttpRequest, key: UUID) -> HttpResponse:
    """Refuse what waits, or withdraw one's own."""
    proposal = own(request, MapProposal.objects.select_related("map"), key)
    if proposals.close(proposal, by=_who(request), at=clock.now()):
        tell(request, _("It no longer waits. The map says what it said before."))
    return redirect("map", proposal.map_id)


@require_POST
def ask(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say whose yes versions of a map wait for from now on, if anybody's."""
    map = own(request, MessageMap, key)
    chosen = request.POST.get("roles")
    if chosen not in dict(choices()):
        messages.error(request, _("Choose whose yes it takes."))
        return back(request, otherwise=f"/maps/{map.id}")
    roles = [one for one in chosen.split(",") if one]
    try:
        proposals.ask_for_second(
            map, roles=roles, by=_who(request), role=_role(request), at=clock.now()
        )
    except Explained as problem:
        messages.error(request, str(problem))
    else:
        tell(request, _said(roles))
    return back(request, otherwise=f"/maps/{map.id}")


def _said(roles: Sequence[str]) -> str:
    if not roles:
        return _("From now on one person alone may publish this map.")
    told = {"who": of_roles(roles)}
    return _("From now on a version of this map waits until somebody else agrees: %(who)s.") % told


def choices() -> list[tuple[str, str]]:
    """Whose yes a map may wait for, as what a form sends and in words: those who may publish, or
    one role of those who may agree."""
    agree = [role for role in permissions.COLUMNS if role in permissions.roles("agree-maps")]
    publish = [role for role in agree if role in permissions.roles("publish-maps")]
    asked = [publish, *([role] for role in agree)]
    return [
        ("", _("nobody’s: one person alone may publish")),
        *((",".join(one), of_roles(one)) for one in asked),
    ]


def of_roles(roles: Sequence[str]) -> str:
    """`Owner or Operations`."""
    return _(" or ").join(str(Role(one).label) for one in roles)


def _who(request: HttpRequest) -> str:
    return str(request.member.id)  # type: ignore[attr-defined]


def _role(request: HttpRequest) -> str:
    return str(request.member.role)  # type: ignore[attr-defined]


# --- in other places -----------------------------------------------------------------------------


class Proposed(NamedTuple):
    """A version that waits, for a list of what waits for somebody's yes. `asked`: whether it waits
    for the member's own."""

    proposal: MapProposal
    author: str
    mine: bool
    asked: bool


def waiting(member: Member) -> list[Proposed]:
    """The versions of the organization's maps that wait for a second person, the longest first."""
    found = list(
        MapProposal.objects.filter(organization_id=member.organization_id, state=proposals.OPEN)
        .select_related("map").defer("document", "source").order_by("proposed_at")
    )  # fmt: skip
    authors = names.of_authors(one.author_id for one in found)
    mine = str(member.id)
    return [
        Proposed(
            one, authors[one.author_id], one.author_id == mine,
            one.author_id != mine and member.role in one.map.second_roles,
        )
        for one in found
    ]  # fmt: skip
