"""Inbound messages with everyone they concern: whose address, which application, which ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from followthrough.audit.facts import Actor
from followthrough.channels.contract import Inbound
from followthrough.channels.models import Sender
from followthrough.conversations.understanding import Reading
from followthrough.messages.models import Ask, Message
from followthrough.people.contacts import CHANNEL_KIND, address_key, read_address
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.runs import advance


@dataclass(frozen=True)
class Letter:
    """An inbound message with everyone it concerns. `said_at` is when it was written, as far as
    the provider says; else when it came in."""

    message: Message
    point: ContactPoint | None
    candidate: Candidate | None
    application: Application | None
    ask: Ask | None
    reading: Reading
    address_key: str  # of the address written from, whether or not anybody here has it
    now: datetime
    said_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor("candidate", str(self.candidate.id if self.candidate else self.message.id))

    @property
    def channel(self) -> str:
        return self.message.channel

    @property
    def organization_id(self) -> UUID:
        return self.message.organization_id


def again(message: Message, *, now: datetime) -> Letter:
    """A message of a candidate's that was stored, for somebody who has judged it. Its applications
    are locked."""
    point, candidate = message.contact_point, message.candidate
    lock_applications(point)
    given = message.reading or {}
    reading = Reading(given.get("kind", ""), given.get("rule", ""), (0, 0))
    key = point.address_key if point else ""
    return Letter(
        message, point, candidate, message.application, None, reading, key, now, message.at
    )


def point_of(sender: Sender, inbound: Inbound) -> ContactPoint | None:
    """The contact point written from. On a shared phone: whom we last wrote to there. An address
    that turned out to be a stranger's is nobody's, and one that somebody used to have is theirs
    only while nobody else has it."""
    key = key_of(sender, inbound)
    there = ContactPoint.objects.filter(organization_id=sender.organization_id, address_key=key)
    strangers = there.filter(unusable_reason=ContactPoint.WRONG_NUMBER).values("candidate_id")
    points = list(
        there.exclude(address_key="")
        .exclude(candidate_id__in=strangers)  # however else their ATS may write the number
        .select_related("candidate")
        .order_by("id")
    )
    points = [one for one in points if one.unusable_reason != ContactPoint.GONE] or points
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


def key_of(sender: Sender, inbound: Inbound) -> str:
    """The key of the address written from."""
    kind, country = CHANNEL_KIND[sender.channel], sender.organization.country
    return address_key(read_address(kind, inbound.sender_address, country=country).address)


def lock_applications(point: ContactPoint | None) -> None:
    """Applications are locked before anything else is written, everywhere in the same order."""
    if point:
        advance.lock(of_everyone_on(point).values_list("id", flat=True))


def of_everyone_on(point: ContactPoint) -> QuerySet[Application]:
    """The applications of everyone who has this address."""
    people = ContactPoint.objects.filter(
        organization_id=point.organization_id, address_key=point.address_key
    )
    return Application.objects.filter(candidate_id__in=people.values("candidate_id"))


def application_of(point: ContactPoint | None) -> Application | None:
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
    theirs = Application.objects.filter(candidate_id=point.candidate_id)
    theirs = theirs.select_related("run", "requisition")
    found = theirs.filter(id=last).first() if last else None
    return found or theirs.order_by("-id").first()


def store(
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
    return message


def open_ask(application: Application | None) -> Ask | None:
    """The latest ask of the application that still waits for an answer."""
    if application is None:
        return None
    waiting = Ask.objects.filter(application_id=application.id, state="open")
    return waiting.order_by("-opened_at").first()
