"""Which date fields of an ATS are named times, for the page of its connection."""

from __future__ import annotations

from typing import Any, NamedTuple

from followthrough.intake import anchors
from followthrough.intake.mappings import BadMapping
from followthrough.people.models import Connection


class Shown(NamedTuple):
    """A named time: its name, the field it stands in, and the time of day of a bare date."""

    name: str
    field: str
    at: str


def shown(source: Connection) -> dict[str, Any]:
    """The rules, or what is wrong with them."""
    try:
        rules = anchors.of(source)
    except BadMapping as problem:
        return {"anchor_problem": str(problem), "anchor_rules": []}
    return {"anchor_rules": [Shown(name, one.field, one.at) for name, one in rules.items()]}
