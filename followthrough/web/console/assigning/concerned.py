"""Everybody whom a line of a change's effect counts, before the change is made.

The change stands in the address: a rule as it is filled in, where it is moved (`to`), or neither:
it is removed. So do the two maps of the line (`was`, `becomes`; left out: no map). Nothing is
written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.core.typed import cleaned, number
from followthrough.journeys.rules import ADD, EDIT, MOVE, REMOVE, BadRule, Change
from followthrough.people.models import Application
from followthrough.web.console.assigning import effect, looking
from followthrough.web.console.assigning.effect import Difference
from followthrough.web.console.assigning.forms import RuleForm
from followthrough.web.console.assigning.looking import Line, Looked
from followthrough.web.console.listing import pages
from followthrough.web.console.listing.asked import LONGEST, PLACES, Asked

CHANGE = (*RuleForm.base_fields, "to")  # what of an address says the change
MAPS = ("was", "becomes")
PAGES = {  # where each is asked for, and what it is called there
    ADD: ("new-assignment", gettext_noop("Add a rule")),
    EDIT: ("assignment", gettext_noop("Edit a rule")),
    MOVE: ("move-assignment", gettext_noop("Move a rule")),
    REMOVE: ("remove-assignment", gettext_noop("Remove a rule")),
}


@require_safe
def of_new(request: HttpRequest) -> HttpResponse:
    """Whom a new rule concerns."""
    return _page(request, None)


@require_safe
def of_one(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whom it concerns that a rule is edited, moved or removed."""
    looking.rule_of(request.member, key)  # type: ignore[attr-defined]
    return _page(request, key)


def _page(request: HttpRequest, key: UUID | None) -> HttpResponse:
    member, asked = request.member, request.GET.dict()  # type: ignore[attr-defined]
    act, back = _act(key, asked), _back(key, asked)
    try:
        change = _change(member, key, asked)
        looked = looking.look(member, change, moves="moves" in asked)
    except BadRule:
        return redirect(back)  # there it is said
    line = _line(looked, asked)
    given = {"act": _(PAGES[act][1]), "back": back, "line": line, "moves": looked.moves}
    given |= _rule(member, looked) | (_people(member, line["difference"], asked) if line else {})
    return render(request, "console/assigning/concerned.html", given)


# --- the change ----------------------------------------------------------------------------------


def _act(key: UUID | None, asked: Mapping[str, str]) -> str:
    if key is None:
        return ADD
    return EDIT if "map" in asked else MOVE if "to" in asked else REMOVE


def _change(member: Member, key: UUID | None, asked: Mapping[str, str]) -> Change:
    """The change that an address says. Raises BadRule for a rule that is not well filled in."""
    act = _act(key, asked)
    if act in (MOVE, REMOVE):
        return Change(act, key, to=number(asked.get("to", "")) or 0)
    form = RuleForm(asked, organization_id=member.organization_id)
    if not form.is_valid():
        raise BadRule(_("The rule"), reason=_("is not filled in."), remedy=_("Fill it in."))
    return form.change(key)


def _back(key: UUID | None, asked: Mapping[str, str]) -> str:
    """The address of the change, with what was filled in, and its effect."""
    act = _act(key, asked)
    said = {name: asked[name] for name in CHANGE if asked.get(name)}
    if act in (ADD, EDIT):
        said["look"] = "on"
    path = reverse(PAGES[act][0], args=[key] if key else [])
    return f"{path}?{urlencode(said)}" if said else path


def _rule(member: Member, looked: Looked) -> dict[str, str]:
    """The rule that the change is about, in words."""
    key = looked.change.rule_id
    rule = looked.after[looked.place - 1] if looked.place else looking.rule_of(member, key)
    return {"said": looked.said.rule(rule.conditions), "map": looked.said.map(rule.map_id)}


# --- the people ----------------------------------------------------------------------------------


def _line(looked: Looked, asked: Mapping[str, str]) -> Line | None:
    """The line of the two maps; without any in the address the first. None: there is none."""
    lines = looking.lines(looked)
    if any(name in asked for name in MAPS):
        wanted = tuple(asked.get(name, "") for name in MAPS)
        lines = [one for one in lines if _maps(one["difference"]) == wanted]
    return next(iter(lines), None)


def _maps(one: Difference) -> tuple[str, str]:
    return str(one.before or ""), str(one.after or "")


def _people(member: Member, one: Difference, asked: Mapping[str, str]) -> dict[str, Any]:
    """A page of them, by name."""
    found = effect.belonging(one.places, member)
    place = {name: cleaned(asked.get(name, ""), longest=LONGEST) for name in PLACES}
    given = {"owner": member.organization_id, "many": False}
    shown = pages.page(found, Asked(**place), **given)
    if not shown.keys:  # they have moved on meanwhile
        shown = pages.page(found, Asked(), **given)
    said = {name: asked[name] for name in (*CHANGE, *MAPS) if asked.get(name)}
    steps = pages.steps(shown, lambda **place: f"?{urlencode({**said, **place})}")
    return {"people": _rows(shown.keys), "steps": steps}


_SHOWN = (
    "stage", "stage_since", "candidate__given_name", "candidate__family_name",
    "requisition__title", "requisition__site__name", "run__ended_at", "run__version__map__name",
)  # fmt: skip


def _rows(keys: Sequence[UUID]) -> list[Application]:
    related = ("candidate", "requisition__site", "run__version__map")
    found = Application.objects.filter(id__in=keys).select_related(*related).only(*_SHOWN)
    by_key = {one.id: one for one in found}
    return [by_key[key] for key in keys if key in by_key]
