"""Conditions of a message map, and every fact they may ask about."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from followthrough.core.canonical import iso
from followthrough.core.predicates import OPERATORS
from followthrough.core.zones import WEEKDAYS
from followthrough.journeys.parts import Part, refused

# What conditions may ask about, as the gate knows it when a message is due. A name that ends in a
# dot is followed by one of the organization's own names. docs/message-maps.md explains each.
FACT_PREFIXES = (
    "application.stage",
    "application.stage_since",
    "application.fields.",
    "requisition.family",
    "requisition.title",
    "site.name",
    "site.country",
    "site.region",
    "candidate.locale",
    "candidate.country",
    "candidate.email",
    "candidate.phone",
    "candidate.replied_at",
    "anchor.",
    "ask.",
    "run.version",
    "run.ended",
)
TIMES = frozenset({"application.stage_since", "candidate.replied_at"})
ADDRESSES = frozenset({"candidate.email", "candidate.phone"})  # of which only `known` is asked
OF_ANCHORS = ("at", "weekday", "hour", "sequence")  # by the clock where the site is


def _fact_name(name: str) -> str:
    exact = name in FACT_PREFIXES and not name.endswith(".")
    longer = any(name.startswith(one) for one in FACT_PREFIXES if one.endswith(".") and name != one)
    if not exact and not longer:
        known = ", ".join(f"{one}…" if one.endswith(".") else one for one in FACT_PREFIXES)
        raise refused(f"{name!r} is nothing a condition can ask about.", f"Use one of {known}.")
    if name.startswith("anchor.") and not re.fullmatch(r"anchor\.[a-z][a-z0-9_]*\.\w+", name):
        raise refused(f"{name!r} does not say what about the anchor.", "Write anchor.<name>.at.")
    if name.startswith("anchor.") and name.rsplit(".")[-1] not in OF_ANCHORS:
        known = ", ".join(OF_ANCHORS)
        raise refused(
            f"{name!r} is not known of an anchor.", f"Write anchor.<name>.at, or {known} for at."
        )
    return name


class Condition(Part):
    """`all` or `any` of several, or one comparison of a fact: `field`, `op`, `value`."""

    all: list[Condition] | None = Field(default=None, min_length=1, max_length=50)
    any: list[Condition] | None = Field(default=None, min_length=1, max_length=50)
    field: Annotated[str, AfterValidator(_fact_name)] | None = None
    op: str | None = None
    value: Any = None

    @model_validator(mode="before")
    @classmethod
    def check_form(cls, raw: Any) -> Any:
        """Exactly one of the three forms."""
        if isinstance(raw, dict):
            forms = [name for name in ("all", "any", "field") if name in raw]
            if len(forms) != 1:
                raise refused(
                    f"A condition is one of all, any or field, not {len(forms)} of them.",
                    "Write {field: …, op: …, value: …}, or a list under all or any.",
                )
            if forms[0] != "field" and len(raw) > 1:
                raise refused(
                    f"Beside {forms[0]} nothing else may stand.", "Move it into the list."
                )
        return raw

    @model_validator(mode="after")
    def check_value(self) -> Condition:
        """The operator exists, and its value is of a kind it can compare with."""
        if self.field is None:
            return self
        if self.op not in OPERATORS:
            raise refused(
                f"{self.op!r} is no way to compare." if self.op else "It does not say how.",
                f"Write op: one of {', '.join(OPERATORS)}.",
            )
        _check_value(self.field, self.op, self.value)
        return self

    def predicate(self) -> dict[str, Any]:
        """This condition as `core.predicates` reads it."""
        if self.field is not None:
            return {"field": self.field, "op": self.op, "value": self.value}
        if self.all is not None:
            return {"all": [part.predicate() for part in self.all]}
        return {"any": [part.predicate() for part in self.any or ()]}


_PLAIN = (str, bool, int, float, type(None))


def _check_value(name: str, op: str, value: Any) -> None:
    plain = isinstance(value, _PLAIN)
    if not plain and not (isinstance(value, list) and all(isinstance(v, _PLAIN) for v in value)):
        raise refused("The value is not text, a number, true, false or a list of these.",
                      "Put dates in quotes, and lists on one level.")  # fmt: skip
    if op in ("in", "not_in") and plain:
        raise refused(f"{op} compares with a list.", "Write value: [one, another].")
    if name in ADDRESSES and op != "known":
        raise refused(f"{name} is an address, and no message may depend on which one.",
                      "Ask whether there is one: op: known.")  # fmt: skip
    if is_weekday(name) and (strange := [v for v in _several(value) if v not in _DAYS]):
        raise refused(
            f"{strange[0]!r} is no day of the week.", f"Write one of {', '.join(WEEKDAYS)}."
        )
    if op == "known" and not isinstance(value, bool):
        raise refused("known wants to hear true or false.", "Write value: true or value: false.")
    if op in ("before", "after", "at_least", "at_most") and not isinstance(
        value, str | int | float
    ):
        raise refused(f"{op} compares with a text or a number.", "Give it a value.")
    if op not in ("known", "is", "is_not") and _is_time(name) and value != _as_iso(value):
        raise refused(
            f"{name} is a time and is compared as text.",
            "Write it in UTC and to the microsecond: '2026-06-03T17:00:00.000000Z'.",
        )


def is_weekday(name: str) -> bool:
    """Whether it is the day of the week of a time."""
    return name.startswith("anchor.") and name.endswith(".weekday")


_DAYS = (*WEEKDAYS, True, False, None)  # the last three: whether it is known


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_time(name: str) -> bool:
    return name in TIMES or (name.startswith("anchor.") and name.endswith(".at"))


def _as_iso(value: Any) -> str | None:
    try:
        return iso(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return None
