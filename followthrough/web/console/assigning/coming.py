"""What a rule that takes people along from other maps does to what is planned for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from followthrough.accounts.models import Member
from followthrough.journeys import versions
from followthrough.journeys.assignment import Rule
from followthrough.runs.published import affected
from followthrough.runs.published.affected import APPEARS, VANISHES, Affected
from followthrough.web.console.assigning import effect
from followthrough.web.console.assigning.effect import Crowd
from followthrough.web.console.sentences import touch_name

Lines = Sequence[tuple[str, int]]  # messages by name, each with how many of them


class Coming(NamedTuple):
    """For so many that were looked at: what is cancelled, and what is planned instead."""

    looked: int
    cancelled: Lines
    planned: Lines
    asks_closed: int


def of(member: Member, rule: Rule, rules: Sequence[Rule], found: Sequence[Crowd]) -> Coming | None:
    """What the newest version of the rule's map says to those it takes along, within what the
    member sees; None where nobody of them is seen."""
    places = [one.place for one in effect.from_elsewhere(rules, rule, found)]
    theirs = effect.belonging(places, member).filter(run__ended_at=None, run__isnull=False)
    coming = theirs.exclude(run__version__map=rule.map_id).order_by("id")
    ids = list(coming.values_list("id", flat=True)[: affected.MOST])
    if not ids or rule.version_id is None:
        return None
    seen = affected.coming(versions.document(rule.version_id), ids)
    return Coming(seen.looked, _lines(seen, VANISHES), _lines(seen, APPEARS), seen.asks_closed)


def _lines(seen: Affected, kind: str) -> Lines:
    counted = [(touch_name(one.key), one.counts[kind]) for one in seen.touches.values()]
    return sorted((one for one in counted if one[1]), key=lambda one: (-one[1], one[0]))
