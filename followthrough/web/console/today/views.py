"""Today: four lists of what needs somebody, and what went on by itself since yesterday."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.web import permissions
from followthrough.web.console import live
from followthrough.web.console.assigning import shadow_pages
from followthrough.web.console.publishing import second
from followthrough.web.console.today import broken, people, risk, yesterday
from followthrough.web.console.today.lists import first

PART = "console/today/live.html"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page a working day begins with."""
    given = {"part": live.part(request, PART, lists(request.member))}
    return render(request, "console/today.html", given)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What is different on it."""
    return live.answer(request, PART, lists(request.member))


def _proposed(member: Member) -> list[second.Proposed]:
    """Versions of maps that wait for their yes, and their own that wait for another's."""
    return [one for one in second.waiting(member) if one.asked or one.mine]


def lists(member: Member) -> dict[str, Any]:
    """Each list as far as the member may see it (None: not at all)."""
    may = permissions.of(member.role)
    sees = "candidates" in may
    shown = {
        "people": people.waiting(member) if sees else None,
        "risky": risk.at_risk(member) if sees else None,
        "held": people.held(member) if sees else None,
        "proposed": first(_proposed(member)) if "agree-maps" in may else None,
        "broken": broken.things(member) if "connections" in may or "talk" in may else None,
    }
    return {
        **shown,
        "asked": sum(one.total for one in (shown["held"], shown["proposed"]) if one),
        "shadows": shadow_pages.standing(member.organization_id),
        "calm": not any(one and one.total for one in shown.values()),
        "since": yesterday.counted(member) if sees else None,
    }
