"""Changing the list of assignment rules: proposed, looked at, saved; one change at a time.

What a change makes of the list is worked out before anything is written (`proposed`), so that
people can be shown its effect first. Saving does the same under a lock, and only if the list is
still the one that they were shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from followthrough.accounts.models import Organization
from followthrough.audit import facts
from followthrough.core.canonical import digest
from followthrough.core.errors import Explained
from followthrough.core.ids import uuid7
from followthrough.journeys import assignment, versions
from followthrough.journeys.assignment import Place, Rule
from followthrough.journeys.models import Assignment, MessageMap, Rematch
from followthrough.people.models import Requisition

ADD, EDIT, MOVE, REMOVE = "add", "edit", "move", "remove"
VERBS = {ADD: "added_rule", EDIT: "changed_rule", MOVE: "moved_rule", REMOVE: "removed_rule"}


class Change(NamedTuple):
    """One change of the list. `rule_id` is the rule it is about (None: a new one); `to` is where it
    is moved, counted from 0; what an added or edited rule asks for and gives is in the others."""

    act: str
    rule_id: UUID | None = None
    conditions: Place = Place()
    map_id: UUID | None = None
    to: int | None = None


class BadRule(Explained):
    """A change that cannot be made; `other` is the rule that stands against it, if one does."""

    other: UUID | None = None


class Overtaken(BadRule):
    """Somebody else changed the rules meanwhile."""


def proposed(
    rules: Sequence[Rule], change: Change, *, known: Mapping[UUID, Place] = assignment.NOTHING
) -> list[Rule]:
    """The list as `change` would make it, with dense positions. Raises BadRule."""
    found = list(rules)
    if change.act == ADD:
        new = _new(change)
        _check_alone(found, new)
        found.insert(_where(found, new, change, known), new)
    else:
        number = _number(found, change.rule_id)
        rule = found.pop(number)
        if change.act == EDIT:
            rule = _changed(rule, change)
            _check_alone(found, rule)
            found.insert(number, rule)
        elif change.act == MOVE:
            found.insert(max(0, min(change.to or 0, len(found))), rule)
    return [rule._replace(position=number) for number, rule in enumerate(found)]


def _where(rules: Sequence[Rule], new: Rule, change: Change, known: Mapping[UUID, Place]) -> int:
    return assignment.place_for(rules, new, known) if change.to is None else change.to


def _new(change: Change) -> Rule:
    return _changed(Rule(uuid7(), None), change)


def _changed(rule: Rule, change: Change) -> Rule:
    assert change.map_id is not None
    newest = versions.latest([change.map_id]).get(change.map_id)
    asked = change.conditions
    return rule._replace(
        version_id=newest,
        map_id=change.map_id,
        family=asked.family,
        site_id=asked.site_id,
        requisition_id=asked.requisition_id,
        connection_id=asked.connection_id,
    )


def _number(rules: Sequence[Rule], rule_id: UUID | None) -> int:
    for number, rule in enumerate(rules):
        if rule.id == rule_id:
            return number
    raise Overtaken(
        _("The rule"),
        reason=_("is not there any more: somebody removed it meanwhile."),
        remedy=_("Look at the rules as they are now."),
    )


def _check_alone(rules: Sequence[Rule], new: Rule) -> None:
    same = next((rule for rule in rules if rule.conditions == new.conditions), None)
    if same is None:
        return
    problem = BadRule(
        _("The rule"),
        reason=_("asks for exactly what another rule asks for."),
        remedy=_("Change that one, or remove it first."),
    )
    problem.other = same.id
    raise problem


def stamp(rules: Sequence[Rule]) -> str:
    """The same for lists that say the same in the same order."""
    return digest([{**rule.kept(), "map": str(rule.map_id)} for rule in rules])


def known(organization_id: UUID, rules: Sequence[Rule]) -> Mapping[UUID, Place]:
    """Where the requisitions belong that these rules name."""
    named = [rule.requisition_id for rule in rules if rule.requisition_id]
    if not named:
        return {}
    found = Requisition.objects.filter(organization_id=organization_id, id__in=named)
    return {one.id: Place(one.family, one.site_id, one.id, one.connection_id) for one in found}


# --- saving --------------------------------------------------------------------------------------


@transaction.atomic
def save(
    organization_id: UUID, change: Change, *, seen: str | None = None, by: str, at: datetime
) -> Rule | None:
    """Make a change and return the rule it was about (None: removed). Running runs stay where they
    are, or do what their map says of it (`runs.matching`), which is looked at in the background.

    `seen` is the `stamp` of the list that was looked at. Raises BadRule; Overtaken when the list
    is another one by now.
    """
    Organization.objects.select_for_update(no_key=True).get(id=organization_id)
    before = assignment.every(organization_id)
    if seen is not None and stamp(before) != seen:
        raise Overtaken(
            _("The rules"),
            reason=_("were changed by somebody else meanwhile."),
            remedy=_("Look at them as they are now, and at what your change would do."),
        )
    after = proposed(before, change, known=known(organization_id, [*before, _asked(change)]))
    _write(organization_id, before, after)
    about = _about(before, after, change)
    _record(organization_id, change, about, before, by, at)
    again(organization_id, by=by, at=at)
    return about if change.act != REMOVE else None


def add(
    map: MessageMap, *, by: str, at: datetime, position: int | None = None, **conditions: object
) -> Assignment:
    """Give a map to what fits `conditions` (family, site, requisition, connection; none: to
    everybody): put where it takes effect, or at `position`."""
    asked = Place(
        family=str(conditions.get("family") or ""),
        site_id=getattr(conditions.get("site"), "id", None),
        requisition_id=getattr(conditions.get("requisition"), "id", None),
        connection_id=getattr(conditions.get("connection"), "id", None),
    )
    change = Change(ADD, None, asked, map.id, position)
    rule = save(map.organization_id, change, by=by, at=at)
    assert rule is not None
    return Assignment.objects.get(id=rule.id)


def again(
    organization_id: UUID,
    *,
    by: str,
    at: datetime,
    rule_id: UUID | None = None,
    moves: bool = False,
) -> Rematch:
    """Have all applications looked at again by the rules, in the background; with `rule_id` those
    without a run get one where that rule gives them its map, or with `moves` those in another map
    go on in this one."""
    return Rematch.objects.create(
        organization_id=organization_id, rule_id=rule_id, moves=moves, by=by, asked_at=at
    )


def _asked(change: Change) -> Rule:
    return Rule(uuid7(), None, requisition_id=change.conditions.requisition_id)


def _about(before: Sequence[Rule], after: Sequence[Rule], change: Change) -> Rule:
    if change.act == ADD:
        known = {rule.id for rule in before}
        return next(rule for rule in after if rule.id not in known)
    rules = before if change.act == REMOVE else after
    return next(rule for rule in rules if rule.id == change.rule_id)


def _write(organization_id: UUID, before: Sequence[Rule], after: Sequence[Rule]) -> None:
    gone = {rule.id for rule in before} - {rule.id for rule in after}
    Assignment.objects.filter(id__in=gone).delete()
    known = set(before)
    for rule in after:
        if rule in known:
            continue
        Assignment.objects.update_or_create(
            id=rule.id,
            organization_id=organization_id,
            defaults={
                "map_id": rule.map_id,
                "family": rule.family,
                "site_id": rule.site_id,
                "requisition_id": rule.requisition_id,
                "connection_id": rule.connection_id,
                "position": rule.position,
            },
        )


def _record(
    organization_id: UUID, change: Change, rule: Rule, before: Sequence[Rule], by: str, at: datetime
) -> None:
    was = next((one for one in before if one.id == rule.id), None)
    why = {"map": str(rule.map_id), **rule.kept()}
    if was and change.act in (EDIT, MOVE):
        why["was"] = {"map": str(was.map_id), **was.kept()}
    kind, _, name = by.partition(":")
    actor = facts.Actor(kind, name) if name else facts.Actor("system", by)
    facts.record(
        organization_id=organization_id,
        actor=actor,
        verb=VERBS[change.act],
        subject_kind="rule",
        subject_id=rule.id,
        why=why,
        at=at,
    )
