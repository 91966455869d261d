"""The list of candidates, and one of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.conversations.models import Handoff
from followthrough.governance.models import AddressBlock
from followthrough.people.models import Application, Candidate
from followthrough.web.console import timeline, whereabouts
from followthrough.web.console.access import own

PER_PAGE = 50


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everyone, by name; searched by name."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = Paginator(_named(request.member.organization_id, wanted), PER_PAGE)
    shown = found.get_page(request.GET.get("page"))
    return render(request, "console/candidates.html", {"page": shown, "q": wanted})


@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One candidate: who, where they stand, and the timeline."""
    return render(
        request, "console/candidate.html", about(own(request, Candidate, key, candidate="id"))
    )


def about(candidate: Candidate) -> dict[str, Any]:
    """Everything the page of a candidate shows (the demo's timeline too)."""
    applications = timeline.applications_of(candidate)
    zones = whereabouts.of(candidate, applications)
    wall = whereabouts.clock_of(zones, applications)
    return {
        "candidate": candidate,
        "applications": applications,
        "zones": zones,
        "wall": wall,
        "points": _points(candidate),
        "handoffs": list(Handoff.objects.filter(candidate=candidate, resolved_at=None)),
        "timeline": timeline.build(candidate, applications, wall=wall),
    }


def _named(organization_id: UUID, wanted: str) -> QuerySet[Candidate]:
    found = Candidate.objects.filter(organization_id=organization_id)
    for word in wanted.split():
        found = found.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
    applications = Application.objects.select_related("requisition__site")
    theirs = Prefetch("applications", queryset=applications)
    return found.order_by("family_name", "given_name", "id").prefetch_related(theirs)


def _points(candidate: Candidate) -> list[Any]:
    """Their addresses, each with the channels it is blocked on."""
    points = list(candidate.contact_points.order_by("kind", "position", "id"))
    keys = [point.address_key for point in points if point.address_key]
    blocks = AddressBlock.objects.filter(
        organization_id=candidate.organization_id, address_key__in=keys, lifted_at=None
    )
    by_key = timeline.grouped(blocks, "address_key")
    for point in points:
        point.blocks = by_key.get(point.address_key, [])
    return points
