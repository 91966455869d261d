"""Which map an application gets: the most specific rule that fits it, in its newest version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from followthrough.journeys import versions
from followthrough.journeys.models import Assignment

WEIGHTS = {"family": 1, "site": 2, "requisition": 4}  # a narrower field outweighs wider ones


class Rule(NamedTuple):
    """One assignment: each field that is set must fit. `version_id` is its map's newest."""

    id: UUID
    version_id: UUID
    family: str = ""
    site_id: UUID | None = None
    requisition_id: UUID | None = None
    position: int = 0

    @property
    def fields(self) -> list[str]:
        """The fields that are set, the widest first."""
        given = (self.family, self.site_id, self.requisition_id)
        return [name for name, value in zip(WEIGHTS, given, strict=True) if value]

    @property
    def why(self) -> str:
        """Why this rule, as a code: `family`, `site`, `family+site` … or `default`."""
        return "+".join(self.fields) or "default"

    @property
    def rank(self) -> tuple[int, int, UUID]:
        """The lowest wins: more specific, then the lower position, then the older rule."""
        return -sum(WEIGHTS[name] for name in self.fields), self.position, self.id


def rules(organization_id: UUID) -> list[Rule]:
    """An organization's rules; those of maps that were never published are left out."""
    found = list(Assignment.objects.filter(organization_id=organization_id))
    newest = versions.latest([one.map_id for one in found])
    return [
        Rule(
            id=one.id,
            version_id=newest[one.map_id],
            family=one.family,
            site_id=one.site_id,
            requisition_id=one.requisition_id,
            position=one.position,
        )
        for one in found
        if one.map_id in newest
    ]


def best(
    rules: Sequence[Rule], *, family: str, site_id: UUID | None, requisition_id: UUID | None
) -> Rule | None:
    """The rule that wins for an application; None when none fits."""
    fitting = [
        rule
        for rule in rules
        if rule.family in ("", family)
        and rule.site_id in (None, site_id)
        and rule.requisition_id in (None, requisition_id)
    ]
    return min(fitting, key=lambda rule: rule.rank, default=None)
