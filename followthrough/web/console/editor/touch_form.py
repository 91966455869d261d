"""A touch as the fields of a form, and back. What cannot be a touch is said beside its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from followthrough.journeys.definition import CHANNELS, TouchDef
from followthrough.journeys.problems import Place, of_structure
from followthrough.web.console.editor import (
    ask,
    conditions,
    contents,
    form_words,
    offsets,
    when,
)
from followthrough.web.console.editor.given import Given, Wrong

SAY = "say"  # the prefix of the touch's own texts
PRIORITIES = [
    ("1", gettext_lazy("1: before everything else")),
    ("2", gettext_lazy("2: urgent")),
    ("3", gettext_lazy("3: soon")),
    ("4", gettext_lazy("4: rather early")),
    ("5", gettext_lazy("5: like most messages")),
    ("6", gettext_lazy("6: rather late")),
    ("7", gettext_lazy("7: can wait")),
    ("8", gettext_lazy("8: can wait long")),
    ("9", gettext_lazy("9: after everything else")),
]
PURPOSES = [
    ("informational", gettext_lazy("about their own application")),
    ("outreach", gettext_lazy("outreach: anything else")),
]
ORDERS = [",".join(some) for n in (1, 2) for some in permutations(CHANNELS, n)]


class Read(NamedTuple):
    """What a form says: the touch (whether it can be one or not), and what is wrong, by field."""

    touch: dict[str, Any]
    wrong: Wrong


def fields(touch: Mapping[str, Any]) -> Given:
    """The fields of a touch as documents have it."""
    values = {
        "channels": ",".join(touch["channels"]),
        "purpose": touch.get("purpose", "informational"),
        "priority": str(touch.get("priority", 5)),
        "enabled": "on" if touch.get("enabled", True) else "",
    }
    return Given(
        Given.made(values)
        | when.fields(touch["trigger"])
        | conditions.fields(touch.get("when"))
        | contents.fields(SAY, touch.get("content"))
        | ask.fields(touch.get("ask"))
        | offsets.fields("useful", touch.get("useful_for"))
    )


def read(given: Given, *, key: str, locales: Iterable[str], kinds: Mapping[str, str]) -> Read:
    """The touch that the fields say, in these languages; `kinds` as in `conditions.read`."""
    wrong: Wrong = {}
    priority = given.one("priority", "5")
    touch = {
        "key": key,
        "trigger": when.read(given, wrong),
        "when": conditions.read(given, kinds, wrong),
        "channels": [one for one in given.one("channels", "sms").split(",") if one],
        "content": contents.read(SAY, given, locales, wrong),
        "ask": ask.read(given, locales, wrong),
        "purpose": given.one("purpose", "informational"),
        "priority": int(priority) if priority.isdecimal() else 0,
        "useful_for": _useful(given, wrong),
        "enabled": given.on("enabled"),
    }
    if not wrong:
        wrong |= _structure(touch, given)
    return Read(touch, wrong)


def _useful(given: Given, wrong: Wrong) -> str | None:
    found = offsets.read("useful", given, wrong, otherwise="")
    if isinstance(found, str):
        return found or None
    wrong["useful_n"] = _("Write it in minutes, hours or days.")
    return None


def _structure(touch: Mapping[str, Any], given: Given) -> Wrong:
    try:
        TouchDef.model_validate(touch)
    except ValidationError as problem:
        found = [of_structure(one) for one in problem.errors(include_url=False)]
        return {
            field_at(place, given): form_words.said(one.reason, one.remedy) for place, one in found
        }
    return {}


def field_at(place: Place, given: Given) -> str:
    """The field that shows what stands at a place within a touch."""
    part, *rest = place or ("trigger",)
    match part:
        case "trigger":
            return when.field_at(tuple(rest), given)
        case "when":
            return conditions.field_at(tuple(rest), given)
        case "content":
            return _text_at(SAY, rest)
        case "ask":
            return _answer_at(rest)
        case "useful_for":
            return "useful_n"
    return str(part)


def _text_at(prefix: str, rest: list[str | int]) -> str:
    """Of a channel or a language without a text, where it would be written."""
    channel = str(rest[0]) if rest else CHANNELS[0]
    part = str(rest[2]) if len(rest) > 2 else contents.TEXTS.get(channel, ("body",))[0]
    return contents.name(prefix, channel, str(rest[1]) if len(rest) > 1 else "", part)


def _answer_at(rest: list[str | int]) -> str:
    if len(rest) < 3 or rest[0] != "answers":
        return "ask_anchor" if rest[:1] == ["anchor"] else "asks"
    short = next(short for short, name in ask.ANSWERS if name == rest[1])
    if rest[2] == "reply":
        return _text_at(short, rest[3:])
    return f"{short}_back_{rest[3]}" if len(rest) > 3 else f"{short}_back"
