"""Whatever happens in the history from outside the product, and the webhooks it arrives by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.core.ids import uuid7
from followthrough.demo import ats, phone, post
from followthrough.demo.models import AtsApplication, AtsEvent, PhoneMessage
from followthrough.demo.seed.door import Knock
from followthrough.demo.seed.script import Step
from followthrough.people.models import Connection


@dataclass(frozen=True)
class Said:
    """Something a candidate wrote, on the channel they were written to on."""

    sender: Sender
    address: str
    text: str


@dataclass(frozen=True)
class Reported:
    """A provider's word about a message: whether it arrived, and when that was known."""

    sender: Sender
    key: str
    at: datetime
    arrived: bool = True


@dataclass(frozen=True)
class SeenTo:
    """A member closes a handoff."""

    handoff_id: UUID
    member_id: UUID


@dataclass(frozen=True)
class Taken:
    """A member takes a handoff on."""

    handoff_id: UUID
    member_id: UUID


@dataclass(frozen=True)
class Published:
    """A member publishes the second version of `what`: map or policy."""

    what: str
    member_id: UUID


Act = Step | Said | Reported | SeenTo | Taken | Published
Timed = tuple[datetime, Act]


def knocks(connection: Connection, acts: Sequence[Timed], *, noted: list[AtsEvent]) -> list[Knock]:
    """The webhooks of those acts that arrive as such, in the order of the acts.

    What the ATS notes about those it sends is added to `noted`, to be kept together later.
    """
    steps = [act for _, act in acts if isinstance(act, Step)]
    taken = changed(connection, steps) if steps else []
    noted += [event for event, _ in taken]
    return list(_knocks(acts, iter(knock for _, knock in taken)))


def _knocks(acts: Sequence[Timed], of_steps: Iterator[Knock]) -> Iterator[Knock]:
    for at, act in acts:
        if isinstance(act, Step):
            yield next(of_steps)
        elif isinstance(act, Said):
            yield _typed(act, at)
        elif isinstance(act, Reported):
            yield _reported(act)


def changed(connection: Connection, steps: Sequence[Step]) -> list[tuple[AtsEvent, Knock]]:
    """Take steps in the simulated ATS, in their order: what it notes, and the webhook it sends."""
    old = {step.external_id for step in steps if "candidate" not in step.parts}
    found = AtsApplication.objects.filter(connection=connection, external_id__in=old)
    known = {one.external_id: one for one in found} if old else {}
    return [_take(connection, known, step) for step in steps]


def _take(
    connection: Connection, known: dict[str, AtsApplication], step: Step
) -> tuple[AtsEvent, Knock]:
    application = known.get(step.external_id) or _applied(connection, step)
    known[step.external_id] = application
    with clock.at(step.at):
        application.change(**step.parts)
    event_id, body = str(uuid7()), ats.webhook(application)
    event = AtsEvent(
        organization_id=connection.organization_id, application=application,
        kind="webhook", key=event_id, what=_what(step), at=step.at,
    )  # fmt: skip
    return event, Knock(connection, body, ats.signed(connection, body, event_id), step.at)


def _applied(connection: Connection, step: Step) -> AtsApplication:
    person = step.parts["candidate"]
    return AtsApplication(
        organization_id=connection.organization_id, connection=connection,
        external_id=step.external_id, stage="", data={},
        name=f"{person['given_name']} {person['family_name']}", updated_at=step.at,
    )  # fmt: skip


def _what(step: Step) -> str:
    if "stage" in step.parts:
        return f"Stage: {step.parts['stage']}"
    return "Interview set" if "anchors" in step.parts else "Changed"


def _typed(act: Said, at: datetime) -> Knock:
    typed = PhoneMessage.objects.create(
        organization_id=act.sender.organization_id, sender=act.sender, address=act.address,
        body=act.text, at=at,
    )  # fmt: skip
    return _from_provider(act.sender, phone.inbound(typed), at)


def _reported(act: Reported) -> Knock:
    told: dict[str, object] = {**phone.delivered(act.key), "at": iso(act.at)}
    if not act.arrived:
        told |= _LOST[act.sender.channel]
    return _from_provider(act.sender, post.encoded(told), act.at)


_LOST: dict[str, dict[str, object]] = {
    "sms": {"status": "undelivered", "code": "unreachable", "permanent": True},
    "email": {"status": "bounced", "code": "bounced", "permanent": True},
}


def _from_provider(sender: Sender, body: bytes, at: datetime) -> Knock:
    return Knock(sender, body, phone.signed(sender, body), at)
