"""What a batch of decisions writes: receipts, ends, holds, attempts, the use of caps.

Gathered decision by decision, written set-based in the deciding transaction. What may leave once
that has committed is in `ready`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b, sha256
from time import monotonic
from typing import Any
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
        self.decided, self.seconds = monotonic(), now.timestamp()
        self.receipts: list[ReceiptRow] = []
        self.sendings: list[Sending] = []
        self.ends: list[tuple[UUID, str]] = []
        self.holds: list[tuple[UUID, datetime, str]] = []
        self.uses: list[tuple[UUID, str, Use]] = []
        self.used: dict[tuple[UUID, str], list[Use]] = defaultdict(list)  # the same, by address
        self.ready: list[Ready] = []

    def write(self) -> None:
        """Write all of it. Raises caps.Overtaken; the transaction must then be rolled back."""
        outbox.record(self.receipts)
        outbox.note_ends(self.ends, now=self.now, was=["planned"])
        outbox.plan_again(self.holds, was=["planned"])
        outbox.start(self.sendings, epochs=self.held, now=self.now)
        caps.reserve(self.uses, self.known.uses)

    def receipt(self, due: Due, verdict: str, decision: Decision, **more: Any) -> None:
        """Add the receipt of a decision."""
        self.receipts.append(
            outbox.receipt(due, self.now, verdict, decision.code, decision.checks, **more)
        )


def add(decision: Decision, due: Due, written: Verdicts, policy_id: UUID | None) -> None:
    """Turn one decision into what is written."""
    _WRITTEN[type(decision)](decision, due, written, policy_id)


def _drop(decision: Drop, due: Due, written: Verdicts, policy_id: UUID | None) -> None:
    written.ends.append((due.id, "dropped"))
    written.receipt(due, "drop", decision, policy_id=policy_id)


def _merge(decision: Merge, due: Due, written: Verdicts, policy_id: UUID | None) -> None:
    written.ends.append((due.id, "merged"))
    written.receipt(due, "merge", decision, policy_id=policy_id)


def _hold(decision: Hold, due: Due, written: Verdicts, policy_id: UUID | None) -> None:
    written.holds.append((due.id, decision.until, decision.code))
    if due.held_for != decision.code:  # else the first receipt says so
        written.receipt(due, "hold", decision, until=decision.until, policy_id=policy_id)


def _send(decision: Send, due: Due, written: Verdicts, policy_id: UUID | None) -> None:
    option, text = decision.option, decision.rendered
    assert option.sender_id is not None  # the gate sends only with a sender
    sending = Sending(
        due, uuid7(), option.channel, option.sender_id, option.contact_point_id,
        option.address_key, text.subject, text.body,
    )  # fmt: skip
    written.sendings.append(sending)
    written.ready.append(_ready(sending, written))
    if decision.counted:
        written.uses.append(used := _use(decision, due, written))
        written.used[used[:2]].append(used[2])
    written.receipt(
        due, "send", decision, attempt_id=sending.attempt_id, policy_id=policy_id,
        channel=option.channel, commitment=_commitment(sending.attempt_id, text.body),
    )  # fmt: skip


_WRITTEN: dict[type, Callable[[Any, Due, Verdicts, UUID | None], None]] = {
    Drop: _drop, Merge: _merge, Hold: _hold, Send: _send,
}  # fmt: skip


def _use(decision: Send, due: Due, written: Verdicts) -> tuple[UUID, str, Use]:
    use = Use(
        written.seconds, str(due.id), str(due.candidate_id), decision.option.channel, due.purpose
    )
    return due.organization_id, decision.option.address_key, use


def _ready(sending: Sending, written: Verdicts) -> Ready:
    due, known = sending.touch, written.known
    sender = known.senders[due.organization_id][sending.channel].config
    point = known.people[due.candidate_id].points[CHANNEL_KIND[sending.channel]]
    envelope = Envelope(
        str(due.id), sender, point.address, sending.body, sending.subject,
        not_after=written.decided + DECISION_SECONDS,
    )  # fmt: skip
    return Ready(
        sending, envelope, registry.adapter(sender.adapter), written.decided,
        _subjects(sending, known), due.shard, written.held[due.shard],
    )  # fmt: skip


def _subjects(sending: Sending, known: Facts) -> list[UUID]:
    """Whatever a freeze could stand on that silences this message."""
    due = sending.touch
    subject = known.subjects.get(due.application_id) if due.application_id else None
    map_id = subject.map_id if subject else None
    found = (due.organization_id, due.candidate_id, due.application_id, sending.sender_id, map_id)
    return [one for one in found if one]


_KEY = sha256(settings.ADDRESS_KEY.encode()).digest()


def _commitment(attempt_id: UUID, body: str) -> str:
    """Proves later which text was sent, without holding it; erasing the text leaves no clue."""
    return blake2b(body.encode(), key=_KEY, salt=attempt_id.bytes, digest_size=32).hexdigest()
