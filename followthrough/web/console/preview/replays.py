"""Trying a map on what happened: start it, watch it, cancel it, and what it comes to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followthrough.channels import prices
from followthrough.core import clock
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft, MessageMap, Version
from followthrough.journeys.upgrades import upgraded
from followthrough.people import scopes
from followthrough.people.models import Candidate
from followthrough.runs.models import Replay
from followthrough.runs.replay import shadow
from followthrough.web import permissions
from followthrough.web.console import live
from followthrough.web.console.access import own
from followthrough.web.console.frame import tell
from followthrough.web.console.preview import told, whose

KEPT = 20  # of earlier ones that are listed
USUAL = 30  # days to look back, unless somebody says otherwise


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whose history, how far back to look; and those that were done before."""
    map = own(request, MessageMap, key)
    if request.method == "POST":
        return _started(request, map)
    earlier = Replay.objects.filter(map=map).defer("document", "result").order_by("-created_at")
    earlier = earlier.select_related("of_map")
    given = {
        "map": map, "days": shadow.DAYS, "usual": USUAL, "drafted": _draft(map) is not None,
        "whose": whose.choices(map, days=USUAL, at=clock.now()),
        "versions": Version.objects.filter(map=map).defer("document").order_by("-number")[:8],
        "earlier": earlier[:KEPT],
    }  # fmt: skip
    return render(request, "console/replays/start.html", given)


def _started(request: HttpRequest, map: MessageMap) -> HttpResponse:
    document = _document(map, request.POST.get("what", "draft"))
    days = request.POST.get("days", "")
    if not days.isdecimal() or int(days) not in shadow.DAYS:
        tell(request, _("Choose how many days to look back."))
        return redirect("start-replay", map.id)
    whom = whose.chosen(map, request.POST.get("whose", ""))
    if whom is None:
        tell(request, _("Choose whose history it is tried on."))
        return redirect("start-replay", map.id)
    by = f"member:{request.member.id}"  # type: ignore[attr-defined]
    replay = shadow.start(map, document, days=int(days), by=by, at=clock.now(), whom=whom)
    return redirect("replay", replay.id)


def _draft(map: MessageMap) -> Draft | None:
    return Draft.objects.filter(map=map).first()


def _document(map: MessageMap, what: str) -> MapDocument:
    """The draft, or a version by its number. Raises Http404."""
    draft = _draft(map)
    if what == "draft" and draft:
        return MapDocument.model_validate(upgraded(draft.document))
    known = Version.objects.filter(map=map).order_by("-number")
    found = known.filter(number=int(what)) if what.isdecimal() else known
    version = found.first()
    if version is None:
        raise Http404("The map has no such version.")
    return versions.document(version.id)


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far it is; or what it comes to."""
    replay = own(request, Replay.objects.select_related("map", "of_map"), key)
    given = _given(request, replay)
    given["part"] = live.part(request, "console/replays/part.html", given)
    return render(request, "console/replays/page.html", given)


@require_safe
def changes(request: HttpRequest, key: UUID) -> HttpResponse:
    """The same, anew."""
    replay = own(request, Replay.objects.select_related("map", "of_map"), key)
    return live.answer(request, "console/replays/part.html", _given(request, replay))


@require_POST
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """Stop it."""
    replay = own(request, Replay, key)
    if shadow.cancel(replay, at=clock.now()):
        tell(request, _("Stopped. Nothing was written."))
    return redirect("replay", replay.id)


def _given(request: HttpRequest, replay: Replay) -> dict[str, Any]:
    same = Version.objects.filter(map=replay.map, content_hash=replay.content_hash)
    version = same.defer("document").order_by("-number").first()
    given: dict[str, Any] = {
        "replay": replay,
        "version": version,
        "whom": whose.named(replay),
        "drafted": version is None and _draft(replay.map) is not None,
    }
    if replay.state == Replay.State.DONE and replay.result:
        names, price = _names(request, replay.result), prices.of(replay.organization_id)
        given["told"] = told.of(replay, names=names, price=price)
    return given


def _names(request: HttpRequest, result: dict[str, Any]) -> dict[str, str]:
    """The names of examples that the member may see; the others are left out."""
    member = request.member  # type: ignore[attr-defined]
    if "candidates" not in permissions.of(member.role):
        return {}
    keys = [one["candidate"] for found in result["examples"].values() for one in found]
    seen = Candidate.objects.filter(scopes.person(member), id__in=keys)
    seen = seen.filter(organization_id=member.organization_id)
    return {str(one.id): str(one.name) for one in seen.distinct()}
