"""The list of candidates."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.people.models import Application, Candidate

PER_PAGE = 50


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everyone, by name; searched by name."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = Paginator(_named(request.member.organization_id, wanted), PER_PAGE)
    shown = found.get_page(request.GET.get("page"))
    return render(request, "console/candidates.html", {"page": shown, "q": wanted})


def _named(organization_id: UUID, wanted: str) -> QuerySet[Candidate]:
    found = Candidate.objects.filter(organization_id=organization_id)
    for word in wanted.split():
        found = found.filter(Q(given_name__icontains=word) | Q(family_name__icontains=word))
    applications = Application.objects.select_related("requisition__site")
    theirs = Prefetch("applications", queryset=applications)
    return found.order_by("family_name", "given_name", "id").prefetch_related(theirs)
