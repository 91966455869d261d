"""What is wrong with a draft, and what could be better: where, why, and what to do.

What makes it unfit to run stops its publication; what lint finds never does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from followthrough.accounts.models import Organization
from followthrough.journeys import checks
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import ERROR, lint
from followthrough.journeys.lint.organization import setting
from followthrough.journeys.problems import Place


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


def _linted(raw: Mapping[str, Any], organization: Organization) -> Iterator[Found]:
    for one in lint(MapDocument.model_validate(raw), setting(organization)):
        *_rest, place = _within(raw, one.place)
        yield Found(one.key, one.stage, place, one.severity, one.reason, one.remedy)


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
