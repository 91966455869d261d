"""A provider blocks an address: that goes into the ledger; and where nobody asked for it, a person
is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from followthrough.audit.facts import Actor
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.governance import carriers, consent
from followthrough.messages.models import Message
from followthrough.messages.outbox import Due
from followthrough.people.models import Anchor, ContactPoint
from followthrough.runs.handover import Finished

LATELY = timedelta(days=7)  # what they wrote since then may be what the carrier acted on


def note(one: Finished, now: datetime) -> None:
    """The provider refused a message because the address opted out there.

    That is an opt-out like any other, heard by the carrier alone. But where the candidate's last
    words were none, it closes this address only: by the others they can be asked to text START.
    """
    sending = one.ready.sending
    point = ContactPoint.objects.filter(id=sending.contact_point_id).first()
    if point is None:
        return
    wrongly = _wrongly(point, sending.channel, now)
    closed = consent.opt_out(
        organization_id=point.organization_id,
        contact_point=point,
        channel=sending.channel,
        basis=consent.PROVIDER_BLOCK,
        source=sending.channel,
        evidence={"attempt": str(sending.attempt_id)},
        actor=Actor("provider", str(sending.sender_id)),
        at=now,
        only_here=wrongly is not None or sending.touch.purpose == "service",
    )
    if wrongly:
        _tell(sending.touch, Handoff.Reason.CARRIER_BLOCK, now, message_id=wrongly.id)
    elif closed and (application_id := _interview_ahead(point.candidate_id, now)):
        _tell(sending.touch, Handoff.Reason.OPTED_OUT, now, application_id=application_id)


def _wrongly(point: ContactPoint, channel: str, now: datetime) -> Message | None:
    """What they last wrote, if it was no opt-out and the carrier may have taken it for one; or if
    it asked for messages, which the carrier keeps from them."""
    theirs = Message.objects.filter(
        candidate_id=point.candidate_id, contact_point_id=point.id, direction="in",
        channel=channel, at__gt=now - LATELY,
    )  # fmt: skip
    last = theirs.order_by("-id").first()
    if last is None:
        return None
    kind = (last.reading or {}).get("kind")
    if kind in ("opt_in", "narrowed"):
        return last
    return last if kind != "opt_out" and carriers.may_have_blocked(last.body) else None


def _interview_ahead(candidate_id: UUID, now: datetime) -> UUID | None:
    ahead = Anchor.objects.filter(
        name=Anchor.INTERVIEW, at__gt=now, application__candidate=candidate_id
    )
    return ahead.order_by("at").values_list("application_id", flat=True).first()


def _tell(
    due: Due,
    reason: str,
    now: datetime,
    *,
    message_id: UUID | None = None,
    application_id: UUID | None = None,
) -> None:
    handoffs.open(
        organization_id=due.organization_id,
        candidate_id=due.candidate_id,
        application_id=application_id or due.application_id,
        reason=reason,
        message_id=message_id,
        touch_id=due.id,
        at=now,
    )
