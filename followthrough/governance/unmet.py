"""A condition that did not hold, in words: what has happened since, or what the map asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from followthrough.core import predicates
from followthrough.governance import phrases
from followthrough.governance.checks.touch import kind_of

Condition = Mapping[str, Any]
ASK, OPEN = "ask.", "open"


def said(condition: Condition) -> str:
    """What has happened where it is that, else what was asked for: `site.region is NV`."""
    for kind, joint in (("any", _(" or ")), ("all", _(" and "))):
        if kind in condition:
            # two parts may say the same in words
            return joint.join(dict.fromkeys(said(part) for part in condition[kind]))
    return (_happened(condition) or _wanted(condition)) if condition else ""


def asked_for(condition: Condition) -> bool:
    """Whether it is only something that the map asks for: nothing has changed since."""
    return bool(condition) and not any(_happened(part) for part in _parts(condition))


def why(condition: Condition) -> str:
    """Why a message that is still to come would not go out."""
    text = _("It goes out only if %(wanted)s") if asked_for(condition) else "%(wanted)s"
    return capfirst(text % {"wanted": said(condition)})


def _parts(condition: Condition) -> Iterator[Condition]:
    parts = condition.get("any") or condition.get("all")
    if parts is None:
        yield condition
    for part in parts or ():
        yield from _parts(part)


def _happened(part: Condition) -> str:
    field = str(part.get("field", ""))
    if field.startswith(ASK):
        return _(phrases.ANSWERED) if _answered(part) else ""
    text = phrases.CONDITIONS.get(kind_of(field))
    return _(text) if text else ""


def _answered(part: Condition) -> bool:
    """Whether it waits for an answer, and there is one. `found` is what there was; receipts of
    before do not say."""
    return predicates.holds(part, {part["field"]: OPEN}) and part.get("found", "") is not None


def _wanted(part: Condition) -> str:
    field, op, value = str(part.get("field", "")), str(part.get("op", "")), part.get("value")
    field = _named(field)
    if "value" not in part:  # it may be personal, and is in no receipt
        return _("%(field)s is as the map asks") % {"field": field}
    if op == "known":
        return (_("%(field)s is known") if value else _("%(field)s is not known")) % {
            "field": field
        }
    does = _(phrases.OPERATORS[op]) if op in phrases.OPERATORS else op
    return f"{field} {does} {_value(value)}"


def _named(field: str) -> str:
    """What is asked about, in words where it has any."""
    if field.startswith(ASK):
        told = {"name": capfirst(_plain(field.removeprefix(ASK)))}
        return _("their answer to “%(name)s”") % told
    if field in phrases.ADDRESSES:
        return _(phrases.ADDRESSES[field])
    kind, _dot, rest = field.partition(".")
    name, _dot, what = rest.rpartition(".")
    if kind == "anchor" and what in phrases.OF_ANCHORS:
        return _(phrases.OF_ANCHORS[what]) % {"anchor": _plain(name)}
    return field


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return _(" or ").join(_value(one) for one in value)
    if isinstance(value, bool):
        return _("true") if value else _("false")
    return _(phrases.ANSWERS[value]) if value in phrases.ANSWERS else str(value)
