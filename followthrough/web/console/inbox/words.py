"""Handoffs in words: what happened, how long it waits, whose it is, what to do next."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff

Reason = Handoff.Reason

# What stands after the name of the candidate.
HAPPENED = {
    Reason.UNCLEAR: gettext_noop("needs an answer"),
    Reason.DECLINED: gettext_noop("said no"),
    Reason.AMBIGUOUS_STOP: gettext_noop("may want no more messages"),
    Reason.OPTED_OUT: gettext_noop("wants no more messages, and has an interview ahead"),
    Reason.UNKNOWN_OUTCOME: gettext_noop("may have got a message, or not"),
    Reason.UNREACHABLE: gettext_noop("did not get a message"),
    Reason.PROVISIONAL_STOP: gettext_noop("may have asked for silence, and gets no messages"),
    Reason.WRONG_NUMBER: gettext_noop("has a number that is somebody else's"),
    Reason.CARRIER_BLOCK: gettext_noop("has a number that the carrier blocks"),
    Reason.NO_ZONE: gettext_noop("may be in any time zone, so messages wait"),
}
# And in which words.
WROTE = frozenset({Reason.UNCLEAR, Reason.DECLINED, Reason.AMBIGUOUS_STOP, Reason.CARRIER_BLOCK})
NEXT = {
    Reason.UNCLEAR: gettext_noop("Answer them, then resolve it: automation is silent until then."),
    Reason.DECLINED: gettext_noop(
        "Find another time with them, or close the application in the ATS; then resolve it."
        " Automation is silent until then."
    ),
    Reason.AMBIGUOUS_STOP: gettext_noop(
        "Read what they wrote and say what they meant; if you cannot tell, ask them. Automation is"
        " silent until then."
    ),
    Reason.OPTED_OUT: gettext_noop(
        "They want no more messages on one of their addresses. Call them about the interview, or"
        " write where they still allow it; then resolve."
    ),
    Reason.UNKNOWN_OUTCOME: gettext_noop(
        "The provider could not say whether it arrived, so it is not sent again. Ask them, or look"
        " at the provider; then resolve."
    ),
    Reason.UNREACHABLE: gettext_noop(
        "No message arrives. Correct the number or the address in the ATS, or call; then resolve."
    ),
    Reason.PROVISIONAL_STOP: gettext_noop(
        "Listen to what they said and say what they meant. Until then nothing is sent to them."
    ),
    Reason.WRONG_NUMBER: gettext_noop(
        "Whoever has the number says that it is not theirs, so it is not used any more. Find the"
        " right one and enter it in the ATS; then resolve."
    ),
    Reason.CARRIER_BLOCK: gettext_noop(
        "What they wrote was no opt-out, but the carrier took it for one. Ask them by mail or on"
        " the phone to text START; then resolve."
    ),
    Reason.NO_ZONE: gettext_noop(
        "No hour is known to be allowed where they are. Ask them which city they are in, by mail"
        " where that is open, and put the address or the time zone into the ATS; then resolve."
    ),
}

# These say so themselves.
CORRECTED = frozenset({Reason.UNKNOWN_OUTCOME, Reason.UNREACHABLE, Reason.PROVISIONAL_STOP,
                       Reason.AMBIGUOUS_STOP, Reason.WRONG_NUMBER})  # fmt: skip
# What to do about somebody whom nothing can be written to, whatever the reason.
CALL = gettext_noop(
    "Nothing can be written to them. Call them about it, or change it in the ATS; then resolve."
)


def happened(row: Handoff) -> str:
    """What happened, to stand after their name."""
    return _(HAPPENED[Reason(row.reason)])


def what_next(row: Handoff, *, writable: bool) -> str:
    """What to do about it, in a sentence; `writable`: a message could reach them."""
    return _(NEXT[Reason(row.reason)] if writable or row.reason in CORRECTED else CALL)


def brief(length: timedelta) -> str:
    """A length of time in its largest unit: `3 hours`."""
    minutes = _minutes(length)
    if minutes >= TWO_DAYS:
        return ngettext("%(n)s day", "%(n)s days", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 60:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def short(length: timedelta) -> str:
    """The same where there is little room: `3 h`."""
    minutes = _minutes(length)
    if minutes >= TWO_DAYS:
        return ngettext("%(n)s day", "%(n)s days", minutes // 1440) % {"n": minutes // 1440}
    if minutes >= 60:
        return _("%(n)s h") % {"n": minutes // 60}
    return _("%(n)s min") % {"n": minutes}


TWO_DAYS = 2880


def _minutes(length: timedelta) -> int:
    return int(abs(length).total_seconds() // 60)


def waits(row: Handoff, now: datetime) -> str:
    """How long it waits."""
    return _("waiting %(time)s") % {"time": short(now - row.opened_at)}


def due(row: Handoff, now: datetime) -> str:
    """When it is due."""
    time = short(row.due_at - now)
    return (_("overdue by %(time)s") if row.due_at < now else _("due in %(time)s")) % {"time": time}


def answered(at: datetime, now: datetime) -> str:
    """That the last word is a member's."""
    return _("answered %(time)s ago") % {"time": short(now - at)}


def whose(row: Handoff, viewer: Member) -> str:
    """Whose it is, for whoever looks."""
    if row.owner is None:
        return _("nobody’s")
    if row.owner_id == viewer.id:
        return _("yours")
    return _("%(name)s’s") % {"name": row.owner.user.name}


def took(row: Handoff) -> str:
    """How long it took until it was resolved."""
    assert row.resolved_at is not None
    return _("it took %(time)s") % {"time": short(row.resolved_at - row.opened_at)}
