"""What the rules do with the open applications there are, and what a change of them would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from followthrough.accounts.models import Member
from followthrough.journeys import assignment
from followthrough.journeys.assignment import Place, Rule
from followthrough.people import scopes
from followthrough.people.models import Application
from followthrough.people.stages import Stage
from followthrough.runs.matching import OPEN
from followthrough.store import sql

EXAMPLES = 3
LOOKED_FOR = 40  # openings among which examples are looked for
GAINED, LOST, OTHER = "gained", "lost", "other"


class Crowd(NamedTuple):
    """So many open applications that belong to one place, and are in a run of one map (None: in
    none that goes on)."""

    place: Place
    map_id: UUID | None
    count: int


# Counted by opening and version first: there are few of those, and many applications. Those in a
# stage that is not mapped count while they are under way: they are moved along with the others.
_CROWDS = """
WITH counted AS (
  SELECT a.requisition_id, a.connection_id, count(*) AS n,
    CASE WHEN r.ended_at IS NULL THEN r.version_id END AS version_id
  FROM people_application a
  LEFT JOIN journeys_run r ON r.application_id = a.id
  WHERE a.organization_id = %(org)s AND a.stage = ANY(%(open)s)
    AND (a.stage <> %(unmapped)s OR r.id IS NOT NULL AND r.ended_at IS NULL)
    AND (%(all)s OR a.requisition_id = ANY(%(openings)s))
  GROUP BY a.requisition_id, a.connection_id, 4)
SELECT coalesce(q.family, ''), q.site_id, c.requisition_id, c.connection_id, v.map_id,
  sum(c.n)::int
FROM counted c
LEFT JOIN people_requisition q ON q.id = c.requisition_id
LEFT JOIN journeys_version v ON v.id = c.version_id
GROUP BY 1, 2, 3, 4, 5
"""


def crowds(member: Member, *, everybody: bool = False) -> list[Crowd]:
    """The open applications that a member sees, or of `everybody`: rules are for all of them. One
    under way is open while its stage is not mapped, too."""
    openings = None if everybody else scopes.requisitions(member)
    given = {
        "org": member.organization_id, "open": [*OPEN, Stage.UNMAPPED], "unmapped": Stage.UNMAPPED,
        "all": openings is None, "openings": openings or [],
    }  # fmt: skip
    return [Crowd(Place(*row[:4]), row[4], row[5]) for row in sql.rows(_CROWDS, given)]


def taken(rules: Sequence[Rule], found: Sequence[Crowd]) -> dict[UUID, int]:
    """How many open applications each rule gives its map to now."""
    counts: dict[UUID, int] = defaultdict(int)
    for crowd in found:
        if rule := assignment.first(rules, crowd.place):
            counts[rule.id] += crowd.count
    return counts


def elsewhere(rules: Sequence[Rule], rule: Rule, found: Sequence[Crowd]) -> int:
    """How many open applications a rule gives its map to while they are under way in another."""
    return sum(crowd.count for crowd in from_elsewhere(rules, rule, found))


def from_elsewhere(rules: Sequence[Rule], rule: Rule, found: Sequence[Crowd]) -> list[Crowd]:
    """Those of them."""
    return [
        crowd
        for crowd in found
        if crowd.map_id not in (None, rule.map_id)
        and (first := assignment.first(rules, crowd.place))
        and first.id == rule.id
    ]


@dataclass
class Difference:
    """Open applications for which the rules would say something else: `kind` gained, lost, other.

    `running` of them are in a run of the map they had by the rules so far, `already` in one of the
    map they would have, and `others` in one of yet another map. `seen` of them are within the sites
    and teams of whoever asks; they belong to `places`.
    """

    kind: str
    before: UUID | None
    after: UUID | None
    count: int = 0
    running: int = 0
    already: int = 0
    others: int = 0
    seen: int = 0
    places: list[Place] = field(default_factory=list)
    examples: Sequence[Application] = ()

    def add(self, crowd: Crowd, *, seen: bool) -> None:
        """Count these as well."""
        self.count += crowd.count
        if seen:
            self.seen += crowd.count
            self.places.append(crowd.place)
        if crowd.map_id is None:
            return
        if crowd.map_id == self.before:
            self.running += crowd.count
        elif crowd.map_id == self.after:
            self.already += crowd.count
        else:
            self.others += crowd.count


def differences(
    before: Sequence[Rule],
    after: Sequence[Rule],
    found: Sequence[Crowd],
    *,
    openings: Collection[UUID] | None = None,
) -> list[Difference]:
    """What another list of rules would say otherwise: what concerns most applications first.

    `openings` are those that whoever asks works for; None: everything.
    """
    by_maps: dict[tuple[UUID | None, UUID | None], Difference] = {}
    for crowd in found:
        was, becomes = _map(before, crowd.place), _map(after, crowd.place)
        if was != becomes:
            one = by_maps.setdefault((was, becomes), Difference(_kind(was, becomes), was, becomes))
            one.add(crowd, seen=openings is None or crowd.place.requisition_id in openings)
    return sorted(by_maps.values(), key=lambda one: -one.count)


def _map(rules: Sequence[Rule], place: Place) -> UUID | None:
    rule = assignment.first(rules, place)
    return rule.map_id if rule else None


def _kind(before: UUID | None, after: UUID | None) -> str:
    return GAINED if before is None else LOST if after is None else OTHER


def with_examples(found: Sequence[Difference], member: Member) -> None:
    """A few applications of each that the member may open."""
    for one in found:
        theirs = belonging(one.places[:LOOKED_FOR], member)
        newest = theirs.select_related("candidate", "requisition").order_by("-id")
        one.examples = list(newest[:EXAMPLES])


def belonging(places: Sequence[Place], member: Member) -> QuerySet[Application]:
    """The open applications at these places that the member may open, as `crowds` counts them."""
    under_way = Q(stage=Stage.UNMAPPED, run__isnull=False, run__ended_at=None)
    counted = Q(stage__in=OPEN) | under_way
    return scopes.applications(member).filter(_among(places), counted)


def _among(places: Sequence[Place]) -> Q:
    by_connection: Mapping[UUID | None, set[UUID | None]] = defaultdict(set)
    for place in places:
        by_connection[place.connection_id].add(place.requisition_id)
    found = Q(pk__in=[])
    for connection_id, openings in by_connection.items():
        known = Q(requisition__in=openings - {None})
        leads = Q(requisition=None) if None in openings else Q(pk__in=[])
        found |= Q(connection=connection_id) & (known | leads)
    return found
