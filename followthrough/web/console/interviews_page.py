"""The interviews of a week, by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, DateField, DateTimeField, F, Func, QuerySet, Value, Window
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followthrough.core import clock
from followthrough.core.typed import cleaned, number
from followthrough.core.zones import local
from followthrough.people import scopes
from followthrough.people.models import Anchor, Requisition, Site
from followthrough.web.console import interviews
from followthrough.web.console.interviews import STATES, Interview

_ZONE = "application__requisition__site__zone"
_THERE = Func(  # the wall-clock time where it takes place
    Coalesce(NullIf(F(_ZONE), Value("")), Value("UTC")), F("at"),
    function="timezone", output_field=DateTimeField(),
)  # fmt: skip
WEEK = timedelta(days=7)
FARTHEST = timedelta(days=3650)
MOST = 50  # on one page: nobody reads more, and more would take long


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """A week from the day in the address (`from`, else today), by the clock of each site."""
    first = _day(request.GET.get("from", ""))
    site, state = (cleaned(request.GET.get(name, ""), longest=200) for name in ("site", "state"))
    wanted = interviews.may_be(_between(request.member, first, site), state)
    part = _part(wanted, number(request.GET.get("skip", "")) or 0)
    found = interviews.load(part.ids)
    shown = [one for one in found if state in ("", one.state)]
    return render(
        request,
        "console/interviews.html",
        {
            "days": _by_day(shown, first, every=part.whole),
            "first": first,
            "last": first + WEEK - timedelta(days=1),
            "before": first - WEEK,
            "after": first + WEEK,
            "today": _today(),
            "sites": _sites(request.member),
            "states": [(key, said) for key, (_meaning, said) in STATES.items()],
            "site": site,
            "state": state,
            "counts": _counts(found),
            "part": part,
            "many": len(shown) if part.whole else part.total,
        },
    )


def _today() -> date:
    return timezone.localtime(clock.now()).date()


def _day(text: str) -> date:
    """The day in the address; today where it is none, or none that anybody looks for."""
    today = _today()
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs(found - today) < FARTHEST else today


def _between(member: Any, first: date, site: str) -> QuerySet[Anchor]:
    """The interviews of the week, each with its `day` where it takes place, by time."""
    begin = timezone.make_aware(datetime.combine(first, time()))
    theirs = interviews.anchors(member).filter(  # a day more on both sides: sites have their own
        at__gte=begin - timedelta(days=1), at__lt=begin + WEEK + timedelta(days=1)
    )
    if site:
        theirs = theirs.filter(application__requisition__site__name=site)
    there = theirs.annotate(there=_THERE).annotate(day=Cast(F("there"), DateField()))
    return there.filter(day__gte=first, day__lt=first + WEEK).order_by("there", "id")


class Part(NamedTuple):
    """The applications of some of the interviews asked for: those after `skipped` of `total`."""

    ids: list[UUID]
    skipped: int
    total: int

    @property
    def whole(self) -> bool:
        return len(self.ids) == self.total

    @property
    def first(self) -> int:
        return self.skipped + 1

    @property
    def last(self) -> int:
        return self.skipped + len(self.ids)

    @property
    def before(self) -> int | None:
        """What to skip for the part before; None when this is the first."""
        return max(self.skipped - MOST, 0) if self.skipped else None

    @property
    def after(self) -> int | None:
        return self.last if self.last < self.total else None


def _part(wanted: QuerySet[Anchor], skipped: int) -> Part:
    counted = wanted.annotate(total=Window(Count("*")))  # in the same pass
    rows = list(counted.values_list("application_id", "total")[skipped : skipped + MOST])
    if not rows and skipped:
        return _part(wanted, 0)
    return Part([key for key, _total in rows], skipped, rows[0][1] if rows else 0)


def _by_day(
    found: Iterable[Interview], first: date, *, every: bool
) -> list[tuple[date, list[Interview]]]:
    """The days of the week with their interviews; `every` day, or only those that have any."""
    by_day = {day: list(rows) for day, rows in groupby(sorted(found, key=_order), key=_on)}
    days = [first + timedelta(days=n) for n in range(7)]
    return [(day, by_day.get(day, [])) for day in days if every or day in by_day]


def _on(one: Interview) -> date:
    return one.day


def _order(one: Interview) -> tuple:
    return (local(one.at, one.wall.zone).replace(tzinfo=None), one.application.id)


def _sites(member: Any) -> list[str]:
    openings = scopes.requisitions(member)
    found = Requisition.objects.filter(organization=member.organization_id)
    theirs = found if openings is None else found.filter(id__in=openings)
    return list(
        Site.objects.filter(id__in=theirs.values("site"))
        .order_by("name")
        .values_list("name", flat=True)
    )


def _counts(found: Iterable[Interview]) -> dict[str, int]:
    """How many are sure, and how many need somebody."""
    rows = list(found)
    return {
        "kept": sum(one.meaning == "kept" for one in rows),
        "person": sum(one.meaning == "person" for one in rows),
    }
