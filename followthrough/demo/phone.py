"""The candidate's phone: what the sandbox delivered to it, and what is typed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from followthrough.channels.models import SandboxMessage, Sender
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import post
from followthrough.demo.models import PhoneMessage
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Candidate, ContactPoint

QUICK = ("OK", "No, I can't", "Can we move it?", "STOP")


@dataclass(frozen=True)
class Note:
    """One message as the phone shows it."""

    id: UUID
    mine: bool
    channel: str
    subject: str
    body: str
    at: datetime
    problem: str = ""


def points(candidate: Candidate) -> list[ContactPoint]:
    """The addresses this phone receives at."""
    found = ContactPoint.objects.filter(candidate=candidate, usable=True)
    return list(found.order_by("-kind", "position", "id"))


def thread(candidate: Candidate) -> list[Note]:
    """Everything on the phone, oldest first."""
    addresses = [point.address for point in points(candidate)]
    organization_id = candidate.organization_id
    came = SandboxMessage.objects.filter(organization_id=organization_id, to__in=addresses)
    went = PhoneMessage.objects.filter(organization_id=organization_id, address__in=addresses)
    notes = [
        *(
            Note(one.id, False, one.sender.channel, one.subject, one.body, one.at)
            for one in came.select_related("sender")
        ),
        *(
            Note(one.id, True, one.sender.channel, "", one.body, one.at, one.problem)
            for one in went.select_related("sender")
        ),
    ]
    return sorted(notes, key=lambda note: (note.at, note.id))


def channels(candidate: Candidate) -> list[str]:
    """The channels somebody can answer on from this phone."""
    kinds = {point.kind for point in points(candidate)}
    return [channel for channel, kind in CHANNEL_KIND.items() if kind in kinds]


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
    return typed


def _place(
    theirs: Sequence[ContactPoint], organization_id: UUID, channel: str
) -> tuple[Sender, ContactPoint] | None:
    senders = Sender.objects.filter(organization_id=organization_id, channel=channel)
    sender = senders.order_by("id").first()
    kind = CHANNEL_KIND.get(channel)
    point = next((point for point in theirs if point.kind == kind), None)
    return (sender, point) if sender and point else None


def inbound(typed: PhoneMessage) -> bytes:
    """The webhook a provider would send for it."""
    told = {"type": "inbound", "id": str(typed.id), "from": typed.address, "text": typed.body}
    return post.encoded(told)


def delivered(key: str) -> dict[str, str]:
    """The report a provider would send for the sandbox message `key`."""
    return {"type": "delivery", "message_id": f"sandbox-{key}", "status": "delivered"}


def signed(sender: Sender, body: bytes) -> dict[str, str]:
    """The headers for `body`."""
    secret, at = sender.secrets["webhook_secrets"][0], clock.wall().timestamp()
    return post.headers(body, secret=secret, event_id=str(uuid7()), at=at)
