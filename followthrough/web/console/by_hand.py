"""Sending a message of the map by hand, from the page of a candidate."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.people import scopes
from followthrough.runs import by_hand
from followthrough.runs.by_hand import NotOffered
from followthrough.web.console.access import own
from followthrough.web.console.frame import tell
from followthrough.web.console.sentences import touch_name


@require_POST
def send(request: HttpRequest, key: UUID) -> HttpResponse:
    """Plan the message that was pressed; the gate decides what comes of it."""
    member: Member = request.member  # type: ignore[attr-defined]
    application = own(request, scopes.applications(member), key)
    given = {name: request.POST.get(name, "") for name in ("touch", "after")}
    try:
        touch = by_hand.press(
            application, given["touch"], after=given["after"], member=member, at=clock.now()
        )
    except NotOffered as problem:
        messages.error(request, str(problem))
    else:
        told = {"name": touch_name(touch.key)}
        tell(request, _("“%(name)s” is handed in. What came of it stands in the timeline.") % told)
    return redirect("candidate", application.candidate_id)
