"""What happened, in words. Receipts have their own (`governance.words`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.audit.models import Fact
from followthrough.core.zones import local
from followthrough.governance import words
from followthrough.governance.models import ConsentEntry
from followthrough.messages.models import Message, Receipt, Touch
from followthrough.people.models import StageChange, WriteBack
from followthrough.people.stages import Stage


@dataclass(frozen=True)
class Explained:
    """A receipt as sentences: what was decided, and each check under it."""

    said: str
    checks: Sequence[str]


def receipt(row: Receipt, zone: str) -> Explained:
    """A receipt in words, with times in the candidate's zone."""
    return Explained(words.sentence(row, zone=zone), words.check_sentences(row, zone=zone))


def moment(at: datetime, zone: str) -> str:
    """`Tue 4 Jun, 14:00` by the wall clock of `zone`."""
    return date_format(local(at, zone).replace(tzinfo=None), "D j M, H:i")


def place(zone: str) -> str:
    """A zone as people call it: `Los Angeles time`."""
    return _("%(place)s time") % {"place": zone.rpartition("/")[2].replace("_", " ")}


def label(key: str) -> str:
    """A name from a map or the ATS as words: `interview_reminder` is `Interview reminder`."""
    return key.replace("_", " ").replace("-", " ").capitalize()


def moved(row: StageChange) -> str:
    """A stage change."""
    if row.to_stage == Stage.UNMAPPED:
        text = _(
            "The ATS moved it to “%(ats)s”, which is not mapped to a stage: no message follows."
        )
        return text % {"ats": row.ats_stage}
    names = {"stage": Stage(row.to_stage).label, "ats": row.ats_stage}
    if names["stage"].lower() == row.ats_stage.lower():
        return _("Stage: %(stage)s") % names
    return _("Stage: %(stage)s (“%(ats)s” in the ATS)") % names


FACTS = {
    "moved_anchor": gettext_noop("%(anchor)s set for %(when)s"),
    "found_no_map": gettext_noop("No message map is assigned to it: no message follows."),
    "started_run": gettext_noop("Started in its message map, chosen by %(rule)s"),
    "ended_run": gettext_noop("Its message map ended: %(reason)s"),
}


def fact(row: Fact, zone: str) -> str:
    """A fact about an application or its run (one of FACTS)."""
    why = dict(row.why)
    if row.verb == "moved_anchor":
        name, at = label(why["anchor"]), why.get("at")
        if not at:
            return _("%(anchor)s taken away") % {"anchor": name}
        when = f"{moment(datetime.fromisoformat(at), zone)} ({place(zone)})"
        return _(FACTS[row.verb]) % {"anchor": name, "when": when}
    known = {name: _readable(str(why.get(name, ""))) for name in ("rule", "reason")}
    return _(FACTS[row.verb]) % known


def _readable(code: str) -> str:
    return code.replace("_", " ").replace("+", _(" and "))


CHANNELS = {"sms": gettext_noop("texts"), "email": gettext_noop("mails"), "": gettext_noop("all")}


def consent(row: ConsentEntry) -> str:
    """An entry of the consent ledger."""
    what = {"channel": _(CHANNELS.get(row.channel, row.channel)), "basis": _readable(row.basis)}
    if row.state == ConsentEntry.State.GRANTED:
        return _("May be contacted by %(channel)s (%(basis)s)") % what
    return _("Opted out of %(channel)s (%(basis)s)") % what


READINGS = {
    "confirmed": gettext_noop("Understood as a yes"),
    "declined": gettext_noop("Understood as a no"),
    "opt_out": gettext_noop("Understood as: stop all messages"),
    "ambiguous_stop": gettext_noop("May mean: stop messages. A person has to look"),
    "opt_in": gettext_noop("Understood as: messages again"),
    "help": gettext_noop("Asked for help"),
    "unclear": gettext_noop("Not understood: a person has to look"),
    "nothing": gettext_noop("Needs no answer"),
}


def reading(row: Message) -> str:
    """What an inbound message was understood as, and by which rule; '' for outgoing ones."""
    if not row.reading:
        return ""
    kind, rule = row.reading.get("kind", ""), row.reading.get("rule", "")
    said = _(READINGS[kind]) if kind in READINGS else label(kind)
    return (
        _("%(said)s (rule: %(rule)s)") % {"said": said, "rule": _readable(rule)} if rule else said
    )


DELIVERIES = {
    "": gettext_noop("handed over"),
    "delivered": gettext_noop("delivered"),
    "undelivered": gettext_noop("not delivered"),
    "bounced": gettext_noop("bounced"),
    "complained": gettext_noop("reported as spam"),
}


def delivery(row: Message) -> str:
    """What the provider last said of an outgoing message."""
    return _(DELIVERIES[row.delivery]) if row.delivery in DELIVERIES else label(row.delivery)


def written_back(row: WriteBack) -> str:
    """What the ATS is told."""
    if row.kind == "note":
        return str(row.payload.get("text", ""))
    return f"{label(str(row.payload.get('field', row.kind)))}: {shown(row.payload.get('value'))}"


def shown(value: object) -> str:
    """A field's value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def held_for(row: Touch) -> str:
    """Why a planned message waits, beyond its time; '' when it simply is not due yet."""
    return _("Held: %(why)s") % {"why": _readable(row.held_for)} if row.held_for else ""
