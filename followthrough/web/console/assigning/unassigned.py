"""Open applications that no map speaks for: how many, where, and one act to give them one."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.journeys.models import Rematch
from followthrough.people import scopes
from followthrough.people.models import Application, Site
from followthrough.runs.matching import OPEN, UNMATCHED
from followthrough.web.console import live
from followthrough.web.console.access import may

PART = "console/assigning/unassigned_live.html"
SHOWN = 50
NO_FAMILY = "-"


class Spot(NamedTuple):
    """So many of them in one family at one site ('' and None: they have none)."""

    family: str
    site_id: UUID | None
    site: str
    count: int


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """By family and site, and the newest of them; narrowed by `family` and `site`."""
    member = request.member  # type: ignore[attr-defined]
    wanted = {name: request.GET.get(name, "") for name in ("family", "site")}
    all_of_them = _unassigned(member)
    found = all_of_them.filter(_narrowed(wanted))
    newest = found.select_related("candidate", "requisition__site", "run").order_by("-id")[:SHOWN]
    spots = _spots(all_of_them)
    counted = {
        "spots": spots,
        "total": sum(one.count for one in spots),
        "under_way": under_way(member),
    }
    if "v" in request.GET:
        return live.answer(request, PART, counted)
    given = {
        "part": live.part(request, PART, counted),
        "wanted": wanted,
        "families": sorted({one.family or NO_FAMILY for one in spots}),
        "sites": sorted({(one.site, str(one.site_id)) for one in spots if one.site_id}),
        "newest": newest if may(request, "candidates") else [],
        "shown": SHOWN,
    }
    return render(request, "console/assigning/unassigned.html", given)


def _unassigned(member: Member) -> QuerySet[Application]:
    """Those the member sees: without a run, or with one that ended since no rule fitted it."""
    nobody = Q(run=None) | Q(run__end_reason=UNMATCHED)
    return scopes.applications(member).filter(nobody, stage__in=OPEN)


def _narrowed(wanted: dict[str, str]) -> Q:
    found = Q()
    if family := wanted["family"]:
        none = Q(requisition=None) | Q(requisition__family="")
        found &= none if family == NO_FAMILY else Q(requisition__family=family)
    if site := _known_site(wanted["site"]):
        found &= Q(requisition__site=site)
    return found


def _known_site(text: str) -> UUID | None:
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if Site.objects.filter(id=key).exists() else None


def _spots(found: QuerySet[Application]) -> list[Spot]:
    rows: Any = found.order_by().values_list(
        "requisition__family", "requisition__site", "requisition__site__name"
    ).annotate(n=Count("*"))  # fmt: skip
    counts: dict[tuple[str, UUID | None, str], int] = {}
    for family, site_id, site, n in rows:
        spot = (family or "", site_id, site or "")
        counts[spot] = counts.get(spot, 0) + n
    spots = [Spot(*key, n) for key, n in counts.items()]
    return sorted(spots, key=lambda one: (-one.count, one.family, one.site))


def under_way(member: Member) -> list[Rematch]:
    """What a rule that was saved is doing now: it starts its map for some, or moves some to it."""
    asked = Rematch.objects.filter(organization_id=member.organization_id, ended_at=None)
    return list(asked.exclude(rule_id=None).order_by("id"))
