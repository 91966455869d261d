"""What is wrong with a draft, and what could be better: where, why, and what to do.

The errors stop its publication; the warnings never do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from followthrough.accounts.models import Organization
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance import policies
from followthrough.journeys import checks
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.problems import Place
from followthrough.people import sites
from followthrough.people.models import Application, StageMapping

ERROR, WARNING = "error", "warning"
LOOKED_AT = 300  # applications, the newest: who reads which language


class Found(NamedTuple):
    """One of them. `key` and `place` (within the touch) are empty for what is about no touch."""

    key: str
    stage: str
    place: Place
    severity: str
    reason: str
    remedy: str

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


def of(raw: Mapping[str, Any], organization: Organization | None = None) -> list[Found]:
    """Everything that is found in a draft, the errors first; what else is found depends on where
    the map would run: in the organization, if it is given."""
    errors = [_error(raw, place, problem) for place, problem in checks.cross_problems(raw)]
    rest = list(_linted(raw, organization)) if organization else []
    return errors + sorted(rest, key=lambda one: not one.is_error)


@lru_cache(maxsize=1)
def _lint() -> Any:
    """`journeys.lint`, where it is installed."""
    name = "followthrough.journeys.lint"
    return import_module(name) if find_spec(name) else None


def _linted(raw: Mapping[str, Any], organization: Organization) -> Iterator[Found]:
    if (lint := _lint()) is None:
        return
    document = MapDocument.model_validate(raw)
    for one in lint.lint(document, setting(lint, organization)):
        *_rest, place = _within(raw, one.place)
        yield Found(one.key, one.stage, place, one.severity, one.reason, one.remedy)


def setting(lint: Any, organization: Organization) -> Any:
    """Where a map of the organization will run, as far as that is known."""
    newest = Application.objects.filter(organization=organization).order_by("-stage_since")
    locales = newest.values_list("candidate__locale", flat=True)[:LOOKED_AT]
    mapped = StageMapping.objects.filter(organization=organization).values_list("stage", flat=True)
    senders = Sender.objects.filter(organization=organization, active=True)
    return lint.Setting(
        policy=policies.of(organization.id),
        at=clock.now(),
        places=sites.places(organization.id, country=organization.country),
        locales=Counter(one.split("-")[0] for one in locales),
        company=organization.name,
        channels=frozenset(senders.values_list("channel", flat=True)) or None,
        stages=frozenset(mapped) or None,
    )


def _error(raw: Mapping[str, Any], place: Place, problem: Any) -> Found:
    return Found(*_within(raw, place), ERROR, problem.reason, problem.remedy)


def _within(raw: Mapping[str, Any], place: Place) -> tuple[str, str, Place]:
    """The key of the touch, the stage, and the place within them."""
    if place[:1] != ("stages",) or len(place) < 2:
        return "", "", place
    stage = str(place[1])
    if len(place) > 3 and place[2] == "touches" and isinstance(place[3], int):
        touches: Sequence[Any] = raw["stages"][stage]["touches"]
        return touches[place[3]]["key"], stage, place[4:]
    return "", stage, place[2:]


def by_touch(found: Sequence[Found]) -> dict[str, list[Found]]:
    """By the key of the touch they are about; '' for the map itself."""
    rows: dict[str, list[Found]] = {}
    for one in found:
        rows.setdefault(one.key, []).append(one)
    return rows
