"""What is wrong with a draft, and what could be better: where, why, and what to do.

The errors stop its publication; the warnings never do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from followthrough.journeys import checks
from followthrough.journeys.problems import Place

ERROR, WARNING = "error", "warning"


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


def of(raw: Mapping[str, Any]) -> list[Found]:
    """Everything that is found in a draft, the errors first."""
    return [_error(raw, place, problem) for place, problem in checks.cross_problems(raw)]


def _error(raw: Mapping[str, Any], place: Place, problem: Any) -> Found:
    stage, key, rest = "", "", place
    if place[:1] == ("stages",) and len(place) > 1:
        stage, rest = str(place[1]), place[2:]
    if len(place) > 3 and place[2] == "touches" and isinstance(place[3], int):
        touches: Sequence[Any] = raw["stages"][stage]["touches"]
        key, rest = touches[place[3]]["key"], place[4:]
    return Found(key, stage, rest, ERROR, problem.reason, problem.remedy)


def by_touch(found: Sequence[Found]) -> dict[str, list[Found]]:
    """By the key of the touch they are about; '' for the map itself."""
    rows: dict[str, list[Found]] = {}
    for one in found:
        rows.setdefault(one.key, []).append(one)
    return rows
