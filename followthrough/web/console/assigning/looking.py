"""A change of the rules looked at before it is made: what it would do, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from followthrough.accounts.models import Member
from followthrough.core.canonical import digest
from followthrough.journeys import assignment, rules, versions
from followthrough.journeys.assignment import Rule
from followthrough.journeys.rules import ADD, Change
from followthrough.people import scopes
from followthrough.web.console.access import may
from followthrough.web.console.assigning import coming, effect, wording
from followthrough.web.console.assigning.coming import Coming
from followthrough.web.console.assigning.effect import Crowd, Difference
from followthrough.web.console.assigning.wording import Names

Line = dict[str, Any]  # what a template says of a Difference


@dataclass(frozen=True)
class Looked:
    """A change with the list it was looked at on, and what it would do."""

    change: Change
    seen: str
    after: Sequence[Rule]
    differences: Sequence[Difference]
    said: Names
    place: int  # where the rule would stand, from 1; 0: it is removed
    crowds: Sequence[Crowd]
    moves: int | None = None  # so many go on in its map now; None: nobody was to

    @property
    def mark(self) -> str:
        """The same for the same change: whoever saves another one than they saw looks again."""
        return digest([*(str(one) for one in self.change), self.moves is not None])


def rule_of(member: Member, key: UUID) -> Rule:
    """A rule of the member's organization. Raises Http404."""
    ours = assignment.every(member.organization_id)
    found = next((rule for rule in ours if rule.id == key), None)
    if found is None:
        raise Http404("There is no such rule.")
    return found


def look(member: Member, change: Change, *, moves: bool = False) -> Looked:
    """What a change would do. Raises BadRule."""
    before = assignment.every(member.organization_id)
    wanted = Rule(UUID(int=0), None, requisition_id=change.conditions.requisition_id)
    known = rules.known(member.organization_id, [*before, wanted])
    after = rules.proposed(before, change, known=known)
    crowds = effect.crowds(member, everybody=True)
    openings = scopes.requisitions(member)
    found = effect.differences(
        before, after, crowds, openings=None if openings is None else set(openings)
    )
    asked = [rule.conditions for rule in [*before, *after]]
    said = wording.names(member.organization_id, asked)
    place = _place(before, after, change)
    moved = effect.elsewhere(after, after[place - 1], crowds) if moves and place else None
    return Looked(change, rules.stamp(before), after, found, said, place, crowds, moved)


def _place(before: Sequence[Rule], after: Sequence[Rule], change: Change) -> int:
    old = {rule.id for rule in before}
    for place, rule in enumerate(after):
        if rule.id == change.rule_id or (change.act == ADD and rule.id not in old):
            return place + 1
    return 0


# --- in words ------------------------------------------------------------------------------------


def shown(request: HttpRequest, looked: Looked, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The effect in words. `asked` is the change as an address says it (see `concerned`)."""
    if may(request, "candidates"):
        effect.with_examples(looked.differences, request.member)  # type: ignore[attr-defined]
    hidden = assignment.unreached(looked.after)
    place = looked.place
    own = hidden.get(looked.after[place - 1].id) if place else None
    return {
        "effect": [
            {**line, "all": _everyone(request, looked, line, asked)} for line in lines(looked)
        ],
        "moves": looked.moves,
        "coming": _coming(request, looked) if looked.moves else None,
        "moves_to": looked.said.map(looked.after[place - 1].map_id) if place else "",
        "place": place,
        "of": len(looked.after),
        "hidden": wording.why_unreached(own, looked.said) if own else "",
        "seen": looked.seen,
        "mark": looked.mark,
        "change": looked.change,
    }


def _coming(request: HttpRequest, looked: Looked) -> Coming | None:
    """What is planned for those who go on in the rule's map: looked at only where it is shown."""
    member, rule = request.member, looked.after[looked.place - 1]  # type: ignore[attr-defined]
    return coming.of(member, rule, looked.after, looked.crowds)


def lines(looked: Looked) -> list[Line]:
    """What a change would do: a line for each two maps, what concerns most applications first."""
    unmatched = _unmatched(one.before for one in looked.differences if one.running)
    return [
        {
            "difference": one, "kind": one.kind, "count": one.count, "running": one.running,
            "already": one.already, "others": one.others, "seen": one.seen,
            "before": looked.said.map(one.before), "after": looked.said.map(one.after),
            "examples": one.examples, "then": unmatched.get(one.before, "continue"),
        }
        for one in looked.differences
    ]  # fmt: skip


def _unmatched(maps: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """What the newest version of each map says of runs that no rule gives it any more."""
    newest = versions.latest([one for one in set(maps) if one])
    return {key: versions.document(found).unmatched for key, found in newest.items()}


def _everyone(request: HttpRequest, looked: Looked, line: Line, asked: Mapping[str, Any]) -> str:
    """The address of the page with everybody of a line; '' where the examples are everybody."""
    if line["seen"] <= len(line["examples"]) or not may(request, "assignment-people"):
        return ""
    key, one = looked.change.rule_id, line["difference"]
    path = reverse("assignment-people", args=[key]) if key else reverse("new-assignment-people")
    maps = {name: map for name, map in (("was", one.before), ("becomes", one.after)) if map}
    return f"{path}?{urlencode({**asked, **maps})}"
