"""What a candidate wrote: stored, understood, acted on.

Called inside the transaction that marks the raw event as worked off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from followthrough.channels.contract import Inbound
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs, understanding
from followthrough.conversations.understanding import Reading
from followthrough.core import clock
from followthrough.governance import consent
from followthrough.journeys.events import AskAnswered, Replied
from followthrough.messages.models import Ask, Message
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.runs import advance, choices, letters, revoking, service, strangers
from followthrough.runs.letters import Letter

LONGEST_ON_ITS_WAY = timedelta(days=1)  # what a provider says of older times is not believed


def received(
    sender: Sender,
    inbound: Inbound,
    *,
    raw_event_id: UUID | None,
    now: datetime,
    arrived_at: datetime | None = None,
) -> str:
    """Store what was written, understand it and act on it; returns in a few words what it was.

    A message the provider repeats changes nothing. A writer nobody knows is stored and heard:
    their opt-out counts like any other. `arrived_at` is when it came in at the door.
    """
    point = letters.point_of(sender, inbound)
    letters.lock_applications(point)
    application = letters.application_of(point)
    message = letters.store(sender, inbound, point, application, raw_event_id, now)
    if message is None:
        return "duplicate"
    ask = letters.open_ask(application)
    candidate = point.candidate if point else None
    reading = _read(inbound, ask, application, candidate)
    key, said_at = letters.key_of(sender, inbound), _said_at(inbound, arrived_at or now, now)
    letter = Letter(message, point, candidate, application, ask, reading, key, now, said_at)
    return _act(_reread(letter), automatic=inbound.automatic)


def _act(letter: Letter, *, automatic: bool) -> str:
    reading = letter.reading
    Message.objects.filter(id=letter.message.id).update(
        reading={"kind": reading.kind, "rule": reading.rule, "span": reading.span}
    )
    if letter.candidate and not automatic and reading.kind != "wrong_number":
        Candidate.objects.filter(id=letter.candidate.id).update(last_inbound_at=letter.now)
    _ACTIONS[reading.kind](letter)
    return reading.kind


def _said_at(inbound: Inbound, arrived_at: datetime, now: datetime) -> datetime:
    """When it was written, by the business clock."""
    said = inbound.at + clock.shift() if inbound.at else arrived_at
    return min(now, max(said, now - LONGEST_ON_ITS_WAY))


def _read(
    inbound: Inbound, ask: Ask | None, application: Application | None, candidate: Candidate | None
) -> Reading:
    """What it means. A second yes after the first one, or to a reminder, needs nobody."""
    kind = ask.kind if ask else None
    reading = understanding.read(
        inbound.body, ask=kind, automatic=inbound.automatic, names=_names(candidate),
        locale=candidate.locale if candidate else "",
    )  # fmt: skip
    if ask is None and reading.kind in ("unclear", "opt_in") and _confirmed(application):
        again = understanding.read(inbound.body, ask="confirmation")
        if again.kind == "confirmed":
            return Reading(kind="nothing", rule="confirmed_already", span=again.span)
    return reading


def _names(candidate: Candidate | None) -> list[str]:
    """How somebody may be called who is not them."""
    if candidate is None:
        return []
    return [candidate.given_name, f"{candidate.given_name} {candidate.family_name}"]


def _reread(letter: Letter) -> Letter:
    """What only means something after what we said last."""
    if letter.reading.kind in ("unclear", "nothing") and revoking.narrows(letter):
        reading = Reading("narrowed", "one_job", (0, len(letter.message.body)))
        return replace(letter, reading=reading)
    return letter


def _confirmed(application: Application | None) -> bool:
    """Whether the application's latest ask was answered with a yes."""
    if application is None:
        return False
    latest = Ask.objects.filter(application_id=application.id).order_by("-opened_at").first()
    return latest is not None and latest.answer == "confirmed"


# --- what follows from each reading ------------------------------------------------------------


def _stop(letter: Letter) -> None:
    revoking.stop(letter)


def _start(letter: Letter) -> None:
    if letter.point is None:
        return None
    if letter.reading.rule == "start_yes" and not _answers_opt_out(letter.point):
        return _hand_off(letter)
    lifted = consent.opt_in(
        organization_id=letter.organization_id,
        contact_point=letter.point,
        channel=letter.channel,
        basis=letter.reading.rule,
        source=letter.channel,
        evidence={"message": str(letter.message.id)},
        actor=letter.actor,
        at=letter.said_at,
    )
    choices.start(letter.point.candidate, letter.channel, at=letter.now)
    if lifted:
        service.serve(letter, service.OPTED_IN)
    return None


def _answers_opt_out(point: ContactPoint) -> bool:
    """Whether the last thing said to this address was that there will be no more messages."""
    last = service.last_said(point)
    return last is not None and (last.origin, last.key) == ("service", service.OPTED_OUT)


def _help(letter: Letter) -> None:
    service.serve(letter, "help")


def _answer(letter: Letter) -> None:
    if letter.application is None or letter.ask is None:
        return _hand_off(letter)
    answered = AskAnswered(
        key=letter.ask.key,
        answer=letter.reading.kind,
        at=letter.now,
        channel=letter.channel,
    )
    _replied(letter)
    advance.apply([(letter.application.id, answered)], now=letter.now, actor=letter.actor)
    return None


def _hand_off(letter: Letter) -> None:
    """Doubt goes to a human, and automation is silent until they have answered."""
    _replied(letter)
    if letter.candidate is None:
        return
    reason = "ambiguous_stop" if letter.reading.kind == "ambiguous_stop" else "unclear"
    handoffs.open(
        organization_id=letter.organization_id,
        candidate_id=letter.candidate.id,
        application_id=letter.application.id if letter.application else None,
        reason=reason,
        message_id=letter.message.id,
        at=letter.now,
    )


def _replied(letter: Letter) -> None:
    _tell_runs(letter, Replied(at=letter.now))


def _thanked(letter: Letter) -> None:
    if letter.message.body.strip() and letter.reading.rule != "automatic":
        _replied(letter)


_ACTIONS: dict[str, Callable[[Letter], None]] = {
    "opt_out": _stop,
    "ambiguous_stop": _hand_off,
    "narrowed": revoking.narrow,
    "opt_in": _start,
    "help": _help,
    "wrong_number": strangers.wrong_number,
    "confirmed": _answer,
    "declined": _answer,
    "unclear": _hand_off,
    "nothing": _thanked,
}


def _tell_runs(letter: Letter, event: Replied) -> None:
    """Every application of the person hears it: they wrote to the company, not to a form."""
    if letter.candidate is None:
        return
    ids = Application.objects.filter(candidate_id=letter.candidate.id).values_list("id", flat=True)
    changes = [(one, event) for one in sorted(ids)]
    advance.apply(changes, now=letter.now, actor=letter.actor)
