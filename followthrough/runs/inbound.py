"""What a candidate wrote: stored, understood, acted on.

Called inside the transaction that marks the raw event as worked off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from followthrough.audit.facts import Actor
from followthrough.channels.contract import Inbound
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs, understanding
from followthrough.conversations.understanding import Reading
from followthrough.governance import consent
from followthrough.journeys.events import AskAnswered, OptedOut, Replied
from followthrough.messages import planning
from followthrough.messages.models import Ask, Message, Touch
from followthrough.people.contacts import CHANNEL_KIND, address_key, read_address
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.runs import advance, choices, service_texts


@dataclass(frozen=True)
class Letter:
    """An inbound message with everyone it concerns."""

    sender: Sender
    message: Message
    point: ContactPoint | None
    candidate: Candidate | None
    application: Application | None
    ask: Ask | None
    reading: Reading
    address_key: str  # of the address written from, whether or not anybody here has it
    now: datetime

    @property
    def actor(self) -> Actor:
        return Actor("candidate", str(self.candidate.id if self.candidate else self.message.id))


def received(sender: Sender, inbound: Inbound, *, raw_event_id: UUID | None, now: datetime) -> str:
    """Store what was written, understand it and act on it; returns in a few words what it was.

    A message the provider repeats changes nothing. A writer nobody knows is stored and heard:
    their opt-out counts like any other.
    """
    point = _point(sender, inbound)
    _lock_applications(point)
    application = _application(point)
    message = _store(sender, inbound, point, application, raw_event_id, now)
    if message is None:
        return "duplicate"
    ask = _open_ask(application)
    reading = _read(inbound, ask, application)
    Message.objects.filter(id=message.id).update(
        reading={"kind": reading.kind, "rule": reading.rule, "span": reading.span}
    )
    candidate = point.candidate if point else None
    key = _key(sender, inbound)
    letter = Letter(sender, message, point, candidate, application, ask, reading, key, now)
    _ACTIONS[reading.kind](letter)
    return reading.kind


def _read(inbound: Inbound, ask: Ask | None, application: Application | None) -> Reading:
    """What it means. A second yes after the first one, or to a reminder, needs nobody."""
    kind = ask.kind if ask else None
    reading = understanding.read(inbound.body, ask=kind, automatic=inbound.automatic)
    if ask is None and reading.kind in ("unclear", "opt_in") and _confirmed(application):
        again = understanding.read(inbound.body, ask="confirmation")
        if again.kind == "confirmed":
            return Reading(kind="nothing", rule="confirmed_already", span=again.span)
    return reading


def _confirmed(application: Application | None) -> bool:
    """Whether the application's latest ask was answered with a yes."""
    if application is None:
        return False
    latest = Ask.objects.filter(application_id=application.id).order_by("-opened_at").first()
    return latest is not None and latest.answer == "confirmed"


def _point(sender: Sender, inbound: Inbound) -> ContactPoint | None:
    """The contact point written from. On a shared phone: whom we last wrote to there."""
    key = _key(sender, inbound)
    points = list(
        ContactPoint.objects.filter(organization_id=sender.organization_id, address_key=key)
        .exclude(address_key="")
        .select_related("candidate")
        .order_by("id")
    )
    if len(points) < 2:
        return points[0] if points else None
    last = (
        Message.objects.filter(
            candidate_id__in=[point.candidate_id for point in points],
            contact_point_id__in=[point.id for point in points],
            direction="out",
        )
        .exclude(delivery="not_sent")
        .order_by("-id")
        .values_list("contact_point_id", flat=True)
        .first()
    )
    return next((point for point in points if point.id == last), points[0])


def _key(sender: Sender, inbound: Inbound) -> str:
    kind, country = CHANNEL_KIND[sender.channel], sender.organization.country
    return address_key(read_address(kind, inbound.sender_address, country=country).address)


def _lock_applications(point: ContactPoint | None) -> None:
    """Applications are locked before anything else is written, everywhere in the same order."""
    if point:
        advance.lock(_of_everyone_on(point).values_list("id", flat=True))


def _of_everyone_on(point: ContactPoint) -> QuerySet[Application]:
    """The applications of everyone who has this address."""
    people = ContactPoint.objects.filter(
        organization_id=point.organization_id, address_key=point.address_key
    )
    return Application.objects.filter(candidate_id__in=people.values("candidate_id"))


def _application(point: ContactPoint | None) -> Application | None:
    """The application last written about; else the newest one."""
    if point is None:
        return None
    last = (
        Message.objects.filter(candidate_id=point.candidate_id, direction="out")
        .exclude(application_id=None)
        .exclude(delivery="not_sent")
        .order_by("-id")
        .values_list("application_id", flat=True)
        .first()
    )
    theirs = Application.objects.filter(candidate_id=point.candidate_id).select_related("run")
    found = theirs.filter(id=last).first() if last else None
    return found or theirs.order_by("-id").first()


def _store(
    sender: Sender,
    inbound: Inbound,
    point: ContactPoint | None,
    application: Application | None,
    raw_event_id: UUID | None,
    now: datetime,
) -> Message | None:
    """The stored message, or None when this provider message is stored already."""
    message = Message(
        organization_id=sender.organization_id,
        application=application,
        candidate_id=point.candidate_id if point else None,
        contact_point=point,
        direction="in",
        channel=sender.channel,
        sender_id=sender.id,
        raw_event_id=raw_event_id,
        subject=inbound.subject[:500],
        body=inbound.body.replace("\x00", ""),
        provider_id=inbound.provider_id[:200],
        at=now,
    )
    repeated = Message.objects.filter(
        sender_id=sender.id, provider_id=message.provider_id, direction="in"
    )
    if repeated.exists():
        return None
    message.save(force_insert=True)
    if point and not inbound.automatic:
        Candidate.objects.filter(id=point.candidate_id).update(last_inbound_at=now)
    return message


def _open_ask(application: Application | None) -> Ask | None:
    """The latest ask of the application that still waits for an answer."""
    if application is None:
        return None
    waiting = Ask.objects.filter(application_id=application.id, state="open")
    return waiting.order_by("-opened_at").first()


# --- what follows from each reading ------------------------------------------------------------


def _stop(letter: Letter) -> None:
    """STOP: the address is blocked for everyone on it; one confirmation; interviews ahead are
    handed to a person."""
    blocked = consent.opt_out(
        organization_id=letter.sender.organization_id,
        contact_point=letter.point,
        address_key=letter.address_key,
        channel=letter.sender.channel,
        basis=letter.reading.rule,
        source=letter.sender.channel,
        evidence={"message": str(letter.message.id)},
        actor=letter.actor,
        at=letter.now,
    )
    if blocked and letter.candidate:
        _serve(letter, "opted_out")
    if letter.point:
        stopped = _of_everyone_on(letter.point).order_by("id").values_list("id", flat=True)
        heard = [(one, OptedOut(at=letter.now)) for one in stopped]
        advance.apply(heard, now=letter.now, actor=letter.actor)


def _start(letter: Letter) -> None:
    if letter.point is None:
        return None
    if letter.reading.rule == "start_yes" and not _answers_opt_out(letter.point):
        return _hand_off(letter)
    lifted = consent.opt_in(
        organization_id=letter.sender.organization_id,
        contact_point=letter.point,
        channel=letter.sender.channel,
        basis=letter.reading.rule,
        source=letter.sender.channel,
        evidence={"message": str(letter.message.id)},
        actor=letter.actor,
        at=letter.now,
    )
    choices.start(letter.point.candidate, letter.sender.channel, at=letter.now)
    if lifted:
        _serve(letter, "opted_in")
    return None


def _answers_opt_out(point: ContactPoint) -> bool:
    """Whether the last thing said to this address was that there will be no more messages."""
    last = (
        Message.objects.filter(candidate_id=point.candidate_id, contact_point_id=point.id)
        .filter(direction="out")
        .exclude(delivery="not_sent")
        .order_by("-id")
        .values_list("touch_id", flat=True)
        .first()
    )
    return Touch.objects.filter(id=last, origin="service", key="opted_out").exists()


def _help(letter: Letter) -> None:
    if letter.candidate:
        _serve(letter, "help")


def _answer(letter: Letter) -> None:
    if letter.application is None or letter.ask is None:
        return _hand_off(letter)
    answered = AskAnswered(
        key=letter.ask.key,
        answer=letter.reading.kind,
        at=letter.now,
        channel=letter.sender.channel,
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
        organization_id=letter.sender.organization_id,
        candidate_id=letter.candidate.id,
        application_id=letter.application.id if letter.application else None,
        reason=reason,
        message_id=letter.message.id,
        at=letter.now,
    )


def _replied(letter: Letter) -> None:
    _tell_runs(letter, Replied(at=letter.now))


def _ignore(letter: Letter) -> None:
    """A machine's answer, or nothing at all: it engages nobody and is answered by nobody."""


def _thanked(letter: Letter) -> None:
    if letter.message.body.strip() and letter.reading.rule != "automatic":
        _replied(letter)


_ACTIONS: dict[str, Callable[[Letter], None]] = {
    "opt_out": _stop,
    "ambiguous_stop": _hand_off,
    "opt_in": _start,
    "help": _help,
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


def _serve(letter: Letter, text: str) -> None:
    """Plan a service message: sent at once or, after five minutes, never."""
    assert letter.candidate is not None
    channel = letter.sender.channel
    planning.plan(
        [
            planning.Plan(
                organization_id=letter.sender.organization_id,
                application_id=letter.application.id if letter.application else None,
                candidate_id=letter.candidate.id,
                run_id=None,
                version_id=None,
                shard=letter.candidate.shard,
                origin="service",
                key=text,
                occurrence=str(letter.message.id),
                purpose="service",
                priority=1,
                due_at=letter.now,
                useful_until=letter.now + timedelta(minutes=5),
                anchor_name="",
                anchor_sequence=None,
                relevance={},
                channels=[channel],
                content={channel: service_texts.contents(text)},
                reply_to_at=letter.now,
                listened=False,
            )
        ],
        now=letter.now,
    )
