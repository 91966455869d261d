"""A sending policy in words: a sentence for each of its rules, and what one version changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from followthrough.core.zones import Week, Window
from followthrough.governance.documents import (
    CHANNELS,
    DAYS,
    LOCAL,
    CapDocument,
    PolicyDocument,
    strictest,
)
from followthrough.governance.hours import Compiled
from followthrough.governance.loosening import loosened
from followthrough.governance.policy import compiled
from followthrough.web.console.map_words import joined

DAY_NAMES = {
    "mon": gettext_noop("Mon"),
    "tue": gettext_noop("Tue"),
    "wed": gettext_noop("Wed"),
    "thu": gettext_noop("Thu"),
    "fri": gettext_noop("Fri"),
    "sat": gettext_noop("Sat"),
    "sun": gettext_noop("Sun"),
}
MESSAGES = {
    "": gettext_noop("messages"),
    "sms": gettext_noop("text messages"),
    "email": gettext_noop("mails"),
    "whatsapp": gettext_noop("WhatsApp messages"),
    "webchat": gettext_noop("web chat messages"),
    "voice": gettext_noop("calls"),
}
MESSAGE = {
    "": gettext_noop("message"),
    "sms": gettext_noop("text message"),
    "email": gettext_noop("mail"),
    "whatsapp": gettext_noop("WhatsApp message"),
    "webchat": gettext_noop("web chat message"),
    "voice": gettext_noop("call"),
}
PURPOSES = {
    "informational": gettext_noop("about their own application"),
    "outreach": gettext_noop("for outreach"),
    "reply": gettext_noop("answering what they wrote"),
}


def channel(code: str) -> str:
    """Its messages, as a name: `Text messages`."""
    said = _(MESSAGES.get(code, code))
    return said[:1].upper() + said[1:]


def day(number: int) -> str:
    """A weekday, Monday being 0: `Mon`."""
    return _(DAY_NAMES[DAYS[number]])


# --- hours ---------------------------------------------------------------------------------------


def week(hours: Week | None) -> str:
    """`Mon–Sat 09:00–20:00, Sun 12:00–20:00`; days that are not named are silent."""
    if hours is None:
        return _("at any hour")
    if not hours:
        return _("never")
    days = [(number, _windows(hours.get(number, ()))) for number in range(7)]
    parts = [
        f"{_days([number for number, _said in same])} {said}"
        for said, same in groupby(days, key=lambda one: one[1])
        if said
    ]
    return ", ".join(parts)


def _windows(windows: Sequence[Window]) -> str:
    ordered = sorted(windows, key=lambda one: one.start)
    return _(" and ").join(f"{one.start:%H:%M}–{_end(one)}" for one in ordered)


def _end(window: Window) -> str:
    return "24:00" if f"{window.end:%H:%M}" == "00:00" else f"{window.end:%H:%M}"


def _days(numbers: Sequence[int]) -> str:
    first, last = day(numbers[0]), day(numbers[-1])
    return first if len(numbers) == 1 else f"{first}–{last}"


def summary(document: PolicyDocument) -> str:
    """The policy in a breath: hours of texts, hours of mail, and every cap."""
    own = compiled(document).own_hours
    parts = [
        _("Text %(when)s in the candidate’s own time") % {"when": week(own["sms"])},
        _("mail %(when)s") % {"when": week(own["email"])},
        *(_short(rule) for rule in strictest(document.caps)),
    ]
    return "; ".join(parts) + "."


def _short(rule: CapDocument) -> str:
    """A cap as a part of a sentence: `at most 3 text messages to one address in any 24 hours`."""
    said = cap(rule).rstrip(".")
    return said[:1].lower() + said[1:]


# --- the rules, one by one -----------------------------------------------------------------------


def cap(rule: CapDocument) -> str:
    """A cap as a sentence."""
    told = {
        "n": rule.at_most,
        "what": _((MESSAGES if rule.at_most > 1 else MESSAGE)[rule.channel]),
        "whom": _whom(rule),
        "time": _(WINDOWS[rule.window]) if rule.window else _in_any(rule.hours or 0),
    }
    return _("At most %(n)s %(what)s %(whom)s %(time)s.") % told


WHOM = {
    "person": gettext_noop("to one person"),
    "address": gettext_noop("to one address"),
    "application": gettext_noop("about one application"),
}
WINDOWS = {
    "day": gettext_noop("on one day by their clock"),
    "stage": gettext_noop("while it is in one stage"),
}


def _whom(rule: CapDocument) -> str:
    """`about their own application to one person`; of an application itself it is said once."""
    if rule.per == "application" and rule.purposes == ["informational"]:
        return _("about the application itself")
    return f"{_purposes(rule)} {_(WHOM[rule.per])}".strip()


def _in_any(length: int) -> str:
    return _("in any %(time)s") % {"time": hours(length)}


def _purposes(rule: CapDocument) -> str:
    named = [_(PURPOSES[one]) for one in PURPOSES if one in rule.purposes]
    return f" {_(' or ').join(named)}" if named and len(named) < len(PURPOSES) else ""


def hours(count: int) -> str:
    """A window in days where it is whole days and more than one: `7 days`, `24 hours`."""
    if count > 24 and count % 24 == 0:
        return ngettext("%(n)s day", "%(n)s days", count // 24) % {"n": count // 24}
    return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": count}


def room(document: PolicyDocument) -> str:
    """What is kept of every cap for urgent messages."""
    keep = document.keep_for_priority
    if not keep.room:
        return _("Nothing is kept for urgent messages: who comes first is served first.")
    text = ngettext(
        "The last %(room)s message of every cap is kept for urgent ones (priority 1 to %(at)s).",
        "The last %(room)s messages of every cap are kept for urgent ones (priority 1 to %(at)s).",
        keep.room,
    )
    return text % {"room": keep.room, "at": keep.at_or_under}


def reply(document: PolicyDocument) -> str:
    """For how long an answer may go out at any hour."""
    text = ngettext(
        "For %(n)s minute after somebody writes they may be answered at any hour.",
        "For %(n)s minutes after somebody writes they may be answered at any hour.",
        document.reply_minutes,
    )
    nothing = _("Answers wait for the allowed hours like everything else.")
    return text % {"n": document.reply_minutes} if document.reply_minutes else nothing


def consent(document: PolicyDocument, code: str) -> str:
    """Whether a channel needs a grant on record (as the gate has it: yes, unless it is said)."""
    needs = {str(name): need for name, need in document.require_consent.items()}.get(code, True)
    return _("only with consent on record") if needs else _("unless they opted out")


def merging(document: PolicyDocument) -> str:
    """What becomes of nudges that are due together, and what is no nudge."""
    if not document.merge_nudges:
        return _("Every nudge goes out by itself.")
    text = _(
        "Nudges (priority %(n)s and after) due at the same moment as a more urgent message are"
        " left out."
    )
    return text % {"n": document.keep_for_priority.at_or_under + 1}


def spread(document: PolicyDocument) -> str:
    """How those that waited for the hours to open go out."""
    n = document.spread_minutes
    if not n:
        return _("What waited for the hours to open goes out as soon as they do.")
    text = ngettext(
        "What waited for the hours to open goes out within %(n)s minute, not all at once.",
        "What waited for the hours to open goes out within %(n)s minutes, not all at once.",
        n,
    )
    return text % {"n": n}


def burst(document: PolicyDocument) -> str:
    """From how many messages a burst waits for a yes, and what is stale then."""
    held = ngettext(
        "When one import, bulk move or publish would send more than %(n)s message in an hour,"
        " they wait for a person’s yes.",
        "When one import, bulk move or publish would send more than %(n)s messages in an hour,"
        " they wait for a person’s yes.",
        document.hold_above,
    )
    stale = ngettext(
        "What comes more than %(n)s day after it was meant to is called stale there.",
        "What comes more than %(n)s days after it was meant to is called stale there.",
        document.stale_days,
    )
    return f"{held % {'n': document.hold_above}} {stale % {'n': document.stale_days}}"


def holidays(document: PolicyDocument) -> str:
    """On which days nothing goes out, and by which channels; '' when there are none."""
    rule = document.holidays
    calendars = [_calendar(code) for code in rule.calendars]
    days = [f"{one.name} ({one.day})" if one.name else one.day for one in rule.days]
    if not (calendars or days) or not rule.channels:
        return ""
    told = {"what": alike(rule.channels), "days": joined([*calendars, *days])}
    return _("%(what)s also wait on %(days)s.") % told


def _calendar(code: str) -> str:
    if code == LOCAL:
        return _("the public holidays of wherever somebody is")
    return _("the public holidays of %(place)s") % {"place": code}


def closed(hours: Compiled | None) -> str:
    """That a week has closed days besides."""
    return _("closed days apart") if hours is not None and hours.closed else ""


def loosening(document: PolicyDocument) -> str:
    """Who may make the policy allow more."""
    if document.two_to_loosen:
        return _("A change that allows more needs a second person; one that allows less does not.")
    return _("One person may publish a change, also one that allows more.")


# --- what a version changes ----------------------------------------------------------------------


class Change(NamedTuple):
    """A rule that differs: what it is about, what it said and says ('' where it did not, or does
    not, exist), and whether it allows more now."""

    about: str
    was: str
    is_: str
    looser: bool = False


def changes(before: PolicyDocument, after: PolicyDocument) -> list[Change]:
    """What `after` says otherwise than `before`; channels that change alike are named together."""
    old, new, looser = dict(_rules(before)), dict(_rules(after)), loosened(before, after)
    alike: dict[tuple[str, str, str, bool], list[Any]] = {}
    for key in dict.fromkeys([*new, *old]):
        was, is_ = old.get(key, ""), new.get(key, "")
        if was != is_:
            kind, which = key
            alike.setdefault((kind, was, is_, key in looser), []).append(which)
    return [Change(_about(key[0], which), *key[1:]) for key, which in alike.items()]


Key = tuple[str, Any]  # a kind of rule, and which of them: a channel, the subject of a cap …


def _rules(document: PolicyDocument) -> Iterator[tuple[Key, str]]:
    own: Mapping[str, Week | None] = compiled(document).own_hours
    for code in CHANNELS:
        yield ("hours", code), week(own[code])
        yield ("consent", code), consent(document, code)
    for rule in document.caps:
        yield ("cap", rule.subject()), cap(rule)
    yield ("room", ""), room(document)
    yield ("reply", ""), reply(document)
    yield ("merge", ""), merging(document)
    yield ("spread", ""), spread(document)
    yield ("burst", ""), burst(document)
    yield ("holidays", ""), holidays(document)
    yield ("loosening", ""), loosening(document)


ABOUT = {
    "hours": gettext_noop("Hours for %(what)s"),
    "consent": gettext_noop("Consent for %(what)s"),
    "cap": gettext_noop("Cap"),
    "room": gettext_noop("Room for urgent messages"),
    "reply": gettext_noop("Answers"),
    "merge": gettext_noop("Nudges"),
    "spread": gettext_noop("When the hours open"),
    "burst": gettext_noop("Many messages at once"),
    "holidays": gettext_noop("Closed days"),
    "loosening": gettext_noop("Changing this policy"),
}


def _about(kind: str, which: Sequence[Any]) -> str:
    named = joined([_(MESSAGES[one]) for one in which]) if kind in ("hours", "consent") else ""
    return _(ABOUT[kind]) % {"what": named}


def alike(codes: Sequence[str]) -> str:
    """Several channels as one name: `Text messages and calls`."""
    first, *rest = (_(MESSAGES[code]) for code in codes)
    return joined([first[:1].upper() + first[1:], *rest])
