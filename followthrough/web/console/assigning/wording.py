"""Assignment rules in words, whatever they name by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.journeys.assignment import Place, Rule
from followthrough.journeys.models import MessageMap
from followthrough.people.models import Connection, Requisition, Site
from followthrough.web.console import map_words


@dataclass(frozen=True)
class Names:
    """The names of what rules are about, by id; of what is gone there is none."""

    maps: Mapping[UUID, str]
    sites: Mapping[UUID, str]
    requisitions: Mapping[UUID, str]
    connections: Mapping[UUID, str]

    def rule(self, asked: Place) -> str:
        """What a rule asks for: `the job family Retail and the site Reno`."""
        return map_words.assigned(
            family=asked.family,
            site=self._named(self.sites, asked.site_id),
            requisition=self._named(self.requisitions, asked.requisition_id),
            connection=self._named(self.connections, asked.connection_id),
        )

    def map(self, key: UUID | None) -> str:
        """A map by name."""
        return self.maps.get(key, _("a map that is gone")) if key else _("no map")

    def _named(self, known: Mapping[UUID, str], key: UUID | None) -> str:
        return known.get(key, _("one that is gone")) if key else ""


def names(organization_id: UUID, asked: Iterable[Place]) -> Names:
    """The names of all maps, and of what these rules ask for; at most four queries."""
    places = list(asked)
    return Names(
        _named(MessageMap, organization_id, "name", None),
        _named(Site, organization_id, "name", [one.site_id for one in places]),
        _named(Requisition, organization_id, "title", [one.requisition_id for one in places]),
        _named(Connection, organization_id, "name", [one.connection_id for one in places]),
    )


def _named(
    model: Any, organization_id: UUID, name: str, keys: list[UUID | None] | None
) -> dict[UUID, str]:
    rows = model.objects.filter(organization_id=organization_id)
    if keys is not None:
        known = {key for key in keys if key}
        if not known:
            return {}
        rows = rows.filter(id__in=known)
    return dict(rows.values_list("id", name))


def kept(raw: Mapping[str, Any]) -> Place:
    """What a rule asked for when it was kept (`assignment.Rule.kept`)."""
    return Place(
        raw.get("family", ""), _key(raw, "site"), _key(raw, "requisition"), _key(raw, "connection")
    )


def _key(raw: Mapping[str, Any], name: str) -> UUID | None:
    return UUID(raw[name]) if name in raw else None


def why_unreached(taker: Rule, said: Names) -> str:
    """Why a rule can never choose a map."""
    told = {"number": taker.position + 1, "rule": said.rule(taker.conditions)}
    return (
        _("Never reached: rule %(number)s above (%(rule)s) takes all of its applications.") % told
    )
