"""Conditions as data: `{"all": [...]}`, `{"any": [...]}`, `{"field": …, "op": …, "value": …}`.

A predicate is evaluated against a flat mapping of facts (`"application.stage": "interview"`). It
is self-contained, so a touch planned weeks ago can be judged without the map that planned it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

Predicate = Mapping[str, Any]


class Facts(Protocol):
    """What is known, by field; a mapping is one."""

    def get(self, field: str, /) -> Any:
        """The value of `field`, or None."""


def _contains(found: Any, wanted: Any) -> bool:
    return found is not None and wanted in found


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison that a missing fact never passes."""
    return lambda found, wanted: found is not None and compare(found, wanted)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "in": lambda found, wanted: found in wanted,
    "not_in": lambda found, wanted: found not in wanted,
    "contains": _contains,
    "before": _ordered(lambda found, wanted: found < wanted),
    "after": _ordered(lambda found, wanted: found > wanted),
    "at_least": _ordered(lambda found, wanted: found >= wanted),
    "at_most": _ordered(lambda found, wanted: found <= wanted),
    "known": lambda found, wanted: (found not in (None, "")) is bool(wanted),
}


def failing(predicate: Predicate, facts: Facts) -> Predicate | None:
    """The first part of `predicate` that does not hold, or None when all of it does.

    An empty predicate holds. A comparison of values that do not compare (text with a number)
    does not hold. Raises KeyError for an operator that does not exist.
    """
    if "field" in predicate:
        found = facts.get(predicate["field"])
        try:
            held = OPERATORS[predicate["op"]](found, predicate.get("value"))
        except TypeError:
            held = False
        return None if held else predicate
    if "all" in predicate:
        for part in predicate["all"]:
            if (bad := failing(part, facts)) is not None:
                return bad
        return None
    parts = predicate.get("any")
    return predicate if parts and not _any(parts, facts) else None


def holds(predicate: Predicate, facts: Facts) -> bool:
    """Whether the whole of `predicate` is true of `facts`."""
    return failing(predicate, facts) is None


def fields(predicate: Predicate) -> Iterator[str]:
    """The names of every fact that `predicate` asks for."""
    for part in (*predicate.get("all", ()), *predicate.get("any", ())):
        yield from fields(part)
    if "field" in predicate:
        yield predicate["field"]


def _any(parts: list[Predicate], facts: Facts) -> bool:
    for part in parts:  # noqa: SIM110 - asked for every message; a generator costs more
        if failing(part, facts) is None:
            return True
    return False
