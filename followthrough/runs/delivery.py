"""What providers report about messages they took: noted, and where undelivered, acted on.

Called inside the transaction that marks the raw event as worked off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from followthrough.audit.facts import Actor, record
from followthrough.channels.contract import DeliveryReport
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs
from followthrough.messages import planning
from followthrough.messages.models import Attempt, Message, Touch
from followthrough.people.models import ContactPoint


def delivered(sender: Sender, report: DeliveryReport, *, now: datetime) -> str:
    """Note what the provider says became of a message; returns in a few words what it was.

    An undelivered message goes on to the touch's next channel, if it has one.
    """
    attempt = Attempt.objects.filter(sender_id=sender.id, provider_id=report.provider_id).first()
    if attempt is None:
        return "of a message we do not know"
    when = report.at or now
    changed = (
        Message.objects.filter(id=attempt.id)
        .exclude(delivery__in=["delivered", report.status])
        .update(delivery=report.status, delivery_at=when)
    )
    if not changed:
        return "known already"
    _report(sender, attempt, report, now)
    if report.status in ("undelivered", "bounced"):
        _undelivered(attempt, report, now)
    return report.status


def _report(sender: Sender, attempt: Attempt, report: DeliveryReport, now: datetime) -> None:
    record(
        organization_id=sender.organization_id,
        actor=Actor("provider", str(sender.id)),
        verb="reported",
        subject_kind="touch",
        subject_id=attempt.touch_id,
        why={"status": report.status, "code": report.code},
        at=now,
    )


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
