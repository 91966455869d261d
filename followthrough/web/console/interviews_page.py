"""The interviews of a week, by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, DateTimeField, F, Func, QuerySet, Value, Window
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followthrough.core import clock
from followthrough.core.typed import cleaned
from followthrough.people import scopes
from followthrough.people.models import Anchor, Requisition, Site
from followthrough.web.console import interviews
from followthrough.web.console.interviews import STATES, Interview

_ZONE = "application__requisition__site__zone"
_DAY = Cast(
    Func(
        Coalesce(NullIf(F(_ZONE), Value("")), Value("UTC")), F("at"),
        function="timezone", output_field=DateTimeField(),
    ),
    DateField(),
)  # fmt: skip
WEEK = timedelta(days=7)
FARTHEST = timedelta(days=3650)
MOST = 100  # on one page: nobody reads more, and more would take long


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """A week from the day in the address (`from`, else today), by the clock of each site."""
    first = _day(request.GET.get("from", ""))
    site, state = (cleaned(request.GET.get(name, ""), longest=200) for name in ("site", "state"))
    theirs = _between(request.member, first, site)
    ids, total, cut_on = _first_of(theirs)
    found = interviews.load(ids)
    shown = [one for one in found if state in ("", one.state)]
    return render(
        request,
        "console/interviews.html",
        {
            "days": _by_day(shown, first),
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
            "total": total,
            "go_on": cut_on if cut_on != first else None,
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
    return (
        theirs.annotate(day=_DAY).filter(day__gte=first, day__lt=first + WEEK)
        .order_by("day", "at", "id")
    )  # fmt: skip


def _first_of(theirs: QuerySet[Anchor]) -> tuple[list[UUID], int, date | None]:
    """The applications of the first MOST, how many there are of all, and the day it is cut on."""
    counted = theirs.annotate(total=Window(Count("*")))  # in the same pass
    rows = list(counted.values_list("application_id", "day", "total")[: MOST + 1])
    cut = [day for _key, day, _total in rows[MOST:]]
    return [key for key, *_ in rows[:MOST]], (rows[0][2] if rows else 0), (cut or [None])[0]


def _by_day(found: Iterable[Interview], first: date) -> list[tuple[date, list[Interview]]]:
    by_day = {day: list(rows) for day, rows in groupby(sorted(found, key=_order), key=_on)}
    days = [first + timedelta(days=n) for n in range(7)]
    return [(day, by_day.get(day, [])) for day in days]


def _on(one: Interview) -> date:
    return one.day


def _order(one: Interview) -> tuple:
    return (one.day, one.at, one.application.id)


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
    """How many there are, and how many of them are sure and how many need somebody."""
    rows = list(found)
    return {
        "all": len(rows),
        "kept": sum(one.meaning == "kept" for one in rows),
        "person": sum(one.meaning == "person" for one in rows),
    }
