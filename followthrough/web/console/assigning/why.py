"""Why an application is in its map: the rule that fitted then, and what the rules say now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.journeys import assignment, versions
from followthrough.journeys.assignment import Place, Rule
from followthrough.journeys.models import Run, RunMove
from followthrough.people import scopes
from followthrough.people.models import Application
from followthrough.runs.matching import UNMATCHED
from followthrough.web.console import names, run_moves
from followthrough.web.console.access import own
from followthrough.web.console.assigning import wording
from followthrough.web.console.assigning.wording import Names


class Step(NamedTuple):
    """How it came into a version: when, which, and why in words."""

    at: datetime
    version: str
    why: str


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """The answer, unfolded on the candidate's page."""
    rows = scopes.applications(request.member)  # type: ignore[attr-defined]
    related = ("requisition", "run__version__map", "candidate")
    application = own(request, rows.select_related(*related), key)
    rules = assignment.rules(application.organization_id)
    moves = _moves(application)
    rule = assignment.first(rules, _place(application))
    kept = [wording.kept(one.rule) for one in moves if one.rule]
    asked = [*kept, *([rule.conditions] if rule else [])]
    said = wording.names(application.organization_id, asked)
    given = {
        "application": application,
        "steps": _steps(moves, said),
        "now": _now(application, rule, said),
        "silent": _silent(application),
    }
    return render(request, "console/assigning/why.html", given)


def _place(application: Application) -> Place:
    opening = application.requisition
    if opening is None:
        return Place(connection_id=application.connection_id)
    return Place(opening.family, opening.site_id, opening.id, application.connection_id)


def _run(application: Application) -> Run | None:
    return getattr(application, "run", None)


def _moves(application: Application) -> list[RunMove]:
    run = _run(application)
    if run is None:
        return []
    return list(run.moves.select_related("to_version__map").order_by("at", "id"))


def _steps(moves: Sequence[RunMove], said: Names) -> list[Step]:
    who = names.of_members(f"member:{one.by}" for one in moves)
    return [_step(one, said, who.get(f"member:{one.by}", "")) for one in moves]


def _step(move: RunMove, said: Names, by: str) -> Step:
    version = _("%(map)s v%(number)s") % {
        "map": move.to_version.map.name, "number": move.to_version.number,
    }  # fmt: skip
    if move.rule:
        told = {
            "rule": said.rule(wording.kept(move.rule)),
            "number": move.rule["position"] + 1,
        }
        why = _("Rule %(number)s from the top at that time: %(rule)s.") % told
        return Step(move.at, version, f"{why} {_by(by)}".strip())
    return Step(move.at, version, f"{run_moves.why(move)} {_by(by)}".strip())


def _by(name: str) -> str:
    return _("Begun by %(who)s.") % {"who": name} if name else ""


def _now(application: Application, rule: Rule | None, said: Names) -> str:
    """What the rules would say of it now."""
    run = _run(application)
    if rule is None:
        return _("By the rules now it would get no map: none of them fits it.")
    told = {
        "number": rule.position + 1, "rule": said.rule(rule.conditions),
        "map": said.map(rule.map_id),
    }  # fmt: skip
    if run is None:
        return (
            _("By the rules now it gets %(map)s (rule %(number)s: %(rule)s) with its next stage.")
            % told
        )
    if run.version.map_id == rule.map_id:
        return _("The rules say the same now: rule %(number)s (%(rule)s).") % told
    return _("By the rules now it would get %(map)s: rule %(number)s (%(rule)s).") % told


def _silent(application: Application) -> str:
    """What its map makes of it that no rule gives the application to it any more."""
    run = _run(application)
    if run is None or run.unmatched_at is None:
        return ""
    if run.end_reason == UNMATCHED:
        return _("The run ended when no rule gave it this map any more.")
    if versions.document(run.version_id).unmatched == "pause":
        return _("It is paused until a rule gives it this map again.")
    return _("It stays in this map all the same: a changed rule moves nobody by itself.")
