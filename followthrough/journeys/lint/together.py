"""What the conditions of touches mean for each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from followthrough.core.predicates import Predicate
from followthrough.journeys.lint.possible import possible
from followthrough.journeys.lint.reach import domain
from followthrough.journeys.lint.survey import Spot, Survey


def compatible(survey: Survey, one: Spot, other: Spot) -> bool:
    """Whether the conditions of two touches of a stage can hold at once."""
    parts = [*one.touch.predicates(), *other.touch.predicates()]
    if not one.touch.when or not other.touch.when:
        return True  # each alone can hold, or is said not to
    return possible(parts, {**domain(survey, one), **domain(survey, other)})


def known_times(spot: Spot) -> frozenset[str]:
    """The anchors of which a touch's conditions ask that they are known."""
    return frozenset(
        str(part["field"]).split(".")[1]
        for part in _all(spot.touch.predicates())
        if str(part["field"]).startswith("anchor.") and _needs_it(part)
    )


def _all(parts: list[dict[str, Any]]) -> Iterator[Predicate]:
    for part in parts:
        yield from _all(part.get("all", []))
        if "field" in part:
            yield part


def _needs_it(part: Predicate) -> bool:
    """Whether it only holds for what is known."""
    if part["op"] == "known":
        return bool(part.get("value"))
    return part["op"] in ("before", "after", "at_least", "at_most", "contains")
