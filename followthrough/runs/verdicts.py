"""What a batch of decisions writes: receipts, ends, holds, attempts, the use of caps.

Gathered decision by decision, written set-based in the deciding transaction. What may leave once
that has committed is in `ready`.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from functools import singledispatch
from time import monotonic
from uuid import UUID

from django.conf import settings

from followthrough.channels import registry
from followthrough.channels.contract import Envelope
from followthrough.core.ids import uuid7
from followthrough.governance import caps
from followthrough.governance.decisions import Decision, Drop, Hold, Merge, Send, Use
from followthrough.messages import outbox
from followthrough.messages.outbox import Due, ReceiptRow, Sending
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs.engine import Held
from followthrough.runs.facts import Facts
from followthrough.runs.handover import DECISION_SECONDS, Ready


class Verdicts:
    """What a batch of decisions writes, and the messages that may leave once it has committed."""

    def __init__(self, held: Held, now: datetime, known: Facts) -> None:
        self.held, self.now, self.known = held, now, known
        self.decided = monotonic()
        self.receipts: list[ReceiptRow] = []
        self.sendings: list[Sending] = []
        self.ends: list[tuple[UUID, str]] = []
        self.holds: list[tuple[UUID, datetime, str]] = []
        self.uses: list[tuple[UUID, str, Use]] = []
        self.ready: list[Ready] = []

    def write(self) -> None:
        outbox.record(self.receipts)
        outbox.end(self.ends, now=self.now, was=["planned"])
        outbox.plan_again(self.holds, was=["planned"])
        outbox.start(self.sendings, epochs=self.held, now=self.now)
        caps.reserve(self.uses, self.known.uses)


@singledispatch
def add(decision: Decision, due: Due, written: Verdicts, policy_id: UUID) -> None:
    """Turn one decision into what is written."""
    raise TypeError(f"No way to write the decision {type(decision).__name__}.")


@add.register
def _drop(decision: Drop, due: Due, written: Verdicts, policy_id: UUID) -> None:
    written.ends.append((due.id, "dropped"))
    written.receipts.append(
        ReceiptRow(
            touch=due, at=written.now, verdict="drop", code=decision.code,
            checks=decision.checks, policy_id=policy_id,
        )
    )  # fmt: skip


@add.register
def _merge(decision: Merge, due: Due, written: Verdicts, policy_id: UUID) -> None:
    written.ends.append((due.id, "merged"))
    written.receipts.append(
        ReceiptRow(
            touch=due, at=written.now, verdict="merge", code=decision.code,
            checks=decision.checks, policy_id=policy_id,
        )
    )  # fmt: skip


@add.register
def _hold(decision: Hold, due: Due, written: Verdicts, policy_id: UUID) -> None:
    written.holds.append((due.id, decision.until, decision.code))
    if due.held_for == decision.code:
        return  # still held for the same reason: the first receipt says so
    written.receipts.append(
        ReceiptRow(
            touch=due, at=written.now, verdict="hold", code=decision.code,
            checks=decision.checks, until=decision.until, policy_id=policy_id,
        )
    )  # fmt: skip


@add.register
def _send(decision: Send, due: Due, written: Verdicts, policy_id: UUID) -> None:
    option, attempt_id = decision.option, uuid7()
    sending = Sending(
        touch=due,
        attempt_id=attempt_id,
        channel=option.channel,
        sender_id=option.sender_id,  # type: ignore[arg-type]  # the gate sends only with a sender
        contact_point_id=option.contact_point_id,
        address_key=option.address_key,
        subject=decision.rendered.subject,
        body=decision.rendered.body,
    )
    written.sendings.append(sending)
    written.ready.append(_ready(sending, written))
    written.uses.extend(_uses(decision, due, written))
    written.receipts.append(
        ReceiptRow(
            touch=due, at=written.now, verdict="send", code=decision.code,
            checks=decision.checks, attempt_id=attempt_id, policy_id=policy_id,
            channel=option.channel, commitment=_commitment(attempt_id, sending.body),
        )
    )  # fmt: skip


def _uses(decision: Send, due: Due, written: Verdicts) -> list[tuple[UUID, str, Use]]:
    subject = written.known.subjects.get(due.application_id) if due.application_id else None
    use = Use(
        at=written.now,
        touch_id=due.id,
        channel=decision.option.channel,
        stage=subject.stage if subject else "",
        purpose=due.purpose,
    )
    return [(due.organization_id, name, use) for name in decision.cap_subjects]


def _ready(sending: Sending, written: Verdicts) -> Ready:
    due, known = sending.touch, written.known
    sender = known.senders[due.organization_id][sending.channel].config
    point = known.points[due.candidate_id, CHANNEL_KIND[sending.channel]]
    envelope = Envelope(
        key=str(due.id),
        sender=sender,
        to=point.address,
        body=sending.body,
        subject=sending.subject,
        not_after=written.decided + DECISION_SECONDS,
    )
    adapter = registry.adapter(sender.adapter)
    epoch = written.held[due.shard]
    return Ready(
        sending, envelope, adapter, written.decided, _subjects(sending, known), due.shard, epoch
    )


def _subjects(sending: Sending, known: Facts) -> list[UUID]:
    """Whatever a freeze could stand on that silences this message."""
    due = sending.touch
    subject = known.subjects.get(due.application_id) if due.application_id else None
    map_id = subject.map_id if subject else None
    found = (due.organization_id, due.candidate_id, due.application_id, sending.sender_id, map_id)
    return [one for one in found if one]


def _commitment(attempt_id: UUID, body: str) -> str:
    """Proves later which text was sent, without holding it; erasing the text leaves no clue."""
    key = settings.ADDRESS_KEY.encode() + attempt_id.bytes
    return hmac.digest(key, body.encode(), "sha256").hex()
