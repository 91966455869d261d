"""What the frame around every page shows, and where an act leads back to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.people import scopes
from followthrough.runs import switches
from followthrough.web import permissions


class Place(NamedTuple):
    """An entry of the rail."""

    url: str
    name: str | Promise
    icon: str
    key: str = ""  # `g` and this key go there
    count: int = 0
    here: bool = False

    @property
    def href(self) -> str:
        return reverse(self.url)


# In the order of the day; below them what is looked at now and then.
PLACES = (
    (
        Place("today", _("Today"), "today", "t"),
        Place("inbox", _("Inbox"), "inbox", "i"),
        Place("candidates", _("Candidates"), "candidates", "c"),
        Place("interviews", _("Interviews"), "interviews", "v"),
        Place("maps", _("Maps"), "maps", "m"),
    ),
    (
        Place("policies", _("Policies"), "policies", "p"),
        Place("receipts", _("Receipts"), "receipts", "e"),
        Place("connections", _("Connections"), "connections", "n"),
        Place("settings", _("Settings"), "settings", "s"),
    ),
    (Place("demo:home", _("Demo"), "demo", "d"),),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """For every template: who looks and what they may, the places, and what is out of the usual."""
    member = getattr(request, "member", None)
    return {
        "member": member,
        "organization": member and member.organization,
        "demo": settings.DEMO,
        "this_page": request.get_full_path(),
        "clock_shift": _shift(),
        "now": clock.now(),
        "viewer_zone": timezone.get_current_timezone_name(),
        **(_inside(request) if member else {}),
    }


def _shift() -> timedelta:
    """How far the clock is moved; by less than a minute no time on a page is another."""
    found = clock.shift()
    return found if abs(found) >= timedelta(minutes=1) else timedelta()


def _inside(request: HttpRequest) -> dict[str, Any]:
    member = request.member  # type: ignore[attr-defined]
    places = [[_shown(request, one) for one in group if _open(member, one)] for group in PLACES]
    return {
        "may": permissions.of(member.role),
        "places": [group for group in places if group],
        "keyed": [one for group in places for one in group],
        "switched_off": switches.standing(member.organization_id),
    }


def _open(member: Any, place: Place) -> bool:
    ability = permissions.opened_by(place.url)
    exists = settings.DEMO or not place.url.startswith("demo:")
    return exists and ability is not None and member.role in ability.roles


def _shown(request: HttpRequest, place: Place) -> Place:
    href, path = place.href, request.path
    here = path == href or (href != "/" and path.startswith(href))
    return place._replace(here=here, count=_waiting(request) if place.url == "inbox" else 0)


def badge(request: HttpRequest) -> str:
    """How many wait in the inbox, as HTML that goes to its place in the rail of a page that is
    there already; '' for whoever has no inbox."""
    inbox = next(place for group in PLACES for place in group if place.url == "inbox")
    if not _open(request.member, inbox):  # type: ignore[attr-defined]
        return ""
    return render_to_string(
        "console/parts/waiting.html", {"count": _waiting(request), "elsewhere": True}
    )


def _waiting(request: HttpRequest) -> int:
    """How many people wait for a person, among those this member sees; asked once a request."""
    if not hasattr(request, "waiting"):
        member = request.member  # type: ignore[attr-defined]
        rows = Handoff.objects.filter(organization_id=member.organization_id, resolved_at=None)
        request.waiting = rows.filter(scopes.about(member)).count()  # type: ignore[attr-defined]
    return request.waiting  # type: ignore[attr-defined,no-any-return]


def back(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """After an act: to the page it came from (`next` in the form), if that is one of ours."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return redirect(page if ours else otherwise)


class Soon(NamedTuple):
    """What is true for the seconds of an undo, and what is true after them."""

    now: str
    then: str


def tell(
    request: HttpRequest, text: str | Promise, *, undo: str = "", soon: Soon | None = None
) -> None:
    """Say on the next page what was done; `undo` is the URL that takes it back, by a POST. Of
    `soon` the page shows what is true at the time (console.js). What waits to be said with the
    same undo is not said twice."""
    if undo and _is_to_be_undone(request, undo):
        return
    if soon:
        text = format_html('{} <span data-then="{}">{}</span>', text, soon.then, soon.now)
    messages.success(request, text, extra_tags=undo)


def _is_to_be_undone(request: HttpRequest, undo: str) -> bool:
    waiting = messages.get_messages(request)
    found = any(one.extra_tags == undo for one in waiting)
    waiting.used = False  # they are still to be shown
    return found
