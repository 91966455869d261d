"""Runs on their way to another version: how far it is, stopping it, letting it go on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followthrough.core import clock
from followthrough.people import scopes
from followthrough.people.models import Application
from followthrough.runs.models import BulkMove
from followthrough.runs.published import moves
from followthrough.web.console import live, names
from followthrough.web.console.access import own
from followthrough.web.console.frame import tell

PART = "console/publishing/moving_live.html"
NAMED = 20  # of those left behind


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far a move is."""
    move = _own(request, key)
    given = {"move": move, "part": live.part(request, PART, _told(request, move))}
    return render(request, "console/publishing/moving.html", given)


@require_safe
def changes(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is different on it."""
    return live.answer(request, PART, _told(request, _own(request, key)))


def _own(request: HttpRequest, key: UUID) -> BulkMove:
    return own(request, BulkMove.objects.select_related("map", "to_version"), key)


def _told(request: HttpRequest, move: BulkMove) -> dict[str, Any]:
    return {
        "move": move,
        "goes_on": move.state in moves.UNDER_WAY,
        "can_go_on": moves.can_go_on(move),
        "left": max(0, move.total - move.done - len(move.left_behind)),
        "behind": _behind(request, move),
        "authors": names.of_authors([move.by]),
    }


def _behind(request: HttpRequest, move: BulkMove) -> list[Application]:
    """The first of those that were left behind, within what the member sees."""
    if not move.left_behind:
        return []
    seen = scopes.applications(request.member)  # type: ignore[attr-defined]
    found = seen.filter(id__in=move.left_behind).select_related("candidate", "requisition")
    return list(found.order_by("id")[:NAMED])


@require_POST
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """Stop it: who has not moved yet stays."""
    move = _own(request, key)
    try:
        if moves.cancel(move, by=_who(request), at=clock.now()):
            tell(request, _("Stopped. Who had not moved yet stays in their version."))
    except moves.Overtaken as problem:
        messages.error(request, _overtaken(problem))
    return redirect("map-move", move.id)


@require_POST
def resume(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let it go on after an error."""
    move = _own(request, key)
    try:
        if moves.resume(move, by=_who(request), at=clock.now()):
            tell(request, _("It goes on."))
    except moves.Overtaken as problem:
        messages.error(request, _overtaken(problem))
    return redirect("map-move", move.id)


def _who(request: HttpRequest) -> str:
    return str(request.member.id)  # type: ignore[attr-defined]


def _overtaken(problem: moves.Overtaken) -> str:
    return _(
        "Version %(newest)s was published since, and what was chosen there counts: nobody is moved "
        "to version %(number)s any more. To go back to what it says, publish it again."
    ) % {"newest": problem.newest, "number": problem.number}
