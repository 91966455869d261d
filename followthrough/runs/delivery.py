"""What providers report about messages they took: noted, and where undelivered, acted on.

Called inside the transaction that marks the raw event as worked off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.channels.contract import DeliveryReport
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs
from followthrough.messages import planning
from followthrough.messages.models import Attempt, Message, Touch
from followthrough.people.models import ContactPoint
from followthrough.store import sql

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
    record_all([_fact(sender, attempt.touch_id, report, now)])
    if report.status in ("undelivered", "bounced"):
        _undelivered(attempt, report, now)
    return report.status


def arrived(told: Sequence[tuple[Sender, DeliveryReport]], *, now: datetime) -> list[str]:
    """`delivered` for reports that messages arrived, which are nearly all and change nothing else:
    together, in a fixed number of statements. Returns what each was, in the order given."""
    known = _attempts(told) if told else {}
    theirs = [known.get((sender.id, report.provider_id)) for sender, report in told]
    first: dict[UUID, int] = {}  # attempt -> which report about it counts
    for number, attempt in enumerate(theirs):
        if attempt:
            first.setdefault(attempt.id, number)
    noted = _note_arrivals({key: told[number][1].at or now for key, number in first.items()})
    counted = {number for key, number in first.items() if key in noted}
    record_all([
        _fact(told[number][0], attempt.touch_id, told[number][1], now)
        for number, attempt in enumerate(theirs)
        if attempt and number in counted
    ])  # fmt: skip
    return [
        told[number][1].status if number in counted else KNOWN if attempt else OF_NONE
        for number, attempt in enumerate(theirs)
    ]


class _Attempt(NamedTuple):
    """As much of an attempt as a report needs."""

    id: UUID
    touch_id: UUID


_ATTEMPTS = """
SELECT sender_id, provider_id, id, touch_id FROM messaging_attempt
WHERE sender_id = ANY(%s) AND provider_id = ANY(%s) AND NOT provider_id = ''
"""  # the last is what the index has


def _attempts(told: Sequence[tuple[Sender, DeliveryReport]]) -> dict[tuple[UUID, str], _Attempt]:
    """The attempts that reports are about, by their sender and the provider's id."""
    senders = list({sender.id for sender, _ in told})
    found = sql.rows(_ATTEMPTS, (senders, [report.provider_id for _, report in told]))
    return {(sender, name): _Attempt(*attempt) for sender, name, *attempt in found}


_ARRIVED = """
UPDATE messaging_message m SET delivery = 'delivered', delivery_at = r.at
FROM (SELECT unnest(%s::uuid[]) AS id, unnest(%s::timestamptz[]) AS at) AS r
WHERE m.id = r.id AND m.delivery <> 'delivered'
RETURNING m.id
"""


def _note_arrivals(times: Mapping[UUID, datetime]) -> set[UUID]:
    """When each message arrived; returns those of which that was not known."""
    found = sql.rows(_ARRIVED, (list(times), list(times.values()))) if times else ()
    return {row[0] for row in found}


def _fact(sender: Sender, touch_id: UUID, report: DeliveryReport, now: datetime) -> FactRow:
    why = {"status": report.status, "code": report.code}
    by = Actor("provider", str(sender.id))
    return FactRow(sender.organization_id, by, "reported", "touch", touch_id, why, now)


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
