"""The candidate's phone: texts and mails that were delivered to it, and what is typed on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from followthrough.channels.models import SandboxMessage, Sender
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import post
from followthrough.demo.models import PhoneMessage, Seeding, ThreadRead
from followthrough.messages.models import Attempt, Message
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Candidate, ContactPoint

IN_HAND = timedelta(seconds=60)  # whoever has just used a thread sees what comes next at once
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Note:
    """One message as the phone shows it. `delivery` is what the provider last told of it."""

    id: UUID
    mine: bool
    channel: str
    subject: str
    body: str
    at: datetime
    delivery: str = ""
    problem: str = ""
    unread: bool = False

    @property
    def failed(self) -> bool:
        return self.delivery in ("undelivered", "bounced")


@dataclass(frozen=True)
class Thread:
    """The messages of one channel, oldest first. `address` is '' where there is none to use."""

    channel: str
    address: str
    company: str  # what the company's messages come from: a number, a mailbox
    notes: Sequence[Note]

    @property
    def read(self) -> list[Note]:
        return [note for note in self.notes if not note.unread]

    @property
    def unread(self) -> list[Note]:
        return [note for note in self.notes if note.unread]


def points(candidate: Candidate) -> list[ContactPoint]:
    """The addresses this phone receives at."""
    found = ContactPoint.objects.filter(candidate=candidate, usable=True)
    return list(found.order_by("-kind", "position", "id"))


def threads(candidate: Candidate) -> list[Thread]:
    """One thread for each channel."""
    theirs = points(candidate)
    addresses = [point.address for point in theirs]
    senders = _senders(candidate.organization_id)
    notes = sorted(
        [*_came(candidate, addresses), *_went(candidate, addresses)],
        key=lambda note: (note.at, note.id),
    )
    return [
        Thread(
            channel,
            next((point.address for point in theirs if point.kind == kind), ""),
            senders[channel].address if channel in senders else "",
            [note for note in notes if note.channel == channel],
        )
        for channel, kind in CHANNEL_KIND.items()
    ]


def _came(candidate: Candidate, addresses: Sequence[str]) -> list[Note]:
    found = SandboxMessage.objects.filter(
        organization_id=candidate.organization_id, to__in=addresses
    )
    rows = list(found.select_related("sender"))
    told, read = _deliveries(rows), _read_until(candidate.organization_id, addresses)
    return [
        Note(
            one.id, False, one.sender.channel, one.subject, one.body, one.at,
            delivery=told.get(one.key, ""), unread=_made_at(one.id) > read[one.to],
        )
        for one in rows
    ]  # fmt: skip


def _went(candidate: Candidate, addresses: Sequence[str]) -> list[Note]:
    typed = PhoneMessage.objects.filter(
        organization_id=candidate.organization_id, address__in=addresses
    )
    return [
        Note(one.id, True, one.sender.channel, "", one.body, one.at, problem=one.problem)
        for one in typed.select_related("sender")
    ]


def _deliveries(rows: Sequence[SandboxMessage]) -> dict[str, str]:
    """By key, what the provider last told the product of each message."""
    keys = {_provider_id(one.key): one.key for one in rows}
    attempts = Attempt.objects.filter(
        sender_id__in={one.sender_id for one in rows}, provider_id__in=list(keys)
    )
    by_attempt = dict(attempts.values_list("id", "provider_id"))
    told = Message.objects.filter(id__in=list(by_attempt)).values_list("id", "delivery")
    return {keys[by_attempt[attempt]]: delivery for attempt, delivery in told}


def _senders(organization_id: UUID) -> dict[str, Sender]:
    """The sender of each channel: the oldest, as the product chooses."""
    found: dict[str, Sender] = {}
    for sender in Sender.objects.filter(organization_id=organization_id).order_by("id"):
        found.setdefault(sender.channel, sender)
    return found


# --- read and unread ---------------------------------------------------------------------------


def read(candidate: Candidate, *, channel: str) -> None:
    """The thread is opened: what is there, and what comes in the next minute, is read."""
    kind = CHANNEL_KIND.get(channel)
    for point in points(candidate):
        if point.kind == kind:
            _used(candidate.organization_id, point.address)


def _used(organization_id: UUID, address: str) -> None:
    ThreadRead.objects.update_or_create(
        organization_id=organization_id, address=address,
        defaults={"until": clock.wall() + IN_HAND},
    )  # fmt: skip


def is_read(message: Message) -> bool:
    """Whether an outgoing message was read on the phone."""
    address = message.contact_point.address if message.contact_point else ""
    until = _read_until(message.organization_id, [address])[address]
    return _made_at(message.id) <= until


def _read_until(organization_id: UUID, addresses: Iterable[str]) -> dict[str, datetime]:
    """Up to when each address's messages were read; those of the seeded history were."""
    done_at = Seeding.objects.values_list("done_at", flat=True).first()
    found = dict.fromkeys(addresses, done_at or LONG_AGO)
    marks = ThreadRead.objects.filter(organization_id=organization_id, address__in=list(found))
    return found | dict(marks.values_list("address", "until"))


def _made_at(key: UUID) -> datetime:
    """When a key was made, by the real clock."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)


# --- typing ------------------------------------------------------------------------------------


def write(candidate: Candidate, *, channel: str, text: str) -> PhoneMessage | None:
    """Answer on `channel`; None when the candidate has no address there or nobody listens."""
    found = _place(points(candidate), candidate.organization_id, channel)
    if found is None:
        return None
    sender, point = found
    typed = PhoneMessage(
        organization_id=candidate.organization_id, sender=sender, address=point.address,
        body=text, at=clock.now(),
    )  # fmt: skip
    body = inbound(typed)
    typed.problem = post.deliver(f"/hooks/channel/{sender.token}", body, signed(sender, body))[:400]
    typed.save(force_insert=True)
    _used(candidate.organization_id, point.address)
    return typed


def _place(
    theirs: Sequence[ContactPoint], organization_id: UUID, channel: str
) -> tuple[Sender, ContactPoint] | None:
    sender = _senders(organization_id).get(channel)
    kind = CHANNEL_KIND.get(channel)
    point = next((point for point in theirs if point.kind == kind), None)
    return (sender, point) if sender and point else None


# --- webhooks ----------------------------------------------------------------------------------


def inbound(typed: PhoneMessage) -> bytes:
    """The webhook a provider would send for it."""
    told = {"type": "inbound", "id": str(typed.id), "from": typed.address, "text": typed.body}
    return post.encoded(told)


def delivered(key: str) -> dict[str, str]:
    """The report a provider would send for the sandbox message `key`."""
    return {"type": "delivery", "message_id": _provider_id(key), "status": "delivered"}


def _provider_id(key: str) -> str:
    return f"sandbox-{key}"


def signed(sender: Sender, body: bytes) -> dict[str, str]:
    """The headers for `body`."""
    secret, at = sender.secrets["webhook_secrets"][0], clock.wall().timestamp()
    return post.headers(body, secret=secret, event_id=str(uuid7()), at=at)
