"""What of a map was in shadow at a moment: itself, or the connections of its applications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from followthrough.journeys.models import MessageMap, Shadow
from followthrough.journeys.shadows import Shadows, Then
from followthrough.people.models import Connection
from followthrough.web.console import names
from followthrough.web.console.assigning import shadow_pages

Known = Mapping[UUID, Then]  # by subject


class Kept(NamedTuple):
    """A shadow that stood then: who began it, and the families that were sent to for real.
    `connection` is its name, '' where it is the map's own."""

    row: Shadow
    by: str
    live: list[str]
    connection: str


def of_map(map: MessageMap, known: Known, through: Mapping[UUID, int]) -> list[Kept]:
    """The map's own shadow, and those of the connections that applications of it came `through`."""
    found = [one for key, one in known.items() if key == map.id or key in through]
    who = names.of_members(one.row.by for one in found)
    called = _connections([one.row.subject_id for one in found])
    return [
        Kept(
            one.row,
            names.named(one.row.by, who),
            [shadow_pages.family_name(code) for code in sorted(one.live)],
            called.get(one.row.subject_id, ""),
        )
        for one in found
    ]


def _connections(keys: list[UUID]) -> dict[UUID, str]:
    found = Connection.objects.filter(id__in=keys) if keys else Connection.objects.none()
    return dict(found.values_list("id", "name"))


def judged(known: Known) -> Shadows:
    """The same, to ask of one application whether it was in shadow."""
    return Shadows(live={key: one.live for key, one in known.items()})
