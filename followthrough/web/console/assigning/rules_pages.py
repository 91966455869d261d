"""The assignment rules: the list from the top, and every change of it shown before it is made
(`looking`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.core import clock
from followthrough.core.typed import number
from followthrough.journeys import assignment, rules
from followthrough.journeys.assignment import Rule
from followthrough.journeys.rules import MOVE, REMOVE, BadRule, Change
from followthrough.web.console import live
from followthrough.web.console.assigning import effect, looking, wording
from followthrough.web.console.assigning.forms import RuleForm, initial
from followthrough.web.console.assigning.looking import Looked
from followthrough.web.console.assigning.unassigned import under_way
from followthrough.web.console.assigning.wording import Names
from followthrough.web.console.frame import tell

PART = "console/assigning/rules_live.html"


@dataclass(frozen=True)
class Row:
    """A rule as the list shows it: its number from 1, who gets which map, and how many now."""

    rule: Rule
    number: int
    said: str
    map: str
    takes: int
    unreached: str
    last: bool

    @property
    def up(self) -> int:
        return self.number - 2

    @property
    def down(self) -> int:
        return self.number


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The rules from the top, each with how many open applications it gives its map to."""
    member = request.member  # type: ignore[attr-defined]
    found = assignment.every(member.organization_id)
    said = wording.names(member.organization_id, [rule.conditions for rule in found])
    crowds = effect.crowds(member)
    total = sum(crowd.count for crowd in crowds)
    takes = effect.taken(found, crowds)
    given = {
        "rows": _rows(found, said, takes, rules.known(member.organization_id, found)),
        "nobody": total - sum(takes.values()),
        "seen": rules.stamp(found),
        "under_way": under_way(member),
    }
    if "v" in request.GET:
        return live.answer(request, PART, given)
    shown = {"part": live.part(request, PART, given), "maps": bool(said.maps)}
    return render(request, "console/assigning/rules.html", shown)


def _rows(found: Sequence[Rule], said: Names, takes: Any, known: Any) -> list[Row]:
    hidden = assignment.unreached(found, known)
    return [
        Row(
            rule, place + 1, said.rule(rule.conditions), said.map(rule.map_id),
            takes.get(rule.id, 0),
            wording.why_unreached(hidden[rule.id], said) if rule.id in hidden else "",
            place == len(found) - 1,
        )
        for place, rule in enumerate(found)
    ]  # fmt: skip


# --- adding and editing --------------------------------------------------------------------------


def new(request: HttpRequest) -> HttpResponse:
    """A new rule; asked for with a family or a site in the address, they are filled in."""
    return _form(request, None, {name: request.GET.get(name, "") for name in RuleForm.base_fields})


def edit(request: HttpRequest, key: UUID) -> HttpResponse:
    """One rule."""
    return _form(request, key, initial(_rule(request, key)))


def _rule(request: HttpRequest, key: UUID) -> Rule:
    return looking.rule_of(request.member, key)  # type: ignore[attr-defined]


def _form(request: HttpRequest, key: UUID | None, given: dict[str, Any]) -> HttpResponse:
    """The rule filled in, and once it is sent, or `look` stands in the address, what it changes."""
    member = request.member  # type: ignore[attr-defined]
    sent = request.GET if "look" in request.GET else None
    sent = request.POST if request.method == "POST" else sent
    form = RuleForm(sent, initial=given, organization_id=member.organization_id)
    shown: dict[str, Any] = {"form": form, "key": key}
    if form.is_valid():
        try:
            asked = form.cleaned_data
            looked = looking.look(member, form.change(key), moves=asked["moves"])
            if request.POST.get("mark") == looked.mark:
                return _saved(request, looked, start=asked["start"])
            shown |= looking.shown(request, looked, form.address())
        except BadRule as problem:
            form.add_error(None, str(problem))
            shown["other"] = problem.other
    status = 400 if form.errors else 200
    return render(request, "console/assigning/rule.html", shown, status=status)


def _saved(request: HttpRequest, looked: Looked, *, start: bool) -> HttpResponse:
    rule = _save(request, looked.change, request.POST.get("seen", ""))
    member = request.member  # type: ignore[attr-defined]
    given = {"by": f"member:{member.id}", "at": clock.now(), "rule_id": rule.id if rule else None}
    said = [_("The rule is saved: rule %(n)s from the top.") % {"n": looked.place}]
    if looked.moves is not None:
        rules.again(member.organization_id, **given, moves=True)
        said.append(_("Those in another map go on in this one now."))
    if start:
        rules.again(member.organization_id, **given)
        said.append(_("Its map starts now for those who had none."))
    tell(request, " ".join(said))
    return redirect("unassigned" if start and looked.moves is None else "assignments")


def _save(request: HttpRequest, change: Change, seen: str) -> Rule | None:
    member = request.member  # type: ignore[attr-defined]
    by = f"member:{member.id}"
    return rules.save(member.organization_id, change, seen=seen, by=by, at=clock.now())


# --- moving and removing -------------------------------------------------------------------------


def move(request: HttpRequest, key: UUID) -> HttpResponse:
    """Put a rule elsewhere (`to`, from 0). What changes nothing for anybody is done at once."""
    _rule(request, key)
    to = number(request.POST.get("to") or request.GET.get("to", ""))
    return _act(request, Change(MOVE, key, to=to or 0))


def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take a rule away."""
    _rule(request, key)
    return _act(request, Change(REMOVE, key))


def _act(request: HttpRequest, change: Change) -> HttpResponse:
    try:
        looked = looking.look(request.member, change)  # type: ignore[attr-defined]
        harmless = change.act == MOVE and not looked.differences
        if request.method == "POST" and (harmless or request.POST.get("mark") == looked.mark):
            return _done(request, looked)
    except BadRule as problem:
        messages.error(request, str(problem))
        return redirect("assignments")
    assert change.rule_id is not None
    rule = _rule(request, change.rule_id)
    shown = {
        "said": looked.said.rule(rule.conditions), "map": looked.said.map(rule.map_id),
        "removing": change.act == REMOVE, "rule": rule,
        **looking.shown(request, looked, {} if change.to is None else {"to": change.to}),
    }  # fmt: skip
    return render(request, "console/assigning/review.html", shown)


def _done(request: HttpRequest, looked: Looked) -> HttpResponse:
    change = looked.change
    was = _rule(request, change.rule_id).position if change.rule_id else 0
    _save(request, change, request.POST.get("seen") or looked.seen)
    if change.act == REMOVE:
        tell(request, _("The rule is removed."))
    elif not looked.differences:
        undo = reverse("move-assignment", args=[change.rule_id]) + f"?to={was}"
        tell(request, _("Moved. Nobody gets another map by it."), undo=undo)
    else:
        tell(request, _("Moved: rule %(n)s from the top.") % {"n": looked.place})
    return redirect("assignments")
