"""Open applications that no message map is assigned to: nobody writes to them by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef

from followthrough.accounts.models import Member
from followthrough.journeys.models import Run
from followthrough.people import scopes
from followthrough.people.models import Requisition
from followthrough.runs.matching import OPEN

MEANWHILE = 30  # seconds


class Mapless(NamedTuple):
    """A family ('': none) with so many of them, and at which sites."""

    family: str
    sites: list[str]
    count: int


def families(member: Member) -> list[Mapless]:
    """Among those the member sees: the most first. All open applications are looked at for it, so
    whoever asks again within MEANWHILE is told the same."""
    key = f"mapless:{member.organization_id}:{scopes.fingerprint(member)}"
    return cache.get_or_set(key, lambda: _counted(member), MEANWHILE)


def _counted(member: Member) -> list[Mapless]:
    counts = _by_opening(member)
    openings = Requisition.objects.filter(id__in=counts.keys() - {None})
    places = {key: where for key, *where in openings.values_list("id", "family", "site__name")}
    sites: dict[str, set[str]] = defaultdict(set)
    total: Counter[str] = Counter()
    for key, n in counts.items():
        family, site = places.get(key, ("", ""))
        sites[family].add(site or "")
        total[family] += n
    found = (Mapless(one, sorted(sites[one] - {""}), n) for one, n in total.items())
    return sorted(found, key=lambda one: (-one.count, one.family))


def _by_opening(member: Member) -> dict[UUID | None, int]:
    """Counted by opening and not yet by family: then PostgreSQL reads two indexes and no table."""
    runs = Run.objects.filter(application=OuterRef("pk"))
    theirs = scopes.applications(member).filter(~Exists(runs), stage__in=OPEN)
    return dict(theirs.values_list("requisition").annotate(n=Count("*")))
