"""What is wrong with a document, said so that a person can mend it: where, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from followthrough.core.errors import Explained
from followthrough.journeys import conditions, definition, offsets, triggers
from followthrough.journeys.parts import Part

Place = tuple[str | int, ...]


class Problem(NamedTuple):
    """One thing that is wrong. `line` counts from 1 in the YAML; 0 when it came otherwise."""

    path: str
    reason: str
    remedy: str
    line: int = 0


class DocumentError(Explained):
    """A document that cannot be used; `problems` has all of them, in the document's order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        where = f"line {first.line}, {first.path}" if first.line else first.path
        super().__init__(
            f"The message map at {where}", reason=first.reason, remedy=f"{first.remedy}{more}"
        )
        self.problems = tuple(problems)


def path(place: Place) -> str:
    """A place in a document as people write it: `stages.screen.touches[1].content`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return words.lstrip(".") or "the document"


_NO_PLACES = frozenset({"[key]", offsets.LENGTH, offsets.DAYS})
_MAPPING = ("It is not a group of named parts.", "Write names with their values.")
_SAID: Mapping[str, tuple[str, str]] = {
    "missing": ("It is missing.", "Add it."),
    "literal_error": ("{input} is not known here.", "Use {expected}."),
    "greater_than_equal": ("{input} is too small.", "Use {ge} or more."),
    "less_than_equal": ("{input} is too large.", "Use {le} or less."),
    "too_short": ("It is empty.", "Add at least one."),
    "too_long": ("It has too many parts.", "Use at most {max_length}."),
    "string_too_short": ("It is empty.", "Write something, or leave it out."),
    "string_too_long": ("It is too long.", "Use at most {max_length} characters."),
    "string_pattern_mismatch": (
        "{input} is not a name of this kind.",
        "It has to match {pattern}.",
    ),
    "string_type": ("It is not text.", "Put it in quotes."),
    "int_type": ("It is not a whole number.", "Write a whole number."),
    "bool_type": ("It is neither true nor false.", "Write true or false."),
    "list_type": ("It is not a list.", "Write a list."),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "recursion_loop": ("It is nested too deeply.", "Write it with fewer levels."),
}


def of_structure(error: ErrorDetails) -> tuple[Place, Problem]:
    """A complaint of pydantic's as a problem, and its place."""
    place: Place = tuple(part for part in error["loc"] if part not in _NO_PLACES)
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "refused":
        return place, Problem(path(place), context["reason"], context["remedy"])
    if error["type"] == "extra_forbidden":
        return place, _unknown(place)
    reason, remedy = _SAID.get(error["type"], (f"{error['msg']}.", "Correct it."))
    values = {**context, "input": _shortened(error["input"])}
    return place, Problem(path(place), reason.format(**values), remedy.format(**values))


def _unknown(place: Place) -> Problem:
    name = str(place[-1])
    return Problem(path(place), f"Nothing here is called {_shortened(name)}.", _meant(name))


def _meant(name: str) -> str:
    if name in _NAMES:
        return "It belongs elsewhere: take it out here."
    close = get_close_matches(name, _NAMES, n=1)
    return f"Did you mean {close[0]}? Otherwise take it out." if close else "Take it out."


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _names() -> list[str]:
    kinds = [
        kind
        for module in (definition, triggers, offsets, conditions)
        for kind in vars(module).values()
    ]
    parts = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Part)]
    return sorted(
        {field.alias or name for part in parts for name, field in part.model_fields.items()}
    )


_NAMES = _names()
