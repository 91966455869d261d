"""What happened, in words. Receipts have their own (`governance.words`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.audit.models import Fact
from followthrough.core.zones import local
from followthrough.governance import optout_phrases, phrases, words
from followthrough.governance.models import ConsentEntry
from followthrough.journeys import versions
from followthrough.journeys.models import Version
from followthrough.messages.models import Message, Receipt, Touch
from followthrough.people.models import ContactPoint, StageChange, WriteBack
from followthrough.people.stages import Stage


@dataclass(frozen=True)
class Explained:
    """A receipt as sentences: what was decided, each check, and the map that planned it."""

    said: str
    checks: Sequence[words.Checked]
    version: str


@dataclass(frozen=True)
class Wall:
    """A clock on a wall: its zone, and where people say it hangs (`Reno`)."""

    zone: str
    place: str


def receipt(row: Receipt, wall: Wall, versions: Mapping[UUID, Version]) -> Explained:
    """A receipt in words, with times by the candidate's clock."""
    given = {"zone": wall.zone, "place": wall.place}
    version = versions.get(row.version_id) if row.version_id else None
    return Explained(
        words.sentence(row, **given), words.checked(row, **given), _planned_by(version)
    )


def _planned_by(version: Version | None) -> str:
    if version is None:
        return ""
    names = {"map": version.map.name, "number": version.number}
    return _("Planned by version %(number)s of the map “%(map)s”.") % names


def reason(row: Receipt, wall: Wall) -> str:
    """Why something did not go out, for a line that names the verdict already."""
    if row.verdict == "hold":
        why = _(HELD.get(row.code, _readable(row.code)))
        until = moment(row.until, wall.zone) if row.until else ""
        return _("until %(until)s: %(why)s") % {"until": until, "why": why} if until else why
    return words.reason(row, zone=wall.zone, place=wall.place)


def moment(at: datetime, zone: str) -> str:
    """`Tue 4 Jun, 14:00` by the wall clock of `zone`."""
    return date_format(local(at, zone).replace(tzinfo=None), "D j M, H:i")


def day(at: datetime, zone: str) -> str:
    """`4 Jun` by the wall clock of `zone`."""
    return date_format(local(at, zone).replace(tzinfo=None), "j M")


def dated(at: datetime, wall: Wall) -> str:
    """`Tue 4 Jun, 14:00 (Reno)`."""
    return f"{moment(at, wall.zone)} ({wall.place})"


def place(zone: str) -> str:
    """The city a zone is named after: `Los Angeles`."""
    return zone.rpartition("/")[2].replace("_", " ")


def label(key: str) -> str:
    """A name from a map or the ATS as words: `interview_reminder` is `Interview reminder`."""
    return re.sub(r"[_\-]", " ", str(key)).capitalize()  # `key` may be a lazy text


def touch_name(key: str) -> str:
    """A message by its key in the map: `visit_confirm.reply` answers what was said to that."""
    name, _dot, reply = key.partition(".")
    return _("%(name)s: our answer") % {"name": label(name)} if reply else label(name)


LATE = timedelta(minutes=2)  # what we see later than that says when it happened


def moved(row: StageChange, wall: Wall) -> str:
    """A stage change, with its time in the ATS where we saw it later."""
    if row.source_time is None or row.observed_at - row.source_time < LATE:
        return _moved(row)
    told = {"said": _moved(row), "when": moment(row.source_time, wall.zone)}
    return _("%(said)s; in the ATS since %(when)s") % told


def _moved(row: StageChange) -> str:
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
    "started_run": gettext_noop("Its message map begins; it was assigned by %(rule)s."),
    "moved_run": gettext_noop("It goes on in version %(number)s of “%(map)s”."),
    "left_behind": gettext_noop("It could not go on in version %(number)s and stays in its own."),
    "ended_run": gettext_noop("Its message map ended: %(reason)s."),
    "unmatched_run": gettext_noop("No rule gives it this message map any more; %(then)s."),
    "left_unmatched": gettext_noop(
        "The rules say something else of it now, and an error kept it from being changed: it stays"
        " as it is until they are saved again or the ATS changes it."
    ),
    "matched_run": gettext_noop("A rule gives it this message map again."),
    "kept_from_ats": gettext_noop("Shadow: the ATS was not told what it would have been told."),
}


def fact(row: Fact, wall: Wall) -> str:
    """A fact about an application or its run (one of FACTS)."""
    why = dict(row.why)
    if row.verb == "moved_anchor":
        name, at = label(why["anchor"]), why.get("at")
        if not at:
            return _("%(anchor)s taken away") % {"anchor": name}
        when = dated(datetime.fromisoformat(at), wall)
        return _(FACTS[row.verb]) % {"anchor": name, "when": when}
    if row.verb in ("moved_run", "left_behind"):
        to = UUID(why["to"])
        said = {"number": versions.number(to), "map": versions.document(to).name}
        return _(FACTS[row.verb]) % said
    told = {
        "rule": rule(why.get("rule", "")),
        "reason": _(REASONS.get(why.get("reason", ""), _readable(why.get("reason", "")))),
        "then": _(THEN.get(why.get("then", ""), "")),
    }
    return _(FACTS[row.verb]) % told


REASONS = {"unmatched": gettext_noop("no rule gives it this map any more")}
THEN = {
    "note": gettext_noop("it stays in it"),
    "pause": gettext_noop("it is paused until one does"),
    "end": gettext_noop("so it ends here"),
}
RULES = {
    "connection": gettext_noop("the connection"),
    "family": gettext_noop("the job family"),
    "site": gettext_noop("the site"),
    "requisition": gettext_noop("the job itself"),
    "default": gettext_noop("default"),
}


def rule(code: str) -> str:
    """Which fields an assignment went by: `family+site` is `the job family and the site`."""
    fields = code.split("+")
    return _(" and ").join(_(RULES.get(field, field)) for field in fields)


def _readable(code: str) -> str:
    return code.replace("_", " ")


CHANNELS = {
    "sms": gettext_noop("by text"),
    "email": gettext_noop("by mail"),
    "": gettext_noop("on any channel"),
}
BASES = {
    "application_form": gettext_noop("they said so on the application form"),
    "start": gettext_noop("they wrote START"),
    "start_yes": gettext_noop("they wrote YES"),
    "stop": gettext_noop("they wrote STOP"),
    "provider_block": gettext_noop("the provider knows of it"),
    "form_with_number": gettext_noop("they said so on a form that named the address"),
    "by_phone": gettext_noop("they said so on the phone"),
    "in_person": gettext_noop("they said so in person"),
    "by_letter": gettext_noop("they wrote a letter"),
    "by_mail_elsewhere": gettext_noop("they wrote to another mail address"),
    "otherwise": gettext_noop("they said so"),
    "meant_stop": gettext_noop("a person judged that they meant it"),
    "not_meant": gettext_noop("a person judged that they did not mean it"),
    "provisional": gettext_noop("they may have said so; a person has to confirm it"),
    "narrowed": gettext_noop("they chose what to stop"),
    "wrong_number": gettext_noop("whoever has the number says that it is not the candidate's"),
    "preference_page": gettext_noop("they chose it on their page"),
    "taken_back": gettext_noop("they took back that they had stopped it"),
    "one_click": gettext_noop("they unsubscribed in their mail program"),
}
ASKED = frozenset(optout_phrases.RULES)


def consent(row: ConsentEntry) -> str:
    """An entry of the consent ledger."""
    what = {
        "channel": _(CHANNELS.get(row.channel, row.channel)), "basis": basis(row.basis),
        "about": about(row.scope, row.purpose),
    }  # fmt: skip
    if row.state == ConsentEntry.State.LIFTED:
        return _("An opt-out is taken back: %(basis)s.") % what
    if row.state == ConsentEntry.State.GRANTED:
        return _("May be contacted %(channel)s%(about)s: %(basis)s.") % what
    return _("No more messages %(channel)s%(about)s: %(basis)s.") % what


def about(scope: Mapping[str, str], purpose: str) -> str:
    """What a narrower wish or consent is about, to stand behind the channel; '' for everything."""
    parts = [_(" about this %(kind)s (%(name)s)") % {"kind": _(SCOPES[kind]), "name": name}
             for kind, name in scope.items()]  # fmt: skip
    parts += [_(" for this purpose: %(name)s") % {"name": label(purpose)}] if purpose else []
    return "".join(parts)


SCOPES = {
    "requisition": gettext_noop("job"),
    "family": gettext_noop("job family"),
    "brand": gettext_noop("brand"),
}


def basis(code: str) -> str:
    """Why an entry was made: for a reason that has a name, or by some rule about their words."""
    if code in BASES:
        return _(BASES[code])
    return _("they asked for it") if code in ASKED else _readable(code)


READINGS = {
    "confirmed": gettext_noop("Understood as a yes"),
    "declined": gettext_noop("Understood as a no"),
    "opt_out": gettext_noop("Understood as: stop all messages"),
    "ambiguous_stop": gettext_noop("May mean: stop messages. A person has to look"),
    "opt_in": gettext_noop("Understood as: messages again"),
    "help": gettext_noop("Asked for help"),
    "narrowed": gettext_noop("Understood as: stop only the messages about this job"),
    "wrong_number": gettext_noop("Somebody else has this number: it is not used any more"),
    "unclear": gettext_noop("Left to a person"),
    "nothing": gettext_noop("Needs no answer"),
}
BECAUSE = {  # the rules that need saying; the others say what the reading says
    "nothing_open": gettext_noop("no yes-or-no question was open"),
    "not_understood": gettext_noop("it is no clear yes or no"),
    "doubt": gettext_noop("it sounds doubtful, or asks something"),
    "time": gettext_noop("it names another time"),
    "both": gettext_noop("it says yes and no"),
    "reaction": gettext_noop("it is only a reaction"),
    "automatic": gettext_noop("a machine wrote it"),
    "empty": gettext_noop("it is empty"),
    "thanks": gettext_noop("it says thanks"),
    "confirmed_already": gettext_noop("they had said yes before"),
}


def reading(row: Message) -> str:
    """What an inbound message was understood as, and why; '' for outgoing ones."""
    if not row.reading:
        return ""
    kind, rule = row.reading.get("kind", ""), row.reading.get("rule", "")
    said = _(READINGS[kind]) if kind in READINGS else label(kind)
    return f"{said}: {_(BECAUSE[rule])}" if rule in BECAUSE else said


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


HELD = {
    "paused": gettext_noop("they paused their messages"),
    "quiet_hours": gettext_noop("it is outside the hours the policy allows there"),
    "legal_hours": gettext_noop("it is outside the hours the law allows there"),
    "map_hours": gettext_noop("it is outside the hours the message map allows there"),
    "caps": gettext_noop("they have had as many messages as a cap allows"),
    "legal_caps": gettext_noop("they have had as many messages as the law allows"),
    "frozen": gettext_noop("a person has to answer first"),
    "no_zone": gettext_noop("nobody knows their time zone"),
    "no_common_hour": gettext_noop("no hour suits every zone they may be in"),
    "no_sender": gettext_noop("there is no sender for it"),
    "sender_inactive": gettext_noop("its sender is paused"),
    "throttled": gettext_noop("the provider asked to wait"),
    "misconfigured": gettext_noop("its sender is set up wrongly"),
}


def held_for(row: Touch) -> str:
    """Why a planned message waits, beyond its time; '' when it simply is not due yet."""
    code = row.held_for
    return _("Held: %(why)s") % {"why": _(HELD.get(code, _readable(code)))} if code else ""


UNUSABLE = {
    **phrases.UNUSABLE,
    "gone": gettext_noop("the ATS does not list it any more"),
    "unreachable": gettext_noop("messages to it do not arrive"),
    "undelivered": gettext_noop("messages to it do not arrive"),
    "bounced": gettext_noop("mail to it comes back"),
    "wrong_number": gettext_noop("whoever has it is not the candidate"),
}


def unusable(row: ContactPoint) -> str:
    """Why an address is not used; '' when it is."""
    code = row.unusable_reason
    return "" if row.usable else _(UNUSABLE.get(code, _readable(code)))
