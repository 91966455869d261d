"""What a batch of decisions writes: receipts, ends, holds, attempts, the use of caps.

Gathered decision by decision, written set-based in the deciding transaction. What may leave once
that has committed is in `ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b, sha256
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings

from followthrough.channels import registry
from followthrough.channels.contract import NO_HEADERS, Envelope
from followthrough.conversations import handoffs
from followthrough.core.ids import text_of, uuid7s
from followthrough.governance import caps, consent
from followthrough.governance.decisions import Decision, Drop, Hold, Merge, Send, Use
from followthrough.governance.freezes import channel_subject
from followthrough.messages import outbox
from followthrough.messages.outbox import Due, ReceiptRow, Sending
from followthrough.runs import envelopes
from followthrough.runs.engine import Held
from followthrough.runs.facts import Company, Facts, Person
from followthrough.runs.handover import DECISION_SECONDS, Ready
from followthrough.store import sql

UNPLACED = frozenset({"no_zone", "no_common_hour"})  # a person has to ask them where they are


class Verdicts:
    """What a batch of decisions writes, and the messages that may leave once it has committed."""

    def __init__(self, held: Held, now: datetime, known: Facts, *, most: int) -> None:
        self.held, self.now, self.known = held, now, known
        self.decided, self.seconds = monotonic(), now.timestamp()
        self.keys = iter(uuid7s(most))  # for attempts: at once they cost less
        self.receipts: list[ReceiptRow] = []
        self.sendings: list[Sending] = []
        self.ends: list[tuple[UUID, str]] = []
        self.holds: list[tuple[UUID, datetime, str]] = []
        self.uses: list[tuple[UUID, str, Use]] = []
        self.ready: list[Ready] = []
        self.unsaid: list[Due] = []  # what members wrote, that never goes out
        self.unplaced: list[Due] = []  # held, since nobody knows at which hours they may go
        # Of `shadowing`: what would be sent, settled once this is committed; and what would have
        # been before, by person (None: not read yet).
        self.shadowed: list[Any] = []
        self.spoken: Mapping[UUID, Any] | None = None

    def write(self) -> None:
        """Write all of it. Who was overtaken (caps.OVERTAKEN) must roll the transaction back."""
        outbox.record(self.receipts)
        outbox.note_ends(self.ends, now=self.now, was=["planned"])
        outbox.plan_again(self.holds, was=["planned"])
        outbox.start(self.sendings, epochs=self.held, now=self.now)
        caps.reserve(self.uses, self.known.uses)
        unsaid(self.unsaid, self.now)
        _unplaced(self.unplaced, self.now)

    def receipt(self, due: Due, verdict: str, decision: Hold | Merge | Drop, **more: Any) -> None:
        """Add the receipt of a decision other than to send."""
        given = {"channel": decision.channel, **more}
        self.receipts.append(
            outbox.receipt(due, self.now, verdict, decision.code, decision.checks, **given)
        )


def unsaid(dues: Sequence[Due], now: datetime) -> None:
    """Tell people of members' messages that never go out."""
    if dues:
        sql.flush()
    for due in dues:
        handoffs.not_sent(
            organization_id=due.organization_id, candidate_id=due.candidate_id,
            application_id=due.application_id, touch_id=due.id, at=now,
        )  # fmt: skip


def _unplaced(dues: Sequence[Due], now: datetime) -> None:
    """Have people asked where they are, once each."""
    if dues:
        sql.flush()
    for due in {due.candidate_id: due for due in reversed(dues)}.values():
        handoffs.unplaced(
            organization_id=due.organization_id, candidate_id=due.candidate_id,
            application_id=due.application_id, touch_id=due.id, at=now,
        )  # fmt: skip


def add(
    decision: Decision,
    due: Due,
    person: Person,
    ours: Company,
    written: Verdicts,
    *,
    aloud: bool = True,
) -> None:
    """Turn one decision about a touch of `person` into what is written; `ours` is the sender. Not
    `aloud`: nobody is asked to help where nobody knows when it may go."""
    _WRITTEN[type(decision)](decision, due, person, ours, written)
    if aloud and _asks_where(decision) and due.held_for != decision.code:
        written.unplaced.append(due)


def _asks_where(decision: Decision) -> bool:
    return isinstance(decision, Hold) and decision.code in UNPLACED


def _drop(decision: Drop, due: Due, person: Person, ours: Company, written: Verdicts) -> None:
    written.ends.append((due.id, "dropped"))
    written.receipt(due, "drop", decision, policy_id=ours.policy.id)
    if due.origin == "member":
        written.unsaid.append(due)


def _merge(decision: Merge, due: Due, person: Person, ours: Company, written: Verdicts) -> None:
    written.ends.append((due.id, "merged"))
    written.receipt(due, "merge", decision, policy_id=ours.policy.id)


def _hold(decision: Hold, due: Due, person: Person, ours: Company, written: Verdicts) -> None:
    written.holds.append((due.id, decision.until, decision.code))
    if due.held_for != decision.code:  # else the first receipt says so
        written.receipt(due, "hold", decision, until=decision.until, policy_id=ours.policy.id)


def _send(decision: Send, due: Due, person: Person, ours: Company, written: Verdicts) -> None:
    option, text, attempt_id = decision.option, decision.rendered, next(written.keys)
    assert option.sender_id is not None  # the gate sends only with a sender
    sending = Sending(
        due, attempt_id, option.channel, option.sender_id, option.contact_point_id,
        option.address_key, text.subject, text.body, text.preheader,
    )  # fmt: skip
    touch_id = text_of(due.id)
    written.sendings.append(sending)
    first = option.introduce is not None and due.purpose != "service"
    written.ready.append(_ready(sending, touch_id, person, ours, written, first=first))
    if decision.counted:
        use = Use(written.seconds, touch_id, person.name, option.channel, due.purpose)
        written.uses.append((due.organization_id, option.address_key, use))
        ours.used[option.address_key].append(use)
    written.receipts.append(
        outbox.sent(
            sending, written.now, decision.checks, code=decision.code, policy_id=ours.policy.id,
            commitment=commitment(attempt_id, text.body),
        )
    )  # fmt: skip


_WRITTEN: dict[type, Callable[[Any, Due, Person, Company, Verdicts], None]] = {
    Drop: _drop, Merge: _merge, Hold: _hold, Send: _send,
}  # fmt: skip


def _ready(
    sending: Sending,
    touch_id: str,
    person: Person,
    ours: Company,
    written: Verdicts,
    *,
    first: bool,
) -> Ready:
    due, channel = sending.touch, sending.channel
    sender = ours.senders[channel].config
    point = next(one for one in person.every if one.id == sending.contact_point_id)
    body, headers = sending.body, NO_HEADERS
    if channel == "email":
        body, headers = envelopes.mail(sending, sender, person, ours.postal)
    envelope = Envelope(
        touch_id, sender, point.address, body, sending.subject, headers,
        written.decided + DECISION_SECONDS, sending.preheader,
    )  # fmt: skip
    return Ready(
        sending, envelope, registry.adapter(sender.adapter), written.decided,
        _subjects(sending, written.known), due.shard, written.held[due.shard],
        consent.heard(ours.consents, sending.address_key),
        first,
        _wish(due, written.known),
        _stamp(due, written.known),
    )  # fmt: skip


def _wish(due: Due, known: Facts) -> int:
    """The number of what the candidate had chosen."""
    found = known.wishes.get(due.candidate_id) if known.wishes else None
    return found.number if found else 0


def _stamp(due: Due, known: Facts) -> int:
    """Which shadows there were; 0 for what no shadow is about."""
    found = known.shadows.get(due.organization_id)
    return found.stamp if found and due.origin in outbox.AUTOMATIC else 0


def _subjects(sending: Sending, known: Facts) -> tuple[UUID | None, ...]:
    """Whatever a freeze could stand on that silences this message."""
    due = sending.touch
    subject = known.subjects.get(due.application_id) if due.application_id else None
    map_id = subject.map_id if subject else None
    channel = channel_subject(due.organization_id, sending.channel)
    wide = due.organization_id, sending.sender_id, channel
    if due.purpose == "service":
        return wide
    return *wide, due.candidate_id, due.application_id, map_id, due.batch_id


_KEY = sha256(settings.ADDRESS_KEY.encode()).digest()


def commitment(attempt_id: UUID, body: str) -> str:
    """Proves later which text was sent, without holding it; erasing the text leaves no clue."""
    return blake2b(body.encode(), key=_KEY, salt=attempt_id.bytes, digest_size=32).hexdigest()
