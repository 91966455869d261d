"""How a connection or a sender does, in words: a state, why, and what to do about it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.channels import registry as channels
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.intake.ats import registry as systems
from followthrough.people.models import Connection
from followthrough.web.console.health import Failing, Health
from followthrough.web.templatetags.console import short, span

SILENT_AFTER = timedelta(days=1)  # no event for so long is worth a look

KINDS = {
    "generic": gettext_noop("Generic webhook"),
    "greenhouse": gettext_noop("Greenhouse"),
    "sandbox": gettext_noop("Sandbox: reaches nobody outside"),
    "http": gettext_noop("HTTP gateway"),
    "email": gettext_noop("Mail server (SMTP)"),
}


class State(NamedTuple):
    """`kind` is one of the console's meanings; `name` a word or two; then why, and what to do."""

    kind: str
    name: str
    why: str = ""
    remedy: str = ""


def kind(source: Connection | Sender) -> str:
    """What it is linked to."""
    code = source.adapter if isinstance(source, Sender) else source.kind
    return _(KINDS[code]) if code in KINDS else code


def state(health: Health) -> State:
    """How it does now: the worst of what is known."""
    return _sender(health) if isinstance(health.source, Sender) else _connection(health)


# --- an ATS --------------------------------------------------------------------------------------


def _connection(health: Health) -> State:
    source = health.source
    assert isinstance(source, Connection)
    return _set_up(source) or _in_trouble(health) or _heard(health)


def _set_up(source: Connection) -> State | None:
    if not source.active:
        return State("stopped", _("Paused"), _("Its webhooks are not taken."))
    if source.kind not in systems.ADAPTERS:
        return _missing(source.kind)
    if not source.webhook_secrets:
        return State(
            "person",
            _("Set up wrongly"),
            _("It has no secret to verify webhooks with, so each one is refused."),
            _("Enter the secret that the ATS signs with."),
        )
    return None


def _missing(name: str) -> State:
    why = _("This installation has no adapter called “%(name)s”.") % {"name": name}
    return State("person", _("Set up wrongly"), why, _("Install it, or choose another."))


def _in_trouble(health: Health) -> State | None:
    """Whatever waits because something went wrong."""
    problem = health.events.problem or health.write_backs.problem
    if not problem:
        return None
    count = health.events.count + health.write_backs.count
    remedy = _("It is tried again by itself; %(n)s wait and nothing is lost.") % {"n": count}
    return State("person", _("Failing"), fault(problem), remedy)


def _heard(health: Health) -> State:
    last = health.last_event_at
    if last is None:
        remedy = _("Enter the address of its webhook in the ATS, then change an application there.")
        return State("held", _("Not heard of yet"), _("No event has come in."), remedy)
    if clock.now() - last > SILENT_AFTER:
        return State(
            "held",
            _("Silent"),
            _("Silent since %(at)s, for %(time)s.") % _since(last),
            _("If people did work in the ATS meanwhile, look there whether its webhook is on."),
        )
    return State("kept", _("Working"))


def _since(at: datetime) -> dict[str, str]:
    return {"at": short(at), "time": span(clock.now() - at)}


# --- a sender ------------------------------------------------------------------------------------


def _sender(health: Health) -> State:
    source = health.source
    assert isinstance(source, Sender)
    if not source.active:
        why = _("Nothing leaves by it, and its webhooks are not taken. Messages are held.")
        return State("stopped", _("Paused"), why)
    if not channels.installed(source.adapter):
        return _missing(source.adapter)
    if health.frozen:
        at = {"at": short(health.frozen.begun_at)}
        return State("stopped", _("Stopped"), _("A person stopped it %(at)s.") % at)
    return _failing(health) or _working(health)


# What the newest hand-over says about the sender itself, by the kind of its error. Other kinds
# (an address that cannot be reached, an opt-out …) are about one message.
ABOUT_THE_SENDER = {
    "misconfigured": (
        "person",
        gettext_noop("Set up wrongly"),
        gettext_noop("The provider takes nothing from it as it is set up (%(code)s)."),
        gettext_noop("Check its account, password and address. Messages wait and are tried again"
                     " every ten minutes."),
    ),
    "throttled": (
        "held",
        gettext_noop("Slowed down"),
        gettext_noop("The provider asked to wait (%(code)s)."),
        gettext_noop("Nothing to do: messages go out when it allows them again."),
    ),
    "outcome_unknown": (
        "held",
        gettext_noop("Not answering"),
        gettext_noop("The provider does not say whether messages went out (%(code)s)."),
        gettext_noop("It is asked again before anything is sent twice; if it stays so, a person is"
                     " told about each message."),
    ),
}  # fmt: skip


def _failing(health: Health) -> State | None:
    last = health.last_error
    kind, code = error(last) if last else ("", "")
    if kind not in ABOUT_THE_SENDER:
        return None
    meaning, name, why, remedy = ABOUT_THE_SENDER[kind]
    return State(meaning, _(name), _(why) % {"code": code}, _(remedy))


def _working(health: Health) -> State:
    if health.events.problem:
        return State("person", _("Failing"), fault(health.events.problem),
                     _("What came in is tried again by itself; nothing is lost."))  # fmt: skip
    return State("kept", _("Working"))


# --- single errors -------------------------------------------------------------------------------

ERRORS = {
    "misconfigured": gettext_noop("the sender is set up wrongly"),
    "throttled": gettext_noop("the provider asked to wait"),
    "outcome_unknown": gettext_noop("nobody could say whether it went out"),
    "unreachable": gettext_noop("nobody can be reached at the address"),
    "rejected": gettext_noop("the provider refused the message"),
    "opted_out": gettext_noop("the provider knows of an opt-out"),
}


def error(failing: Failing) -> tuple[str, str]:
    """The kind of an attempt's error, and the provider's code."""
    kind, _colon, code = failing.error.partition(":")
    return kind or "outcome_unknown", code


def failed(failing: Failing) -> str:
    """What happened to such messages, with the provider's code."""
    kind, code = error(failing)
    said = _(ERRORS[kind]) if kind in ERRORS else kind.replace("_", " ")
    return f"{said} ({code})" if code else said


_COLON = re.compile(r": (?=[a-z])")  # between a thing and its reason: `The ATS: answered 404.`


def fault(problem: str) -> str:
    """What a row says of why it waits or is parked: our own errors explain themselves, of others
    only the name is kept."""
    if " " in problem:
        return _COLON.sub(" ", problem, count=1)
    text = _("A fault of ours (%(name)s).") % {"name": problem or _("without a name")}
    return f"{text} {_('Put it back after an update; if it comes again, report it.')}"
