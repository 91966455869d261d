"""The list of candidates: search, filters, pages."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.people import finding, scopes
from followthrough.people.models import Application
from followthrough.web.console.listing import asked, pages, rows
from followthrough.web.console.listing.asked import Asked, Sort
from followthrough.web.console.listing.filters import Filter, filters, found
from followthrough.web.console.listing.pages import Count


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Applications, a page of them, with what is known of each."""
    wanted = asked.of(request.GET)
    return render(request, "console/candidates.html", context(request.member, wanted))


def context(member: Member, wanted: Asked) -> dict[str, Any]:
    """Everything the list shows."""
    fitting, choices = found(member, wanted), filters(member, wanted)
    count = pages.count(fitting)
    shown = _shown(member, fitting, wanted, count)
    far = count.more and wanted.sort == Sort.ACTIVITY
    return {
        "asked": wanted,
        "filters": choices,
        "sorts": Sort.choices,
        "count": count,
        "rows": rows.load(member, shown.keys),
        "steps": pages.steps(shown, wanted.at, last=not far),
        "meant": finding.read(wanted.q, country=member.organization.country),
        "looser": _looser(member, wanted, choices) if not count.n else [],
        "nobody": not count.n and not scopes.applications(member).exists(),
    }


def _shown(
    member: Member, fitting: QuerySet[Application], wanted: Asked, count: Count
) -> pages.Page:
    """The page that is asked for; the first one where nothing is there (any more)."""
    given = {"owner": member.organization_id, "many": count.more}
    shown = pages.page(fitting, wanted, **given)
    return shown if shown.keys or not count.n else pages.page(fitting, wanted.without(), **given)


class Looser(NamedTuple):
    """What would be found without one of the filters (`q` is the search)."""

    name: str
    said: str | Promise
    address: str
    count: Count


def _looser(member: Member, wanted: Asked, choices: list[Filter]) -> list[Looser]:
    said = {"q": wanted.q, **{one.name: one.chosen_said for one in choices}}
    tried = [(name, wanted.without(name)) for name in wanted.filters()]
    counted = [(name, one, pages.count(found(member, one))) for name, one in tried]
    return [Looser(name, said[name], one.address, count) for name, one, count in counted if count.n]
