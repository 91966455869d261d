"""What is wrong with a draft, and what could be better: where, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from followthrough.journeys import checks, lint
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import organization
from followthrough.journeys.models import MessageMap
from followthrough.journeys.problems import Place

STOPS = "stops"  # it cannot be published; what lint finds (ERROR, WARNING) stops nothing
ORDER = (STOPS, lint.ERROR, lint.WARNING)


class Found(NamedTuple):
    """One of them. `key` and `place` (within the touch) are empty for what is about no touch."""

    key: str
    stage: str
    place: Place
    severity: str
    reason: str
    remedy: str

    @property
    def stops(self) -> bool:
        return self.severity == STOPS

    @property
    def harms(self) -> bool:
        return self.severity == lint.ERROR


def of(raw: Mapping[str, Any], map: MessageMap) -> list[Found]:
    """Everything that is found in the draft of a map, the worst first."""
    stops = [_stops(raw, place, problem) for place, problem in checks.cross_problems(raw)]
    return sorted([*stops, *_linted(raw, map)], key=lambda one: ORDER.index(one.severity))


def _linted(raw: Mapping[str, Any], map: MessageMap) -> Iterator[Found]:
    document = MapDocument.model_validate(raw)
    for one in lint.lint(document, organization.setting(map.organization, map)):
        _key, _stage, place = _within(raw, one.place)
        yield Found(one.key, one.stage, place, one.severity, one.reason, one.remedy)


def _stops(raw: Mapping[str, Any], place: Place, problem: Any) -> Found:
    return Found(*_within(raw, place), STOPS, problem.reason, problem.remedy)


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
