"""Which map an application gets: the most specific rule that fits it, in its newest version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from followthrough.store import sql

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


Rules = Mapping[UUID, Sequence[Rule]]  # by organization

_RULES = """
SELECT a.organization_id, a.id, v.id, a.family, a.site_id, a.requisition_id, a.position
FROM journeys_assignment a CROSS JOIN LATERAL (
  SELECT id FROM journeys_version WHERE map_id = a.map_id ORDER BY number DESC LIMIT 1) AS v
WHERE a.organization_id = ANY(%s)
"""
# Fewer runs than applications.
_RULES_FOR_NEW = f"""{_RULES} AND %s > (
  SELECT count(*) FROM journeys_run WHERE application_id = ANY(ARRAY(
    SELECT id FROM people_application WHERE connection_id = %s AND external_id = ANY(%s))))
"""  # noqa: S608


def rules(organization_id: UUID) -> Sequence[Rule]:
    """An organization's rules; those of maps that were never published are left out."""
    return of([organization_id]).answer().get(organization_id, [])


def of(organization_ids: Iterable[UUID]) -> sql.Question[Rules]:
    """Which rules do these organizations have?"""
    return sql.Question(_RULES, (list(set(organization_ids)),), _by_organization)


def of_new(
    organization_id: UUID, connection_id: UUID, external_ids: Collection[str]
) -> sql.Question[Rules]:
    """The same of one organization, where one of these applications has no run yet."""
    keys = list(set(external_ids))
    given = [[organization_id], len(keys), connection_id, keys]
    return sql.Question(_RULES_FOR_NEW, given, _by_organization)


def _by_organization(rows: list[tuple]) -> Rules:
    found: dict[UUID, list[Rule]] = {}
    for organization_id, *values in rows:
        found.setdefault(organization_id, []).append(Rule(*values))
    return found


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
