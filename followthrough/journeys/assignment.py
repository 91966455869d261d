"""Which map an application gets: rules in an order, read from the top; the first that fits wins.

The list is short and says everything: whoever reads it knows what happens. Reading and judging it
is here, without a database where a list is given; changing it is in `rules`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.store import sql

# How narrow a field is. Only for where a new rule is put: what counts is where it stands.
WEIGHTS = {"connection": 1, "family": 2, "site": 4, "requisition": 8}


class Place(NamedTuple):
    """Where an application belongs, as far as rules ask for it; a lead has only a connection."""

    family: str = ""
    site_id: UUID | None = None
    requisition_id: UUID | None = None
    connection_id: UUID | None = None


NOTHING: Mapping[UUID, Place] = {}


class Rule(NamedTuple):
    """One rule: each field that is set must fit. `version_id` is its map's newest, None where the
    map was never published: then nobody gets it yet."""

    id: UUID
    version_id: UUID | None
    family: str = ""
    site_id: UUID | None = None
    requisition_id: UUID | None = None
    position: int = 0
    connection_id: UUID | None = None
    map_id: UUID | None = None

    @property
    def fields(self) -> list[str]:
        """The fields that are set, the widest first."""
        given = (self.connection_id, self.family, self.site_id, self.requisition_id)
        return [name for name, value in zip(WEIGHTS, given, strict=True) if value]

    @property
    def why(self) -> str:
        """Why this rule, as a code: `family`, `site`, `family+site` … or `default`."""
        return "+".join(self.fields) or "default"

    @property
    def weight(self) -> int:
        """How narrow it is."""
        return sum(WEIGHTS[name] for name in self.fields)

    @property
    def conditions(self) -> Place:
        """What it asks for; an empty field: anything."""
        return Place(self.family, self.site_id, self.requisition_id, self.connection_id)

    def kept(self) -> dict[str, Any]:
        """The rule as it is now, in ids, for whoever asks later."""
        asked = {
            "connection": self.connection_id,
            "family": self.family,
            "site": self.site_id,
            "requisition": self.requisition_id,
        }
        found = {name: str(value) for name, value in asked.items() if value}
        return {"id": str(self.id), "position": self.position, **found}

    def fits(self, place: Place) -> bool:
        """Whether an application that belongs there gets this rule's map, if no rule above does."""
        return (
            self.family in ("", place.family)
            and self.site_id in (None, place.site_id)
            and self.requisition_id in (None, place.requisition_id)
            and self.connection_id in (None, place.connection_id)
        )


Rules = Mapping[UUID, Sequence[Rule]]  # by organization, from the top

# A map that was never published has no newest version: LEFT keeps its rules.
_RULES = """
SELECT a.organization_id, a.id, v.id, a.family, a.site_id, a.requisition_id, a.position,
       a.connection_id, a.map_id
FROM journeys_assignment a {join} JOIN LATERAL (
  SELECT id FROM journeys_version WHERE map_id = a.map_id ORDER BY number DESC LIMIT 1) AS v ON TRUE
WHERE a.organization_id = ANY(%s) {where}
ORDER BY a.organization_id, a.position, a.id
"""
_PUBLISHED = _RULES.format(join="", where="")
_ALL = _RULES.format(join="LEFT", where="")
# Fewer runs than applications.
_RULES_FOR_NEW = _RULES.format(
    join="",
    where="""AND %s > (
  SELECT count(*) FROM journeys_run WHERE application_id = ANY(ARRAY(
    SELECT id FROM people_application WHERE connection_id = %s AND external_id = ANY(%s))))""",
)


def rules(organization_id: UUID) -> Sequence[Rule]:
    """An organization's rules from the top; those of maps that were never published are left out:
    nobody can get such a map."""
    return of([organization_id]).answer().get(organization_id, [])


def every(organization_id: UUID) -> Sequence[Rule]:
    """All of an organization's rules from the top, also those of maps never published."""
    found = sql.Question(_ALL, ([organization_id],), _by_organization).answer()
    return found.get(organization_id, [])


def of(organization_ids: Iterable[UUID]) -> sql.Question[Rules]:
    """Which rules do these organizations have?"""
    return sql.Question(_PUBLISHED, (list(set(organization_ids)),), _by_organization)


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


# --- judging a list ------------------------------------------------------------------------------


def first(rules: Sequence[Rule], place: Place) -> Rule | None:
    """The rule that chooses the map: the first that fits, of a map that was published. None when
    none does."""
    return next((rule for rule in rules if rule.version_id and rule.fits(place)), None)


def covers(wide: Rule, narrow: Rule, known: Mapping[UUID, Place] = NOTHING) -> bool:
    """Whether whatever fits `narrow` fits `wide` too. `known`: where requisitions belong, by id: a
    rule for one requisition is as good as a rule for its site."""
    asked = narrow.conditions
    more = known.get(narrow.requisition_id, Place()) if narrow.requisition_id else Place()
    filled = [own or implied for own, implied in zip(asked, more, strict=True)]
    return wide.fits(Place(*filled))


def unreached(rules: Sequence[Rule], known: Mapping[UUID, Place] = NOTHING) -> dict[UUID, Rule]:
    """The rules that can never choose a map, each with the rule above it that takes all of its
    applications."""
    found = {}
    for number, rule in enumerate(rules):
        above = (one for one in rules[:number] if one.version_id and covers(one, rule, known))
        if (taker := next(above, None)) is not None:
            found[rule.id] = taker
    return found


def place_for(rules: Sequence[Rule], new: Rule, known: Mapping[UUID, Place] = NOTHING) -> int:
    """Where a new rule takes effect: above the first that is wider or would hide it; at the end
    when there is none."""
    found = (
        number
        for number, rule in enumerate(rules)
        if rule.weight < new.weight or covers(rule, new, known)
    )
    return next(found, len(rules))
