"""What must hold for a touch to go out, as rows of field, operator and value. Both ways.

Rows are joined by all or any. What is nested deeper comes from a file: it is shown in words, and
kept or taken out as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.journeys.conditions import ADDRESSES, TIMES, is_weekday
from followthrough.web.console.editor import choices
from followthrough.web.console.editor.given import Given, Wrong, read_was, was

ALL, ANY = "all", "any"
KNOWN, UNKNOWN = "known", "unknown"  # the operator `known` with true and with false
OPERATORS: Mapping[str, str | Promise] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"),
    "contains": gettext_lazy("contains"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    KNOWN: gettext_lazy("is known"),
    UNKNOWN: gettext_lazy("is not known"),
}
TEXT, NUMBER, YES_NO, TIME = "text", "number", "yes_no", "time"
ANSWER, STAGE, WEEKDAY = "answer", "stage", "weekday"
ADDRESS = "address"  # it is there or not
UNSEEN = "unseen"  # nobody knows yet what the ATS will send
FITTING: Mapping[str, tuple[str, ...]] = {
    TEXT: ("is", "is_not", "in", "not_in", "contains", KNOWN, UNKNOWN),
    NUMBER: ("is", "is_not", "at_least", "at_most", KNOWN, UNKNOWN),
    YES_NO: ("is", "is_not", KNOWN, UNKNOWN),
    TIME: (KNOWN, UNKNOWN, "before", "after"),
    ANSWER: ("is", "is_not", "in", "not_in", KNOWN, UNKNOWN),
    STAGE: ("is", "is_not", "in", "not_in"),
    WEEKDAY: ("is", "is_not", "in", "not_in"),
    ADDRESS: (KNOWN, UNKNOWN),
    UNSEEN: ("is", "is_not", "in", "not_in", "contains", "at_least", "at_most", KNOWN, UNKNOWN),
}
OTHER = "+"  # a field of the ATS that it has not sent yet, named by hand
OF_ATS = "application.fields."
SPARE = 1  # empty rows offered at the end
MOST = 50
PARTS = ("field", "op", "value")


class Row(NamedTuple):
    """A row as the page shows it; `kept` is what is nested, as a document has it."""

    number: int
    field: str
    op: str
    value: str
    was: str
    kept: Any = None
    values: Sequence[str] = ()  # of a fact with a few values, those that are chosen

    def name(self, part: str) -> str:
        return f"if_{self.number}_{part}"


def fields(condition: Mapping[str, Any] | None) -> Given:
    """The fields of a condition as documents have it."""
    parts, how, grouped = _parts(condition)
    values: dict[str, str | list[str]] = {
        "if_how": how,
        "if_grouped": grouped,
        "if_count": str(len(parts)),
    }
    for number, part in enumerate(parts):
        values |= _row(number, part)
    return Given.made(values)


def _parts(condition: Mapping[str, Any] | None) -> tuple[list[Any], str, str]:
    if condition is None:
        return [], ALL, ""
    for how in (ALL, ANY):
        if condition.get(how) is not None:
            return list(condition[how]), how, "1"
    return [dict(condition)], ALL, ""


def _row(number: int, part: Mapping[str, Any]) -> dict[str, str | list[str]]:
    if part.get("field") is None:
        return {f"if_{number}_kept": was(part)}
    told = _told(part) | {"was": was(part)}
    return {f"if_{number}_{name}": value for name, value in told.items()}


def _told(part: Mapping[str, Any]) -> dict[str, str | list[str]]:
    op, value = str(part.get("op")), part.get("value")
    if op == "known":
        return {"field": part["field"], "op": KNOWN if value else UNKNOWN, "value": ""}
    return {"field": part["field"], "op": op, "value": _each(part["field"], value)}


def _each(name: str, value: Any) -> str | list[str]:
    """As the page sends it: several of a few values are boxes that are ticked."""
    if isinstance(value, list) and choices.of(kind_of(name, {})):
        return [written(one) for one in value]
    return written(value)


def written(value: Any) -> str:
    """A value as people write it: `true`, `12`, `Reno, Sparks`."""
    if isinstance(value, list):
        return ", ".join(written(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


# --- back ----------------------------------------------------------------------------------------


def read(given: Given, kinds: Mapping[str, str], wrong: Wrong) -> dict[str, Any] | None:
    """The condition that the rows say; None for none. `kinds`: by field, what values it has."""
    found = [
        part
        for number in range(_count(given))
        if (part := _read_row(number, given, kinds, wrong)) is not None
    ]
    if not found:
        return None
    if len(found) == 1 and not given.one("if_grouped"):
        return found[0]
    return {ANY if given.one("if_how") == ANY else ALL: found}


def field_at(place: tuple[str | int, ...], given: Given) -> str:
    """The field that shows what stands at a place within the condition."""
    there = [n for n in range(_count(given)) if _is_there(n, given)]
    index = place[1] if place[:1] in ((ALL,), (ANY,)) and len(place) > 1 else 0
    index = index if isinstance(index, int) else 0
    number = there[index] if index < len(there) else 0
    last = place[-1] if place else ""
    return f"if_{number}_{last if last in PARTS else 'value'}"


def _is_there(number: int, given: Given) -> bool:
    told = given.one(f"if_{number}_kept") or _field(number, given)
    return bool(told) and not given.on(f"if_{number}_out")


def _field(number: int, given: Given) -> str:
    """What a row asks about; OTHER as long as it is to be named and is not."""
    name = given.one(f"if_{number}_field").strip()
    other = given.one(f"if_{number}_other").strip().removeprefix(OF_ATS)
    return f"{OF_ATS}{other}" if name == OTHER and other else name


def _count(given: Given) -> int:
    text = given.one("if_count", "0")
    return min(int(text), MOST) if text.isascii() and text.isdecimal() else 0


def _read_row(
    number: int, given: Given, kinds: Mapping[str, str], wrong: Wrong
) -> dict[str, Any] | None:
    kept = read_was(given.one(f"if_{number}_kept"))
    if given.on(f"if_{number}_out"):
        return None
    if isinstance(kept, dict):
        return kept
    name = _field(number, given)
    if not name:
        return None
    if name == OTHER:
        wrong[f"if_{number}_other"] = _("Write the name of the field as your ATS has it.")
        return None
    before = read_was(given.one(f"if_{number}_was"))
    if isinstance(before, dict) and before.get("field") and _unchanged(number, given, before):
        return before
    return _comparison(number, name, given, kinds, wrong)


def _unchanged(number: int, given: Given, before: dict[str, Any]) -> bool:
    made = Given.made(_row(number, before))
    return given.same(made, [f"if_{number}_{part}" for part in PARTS])


def _comparison(
    number: int, name: str, given: Given, kinds: Mapping[str, str], wrong: Wrong
) -> dict[str, Any]:
    op, text = given.one(f"if_{number}_op", "is"), given.one(f"if_{number}_value").strip()
    if op in (KNOWN, UNKNOWN):
        return {"field": name, "op": "known", "value": op == KNOWN}
    kind = _as_compared(kind_of(name, kinds), op)
    if op not in FITTING[kind]:
        wrong[f"if_{number}_op"] = _("This cannot be said of it. Choose another comparison.")
    elif choices.of(kind):
        text = _chosen(number, given, kind, wrong)
    elif not text:
        wrong[f"if_{number}_value"] = _("Compared with what? Write it, or choose “is known”.")
    if op in ("in", "not_in"):
        return {"field": name, "op": op, "value": [_value(one, kind) for one in _listed(text)]}
    return {"field": name, "op": op, "value": _checked(number, text, kind, wrong)}


def _as_compared(kind: str, op: str) -> str:
    """Of a field that was never sent, how it is compared says what it is."""
    known = {"at_least": NUMBER, "at_most": NUMBER, "contains": TEXT}
    return known.get(op, UNSEEN) if kind == UNSEEN else kind


def _chosen(number: int, given: Given, kind: str, wrong: Wrong) -> str:
    """What is chosen of a few values, which have no commas."""
    values = [one for sent in given.all(f"if_{number}_value") for one in _listed(sent)]
    codes = [TRUTH.get(one.lower(), one) for one in values] if kind == YES_NO else values
    if not codes or choices.strangers(kind, codes):
        wrong[f"if_{number}_value"] = _("Choose what it is compared with.")
    return ",".join(codes)


def _checked(number: int, text: str, kind: str, wrong: Wrong) -> Any:
    value = _value(text, kind)
    if kind == NUMBER and text and isinstance(value, str):
        wrong[f"if_{number}_value"] = _("It is compared with numbers: write one.")
    if choices.of(kind) and "," in text:
        wrong[f"if_{number}_value"] = _("Choose one, or say “is one of”.")
    return value


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


TRUTH = {"true": "true", "yes": "true", "false": "false", "no": "false"}


def _value(text: str, kind: str) -> Any:
    if kind in (NUMBER, UNSEEN) and re.fullmatch(r"-?(0|[1-9]\d{0,14})", text):
        return int(text)
    if kind in (NUMBER, UNSEEN) and re.fullmatch(r"-?\d{1,15}\.\d{1,9}", text):
        return float(text)
    if kind == YES_NO and text in TRUTH:
        return text == "true"
    return text


def kind_of(name: str, kinds: Mapping[str, str]) -> str:
    """What values a field has: a key of FITTING."""
    if name in ADDRESSES:
        return ADDRESS
    if is_weekday(name):
        return WEEKDAY
    if name in TIMES or (name.startswith("anchor.") and name.endswith(".at")):
        return TIME
    if name.startswith("anchor.") or name == "run.version":
        return NUMBER
    if name.startswith("ask."):
        return ANSWER
    if name == "application.stage":
        return STAGE
    if name == "run.ended":
        return YES_NO
    return kinds.get(name, UNSEEN if name.startswith(OF_ATS) or name == OTHER else TEXT)


def numbers(given: Given) -> list[int]:
    """The rows of a page that was sent, but for those that are kept as they are."""
    return [n for n in range(_count(given)) if not given.one(f"if_{n}_kept")]


def rows(given: Given, *, spare: int = SPARE) -> list[Row]:
    """The rows that the page shows, with empty ones at the end; those taken out are gone."""
    found = []
    for number in range(_count(given)):
        name, kept = _field(number, given), read_was(given.one(f"if_{number}_kept"))
        if (name or kept) and not given.on(f"if_{number}_out"):
            found.append(_shown(len(found), number, given, kept))
    return [*found, *(Row(len(found) + n, "", "is", "", "") for n in range(spare))]


def _shown(place: int, number: int, given: Given, kept: Any) -> Row:
    op, value, before = (given.one(f"if_{number}_{one}") for one in ("op", "value", "was"))
    field = _field(number, given)
    return Row(place, field, op or "is", value, before, kept, _values(number, field, given))


def _values(number: int, field: str, given: Given) -> tuple[str, ...]:
    """What a row is compared with; what was meant for another field is gone."""
    before = read_was(given.one(f"if_{number}_was"))
    old = written(before.get("value")) if isinstance(before, dict) else ""
    kept = _listed(old) if isinstance(before, dict) and before.get("field") == field else []
    sent = [part for one in given.all(f"if_{number}_value") for part in _listed(one)]
    known = choices.of(kind_of(field, {})) or choices.YES_NO
    return tuple(one for one in sent if one in known or one in kept)
