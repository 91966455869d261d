"""Which date fields of an ATS are named times that maps may hang on: a mapping on its connection.

A field with a time needs its offset. A field with only a date becomes a time at the site: nine in
the morning there, or whatever the mapping says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from followthrough.core.zones import instant, known_zones
from followthrough.intake import mappings
from followthrough.intake.ats.generic.document import FIRST, LAST
from followthrough.people.models import Connection
from followthrough.people.snapshots import Snapshot

KEY = "anchors"  # in a connection's config

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _clock(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError:
        raise mappings.refused(
            f"says {text!r}, which is no time of day.", 'Write at: "09:00".'
        ) from None
    return text


class Rule(BaseModel):
    """The field of an application that a named time stands in; `at` for one with only a date."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(min_length=1, max_length=200)
    at: Annotated[str, AfterValidator(_clock)] = "09:00"


class Rules(BaseModel):
    """All named times of a connection, by their names."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    anchors: dict[Name, Rule] = Field(default={}, max_length=40)


def read(rules: Any) -> Mapping[str, Rule]:
    """The rules of a mapping. Raises mappings.BadMapping: path, reason, remedy."""
    return mappings.read(Rules, {KEY: rules}).anchors


def of(connection: Connection) -> Mapping[str, Rule]:
    """The rules of a connection. Raises mappings.BadMapping."""
    given = connection.config.get(KEY)
    return _read(orjson.dumps(given)) if given else {}


@lru_cache(maxsize=256)
def _read(stored: bytes) -> Mapping[str, Rule]:
    return read(orjson.loads(stored))


def mapped(connection: Connection, snapshot: Snapshot) -> Snapshot:
    """The snapshot with the named times in its fields; what the ATS names itself comes first.

    A field that holds no time takes the anchor away, like one that is not there. Raises
    mappings.BadMapping.
    """
    rules = of(connection)
    if not rules:
        return snapshot
    found = {name: _moment(rule, snapshot) for name, rule in rules.items()}
    known = {name: at for name, at in found.items() if at is not None}
    return replace(snapshot, anchors=dict(sorted({**known, **snapshot.anchors}.items())))


def _moment(rule: Rule, snapshot: Snapshot) -> datetime | None:
    written = str(snapshot.fields.get(rule.field) or "").strip()
    try:
        if len(written) == len("2026-06-03"):
            day = date.fromisoformat(written)
            return _real(instant(day, time.fromisoformat(rule.at), _zone(snapshot)))
        found = datetime.fromisoformat(written)
        return _real(found.astimezone(UTC)) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _real(moment: datetime) -> datetime | None:
    """Systems write `0001-01-01` or `9999-12-31` where they have no time."""
    return moment if FIRST <= moment < LAST else None


def _zone(snapshot: Snapshot) -> str:
    """Whose morning it is: the site's, else the candidate's."""
    site = snapshot.requisition.site if snapshot.requisition else None
    named = (site.zone if site else "", snapshot.candidate.zone_stated, snapshot.candidate.zone)
    return next((one for one in named if one in known_zones()), "UTC")
