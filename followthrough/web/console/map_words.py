"""A message map in words: when, if what, asking what, and for how long it is of use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from followthrough.journeys.conditions import Condition, is_weekday
from followthrough.journeys.definition import AskDef, TouchDef, WriteBackDef, length
from followthrough.journeys.offsets import DayOffset, Offset
from followthrough.journeys.plans import USEFUL
from followthrough.journeys.triggers import Trigger
from followthrough.people.stages import Stage
from followthrough.web.console.sentences import label, shown
from followthrough.web.templatetags.console import span

# --- lengths of time, anchors and names ----------------------------------------------------------


def duration(text: str) -> str:
    """An ISO duration as it is written: `PT24H` is 24 hours, `P1D` is 1 day."""
    parts = [_amount(int(number), unit) for number, unit in re.findall(r"(\d+)([WDHMS])", text)]
    return " ".join(part for part in parts if part) or _("no time")


def offset(given: Offset) -> str:
    """How far from its moment: `24 hours`, `2 working days`."""
    if not isinstance(given, DayOffset):
        return duration(given)
    if given.days is not None:
        return _amount(given.days, "D")
    n = given.count
    return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}


def _at(given: Offset) -> str:
    """The local time that days end at; '' where there is none."""
    return given.at if isinstance(given, DayOffset) and given.at else ""


def _no_time(given: Offset) -> bool:
    return not isinstance(given, DayOffset) and not length(given)


def _amount(n: int, unit: str) -> str:
    words = {
        "W": ngettext("%(n)d week", "%(n)d weeks", n),
        "D": ngettext("%(n)d day", "%(n)d days", n),
        "H": ngettext("%(n)d hour", "%(n)d hours", n),
        "M": ngettext("%(n)d minute", "%(n)d minutes", n),
        "S": ngettext("%(n)d second", "%(n)d seconds", n),
    }
    return words[unit] % {"n": n} if n else ""


ANCHORS = {
    "interview_start": gettext_noop("the interview"),
    "start_date": gettext_noop("the start date"),
    "offer_sent": gettext_noop("the offer"),
    "document_due": gettext_noop("the day the documents are due"),
}


def anchor(name: str) -> str:
    """A named instant: `the interview`."""
    return _(ANCHORS[name]) if name in ANCHORS else _("“%(name)s”") % {"name": label(name)}


LANGUAGES = {
    "en": gettext_noop("English"),
    "es": gettext_noop("Spanish"),
    "fr": gettext_noop("French"),
    "de": gettext_noop("German"),
    "pt": gettext_noop("Portuguese"),
    "zh": gettext_noop("Chinese"),
    "vi": gettext_noop("Vietnamese"),
}


def language(locale: str) -> str:
    """`es-MX` is `Spanish (MX)`."""
    code, _dash, country = locale.replace("_", "-").partition("-")
    name = _(LANGUAGES[code]) if code in LANGUAGES else code
    return f"{name} ({country})" if country else name


def languages(first: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Every language that can be chosen, in words: those of the map come `first`."""
    return [(one, language(one)) for one in dict.fromkeys([*first, *LANGUAGES])]


# --- when ----------------------------------------------------------------------------------------


def when(touch: TouchDef) -> str:
    """When a touch is due."""
    said, at = WHENS[touch.trigger.kind](touch.trigger), _at(touch.trigger.offset)
    return _("%(when)s, at %(at)s their time") % {"when": said, "at": at} if at else said


def _on_entering(trigger: Trigger) -> str:
    assert trigger.stage_entered
    after = trigger.stage_entered.after
    if _no_time(after):
        return _("On entering")
    if _same_day(after):
        return _("On the day of entering")
    return _("%(time)s after entering") % {"time": offset(after)}


def _on_leaving(trigger: Trigger) -> str:
    assert trigger.stage_left
    left = trigger.stage_left
    told = {"time": offset(left.after), "to": _(" or ").join(stage(one) for one in left.to or ())}
    if left.to:
        at_once = _("When they go on to %(to)s")
        text = at_once if _no_time(left.after) else _("%(time)s after they went on to %(to)s")
    else:
        text = _("On leaving") if _no_time(left.after) else _("%(time)s after leaving")
    return text % told


def _before(trigger: Trigger) -> str:
    assert trigger.before
    if _same_day(trigger.before.by):
        return _("On the day of %(anchor)s") % {"anchor": anchor(trigger.before.anchor)}
    told = {"time": offset(trigger.before.by), "anchor": anchor(trigger.before.anchor)}
    return _("%(time)s before %(anchor)s") % told


def _after(trigger: Trigger) -> str:
    assert trigger.after
    told = {"time": offset(trigger.after.by), "anchor": anchor(trigger.after.anchor)}
    if _no_time(trigger.after.by):
        return _("At %(anchor)s") % told
    if _same_day(trigger.after.by):
        return _("On the day of %(anchor)s") % told
    return _("%(time)s after %(anchor)s") % told


def _no_reply(trigger: Trigger) -> str:
    assert trigger.no_reply
    told = {"touch": label(trigger.no_reply.to), "time": offset(trigger.no_reply.within)}
    return _("No answer to “%(touch)s” within %(time)s") % told


def _stalled(trigger: Trigger) -> str:
    assert trigger.stalled
    return _("Nothing heard for %(time)s") % {"time": offset(trigger.stalled.for_)}


def _event(trigger: Trigger) -> str:
    assert trigger.event
    told = {"event": trigger.event.name, "time": offset(trigger.event.after)}
    if _no_time(trigger.event.after):
        return _("When “%(event)s” is reported") % told
    return _("%(time)s after “%(event)s” is reported") % told


def _by_hand(trigger: Trigger) -> str:
    return _("When somebody of you sends it")


def _same_day(given: Offset) -> bool:
    return isinstance(given, DayOffset) and not given.count


def stage(code: str) -> str:
    """A stage by its name."""
    return str(Stage(code).label)


WHENS: Mapping[str, Callable[[Trigger], str]] = {
    "stage_entered": _on_entering,
    "stage_left": _on_leaving,
    "before": _before,
    "after": _after,
    "no_reply": _no_reply,
    "stalled": _stalled,
    "event": _event,
    "manual": _by_hand,
}


def waits_for(touch: TouchDef) -> str:
    """The anchor whose time must be known first, where the trigger itself does not say so."""
    timed = touch.trigger.before or touch.trigger.after
    if timed or touch.anchor is None:
        return ""
    return _("once %(anchor)s has a time") % {"anchor": anchor(touch.anchor)}


def useful(touch: TouchDef) -> str:
    """How long it is of use, as the engine counts it (`journeys.plans`)."""
    before, after = touch.trigger.before, touch.trigger.after
    if touch.useful_for:
        return _("for %(time)s from when it is due") % {"time": duration(touch.useful_for)}
    if before and isinstance(before.by, DayOffset):
        return _("until halfway to %(anchor)s") % {"anchor": anchor(before.anchor)}
    if before:
        half = {"time": span(length(before.by) / 2), "anchor": anchor(before.anchor)}
        return _("for %(time)s: halfway to %(anchor)s") % half
    if touch.anchor and not after:
        return _("until %(anchor)s") % {"anchor": anchor(touch.anchor)}
    return _("for %(time)s from when it is due") % {"time": span(USEFUL)}


# --- if what -------------------------------------------------------------------------------------

FIELDS = {
    "application.stage": gettext_noop("the stage"),
    "application.stage_since": gettext_noop("the time the stage began"),
    "requisition.family": gettext_noop("the job family"),
    "requisition.title": gettext_noop("the job title"),
    "site.name": gettext_noop("the site"),
    "site.country": gettext_noop("the site's country"),
    "site.region": gettext_noop("the site's state"),
    "candidate.locale": gettext_noop("their language"),
    "candidate.country": gettext_noop("their country"),
    "candidate.email": gettext_noop("a mail address of theirs"),
    "candidate.phone": gettext_noop("a phone number of theirs"),
    "candidate.replied_at": gettext_noop("the time they last wrote"),
    "run.version": gettext_noop("the map's version"),
    "run.ended": gettext_noop("the run's end"),
}
OPERATORS = {
    "is": gettext_noop("%(field)s is %(value)s"),
    "is_not": gettext_noop("%(field)s is not %(value)s"),
    "in": gettext_noop("%(field)s is %(value)s"),
    "not_in": gettext_noop("%(field)s is neither %(value)s"),
    "contains": gettext_noop("%(field)s contains %(value)s"),
    "before": gettext_noop("%(field)s is before %(value)s"),
    "after": gettext_noop("%(field)s is after %(value)s"),
    "at_least": gettext_noop("%(field)s is at least %(value)s"),
    "at_most": gettext_noop("%(field)s is at most %(value)s"),
}
OF_ANCHORS = {
    "at": gettext_noop("the time of %(anchor)s"),
    "weekday": gettext_noop("the weekday of %(anchor)s"),
    "hour": gettext_noop("the hour of %(anchor)s"),
    "sequence": gettext_noop("the changes of %(anchor)s"),
}
WEEKDAYS = {
    "mon": gettext_noop("Monday"),
    "tue": gettext_noop("Tuesday"),
    "wed": gettext_noop("Wednesday"),
    "thu": gettext_noop("Thursday"),
    "fri": gettext_noop("Friday"),
    "sat": gettext_noop("Saturday"),
    "sun": gettext_noop("Sunday"),
}
ANSWERS = {
    "confirmed": gettext_noop("yes"),
    "declined": gettext_noop("no"),
    "open": gettext_noop("not answered yet"),
    "closed": gettext_noop("closed without an answer"),
}


def conditions(condition: Condition | None) -> list[str]:
    """What must hold when the touch is due: a sentence part for each condition."""
    if condition is None:
        return []
    if condition.all is not None:
        return [part for one in condition.all for part in conditions(one)]
    return [_condition(condition)]


def _condition(condition: Condition) -> str:
    if condition.field is not None:
        return _comparison(condition.field, str(condition.op), condition.value)
    joint, parts = (_(" and "), condition.all) if condition.all else (_(" or "), condition.any)
    return joint.join(_condition(one) for one in parts or ())


def _comparison(name: str, op: str, value: Any) -> str:
    told = field(name)
    if op == "known":
        text = _("%(field)s is known") if value else _("%(field)s is not known")
        return text % {"field": told}
    if isinstance(value, list) and len(value) == 1:
        op, value = {"in": "is", "not_in": "is_not"}.get(op, op), value[0]
    if value is None and op in ("is", "is_not"):
        text = _("%(field)s is not known") if op == "is" else _("%(field)s is known")
        return text % {"field": told}
    return _(OPERATORS[op]) % {"field": told, "value": _value(name, op, value)}


def field(name: str) -> str:
    """What a condition asks about: `the site`."""
    if name in FIELDS:
        return _(FIELDS[name])
    kind, _dot, rest = name.partition(".")
    if kind == "ask":
        return _("the answer to “%(touch)s”") % {"touch": label(rest)}
    if kind == "anchor":
        of, _dot, what = rest.rpartition(".")
        return _(OF_ANCHORS.get(what, OF_ANCHORS["at"])) % {"anchor": anchor(of)}
    return _("“%(field)s” in the ATS") % {"field": label(rest.partition(".")[2])}


def _value(name: str, op: str, value: Any) -> str:
    if isinstance(value, list):
        joint = _(" nor ") if op == "not_in" else _(" or ")
        return joint.join(_one(name, one) for one in value)
    return _one(name, value)


def _one(name: str, value: Any) -> str:
    if name.startswith("ask.") and value in ANSWERS:
        return _("“%(answer)s”") % {"answer": _(ANSWERS[value])}
    if is_weekday(name) and value in WEEKDAYS:
        return str(_(WEEKDAYS[value]))
    if name == "candidate.locale":
        return language(str(value))
    return shown(value) or _("not known")


# --- asking what, and what follows ---------------------------------------------------------------


def asks(ask: AskDef | None) -> str:
    """What an ask waits to hear."""
    if ask is None:
        return ""
    if ask.anchor is None:
        return _("Asks for a yes or no")
    return _("Asks them to confirm %(anchor)s") % {"anchor": anchor(ask.anchor)}


def write_back(told: WriteBackDef | None, *, about: str | None = None) -> str:
    """What the ATS is told; `about` is the anchor of a yes that has no write-back of its own."""
    if told and told.kind == "note":
        return _("a note in the ATS: “%(text)s”") % {"text": told.text}
    if told:
        field = {"field": label(str(told.field)), "value": shown(told.value)}
        return _("the field “%(field)s” in the ATS becomes “%(value)s”") % field
    if about:
        field = {"field": label(f"{about}_confirmed")}
        return _("a note in the ATS, and its field “%(field)s” becomes “yes”") % field
    return ""


def joined(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    *most, last = parts or [""]
    return _(" and ").join([", ".join(most), last]) if most else last


# --- who gets it ---------------------------------------------------------------------------------


def assigned(*, family: str, site: str, requisition: str, connection: str = "") -> str:
    """A rule of assignment: which applications get the map."""
    if not (family or site or requisition or connection):
        return _("everyone whom no rule above fits")
    parts = [
        _("the job “%(title)s”") % {"title": requisition} if requisition else "",
        _("the job family %(family)s") % {"family": label(family)} if family else "",
        _("the site %(site)s") % {"site": site} if site else "",
        _("the connection %(name)s") % {"name": connection} if connection else "",
    ]
    return joined([part for part in parts if part])
