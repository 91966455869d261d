"""What providers report about messages they took: noted, and where undelivered, acted on.

Called inside the transaction that marks the raw event as worked off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.channels.contract import DeliveryReport
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs
from followthrough.messages import planning
from followthrough.messages.models import Attempt, Message, Touch
from followthrough.people.models import ContactPoint

OF_NONE, KNOWN = "of a message we do not know", "known already"


def delivered(sender: Sender, report: DeliveryReport, *, now: datetime) -> str:
    """Note what the provider says became of a message; returns in a few words what it was.

    An undelivered message goes on to the touch's next channel, if it has one.
    """
    attempt = Attempt.objects.filter(sender_id=sender.id, provider_id=report.provider_id).first()
    if attempt is None:
        return OF_NONE
    when = report.at or now
    changed = (
        Message.objects.filter(id=attempt.id)
        .exclude(delivery__in=["delivered", report.status])
        .update(delivery=report.status, delivery_at=when)
    )
    if not changed:
        return KNOWN
    record_all([_fact(sender, attempt, report, now)])
    if report.status in ("undelivered", "bounced"):
        _undelivered(attempt, report, now)
    return report.status


def arrived(told: Sequence[tuple[Sender, DeliveryReport]], *, now: datetime) -> list[str]:
    """`delivered` for reports that messages arrived, which are nearly all and change nothing else:
    together, in a fixed number of statements. Returns what each was, in the order given."""
    attempts = _attempts(told)
    theirs = [attempts.get((sender.id, report.provider_id)) for sender, report in told]
    unknown = Message.objects.filter(id__in=[one.id for one in theirs if one])
    waiting = unknown.exclude(delivery="delivered").select_for_update(no_key=True)
    open_ = {one.id: one for one in waiting.order_by("id")}
    said, noted, rows = [], [], []
    for attempt, (sender, report) in zip(theirs, told, strict=True):
        message = open_.pop(attempt.id, None) if attempt else None
        if attempt and message:
            message.delivery, message.delivery_at = report.status, report.at or now
            noted.append(message)
            rows.append(_fact(sender, attempt, report, now))
        said.append(report.status if message else KNOWN if attempt else OF_NONE)
    Message.objects.bulk_update(noted, ["delivery", "delivery_at"])
    record_all(rows)
    return said


def _attempts(
    told: Sequence[tuple[Sender, DeliveryReport]],
) -> dict[tuple[UUID, str], Attempt]:
    """The attempts that reports are about, by their sender and the provider's id."""
    found = Attempt.objects.filter(
        sender_id__in={sender.id for sender, _ in told},
        provider_id__in=[report.provider_id for _, report in told],
    )
    by_index = found.exclude(provider_id="")  # its condition, which a long list does not imply
    return {(one.sender_id, one.provider_id): one for one in by_index}


def _fact(sender: Sender, attempt: Attempt, report: DeliveryReport, now: datetime) -> FactRow:
    why = {"status": report.status, "code": report.code}
    by = Actor("provider", str(sender.id))
    return FactRow(sender.organization_id, by, "reported", "touch", attempt.touch_id, why, now)


def _undelivered(attempt: Attempt, report: DeliveryReport, now: datetime) -> None:
    if report.permanent and attempt.contact_point_id:
        ContactPoint.objects.filter(id=attempt.contact_point_id).update(
            usable=False, unusable_reason=(report.code or "undelivered")[:40]
        )
    touch = Touch.objects.filter(id=attempt.touch_id).first()
    if touch is None:
        return
    if rest := _channels_after(touch.channels, attempt.channel):
        planning.plan([_fallback(touch, rest, now)], now=now)
    else:
        _nobody_reached(touch, now)


def _channels_after(channels: Sequence[str], used: str) -> list[str]:
    return list(channels[channels.index(used) + 1 :]) if used in channels else []


def _fallback(touch: Touch, channels: list[str], now: datetime) -> planning.Plan:
    """The same message by the next channel; it is judged anew like any other."""
    given = {name: getattr(touch, name) for name in planning.Plan._fields}
    return planning.Plan(
        **given | {"occurrence": f"{touch.occurrence}+"[:60], "channels": channels, "due_at": now}
    )


def _nobody_reached(touch: Touch, now: datetime) -> None:
    """The last channel failed as well: a person must find another way."""
    handoffs.open(
        organization_id=touch.organization_id,
        candidate_id=touch.candidate_id,
        application_id=touch.application_id,
        reason="unreachable",
        touch_id=touch.id,
        at=now,
    )
