"""What came of hand-overs, written down by the batch.

The attempt row is the fence: an outcome counts only while the attempt is open, so a worker that
was believed dead and comes back late changes nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from followthrough.audit.facts import SYSTEM, Actor, FactRow, record_all
from followthrough.channels import contract
from followthrough.core.ids import text_of
from followthrough.governance import caps
from followthrough.journeys.events import TouchSent
from followthrough.messages import outbox
from followthrough.messages.outbox import Due, Outcome, ReceiptRow
from followthrough.people.models import ContactPoint
from followthrough.runs import advance, provider_blocks, verdicts
from followthrough.runs.handover import Expired, Finished
from followthrough.store import sql

log = logging.getLogger(__name__)

OPEN = ("sending", "reconciling")
MOST_ATTEMPTS = 10


def settle(finished: Sequence[Finished], *, now: datetime) -> int:
    """Record outcomes and what follows from them, in one transaction; returns how many."""
    if not finished:
        return 0
    try:
        _settle(finished, now)
    except Exception:
        log.exception("A batch of outcomes could not be written; going one by one")
        for one in finished:
            _settle_alone(one, now)
    return len(finished)


def _settle(finished: Sequence[Finished], now: datetime, *, tell: bool = True) -> None:
    heard = _listened(finished) if tell else []
    with sql.committing():
        # Applications are locked before touches, everywhere.
        advance.lock(one.ready.sending.touch.application_id for one in heard)
        counted = outbox.settle([_outcome(one) for one in finished])
        advance.apply([_sent(one, now) for one in heard if _id(one) in counted], now=now)
        batch = _Batch(now)
        for one in finished:
            if len(counted) == len(finished) or _id(one) in counted:
                batch.add(one)
        batch.write()


def _settle_alone(one: Finished, now: datetime) -> None:
    """What went out is recorded even if the journey cannot hear of it. If that fails too, the
    lease runs out and the provider is asked."""
    for tell in (True, False):
        try:
            _settle([one], now, tell=tell)
            break
        except Exception:
            log.exception("The outcome of attempt %s could not be written", _id(one))


def _id(one: Finished) -> UUID:
    return one.ready.sending.attempt_id


def _listened(finished: Sequence[Finished]) -> list[Finished]:
    """The outcomes that journeys wait for."""
    return [
        one
        for one in finished
        if isinstance(one.outcome, contract.Accepted)
        and one.ready.sending.touch.listened
        and one.ready.sending.touch.application_id
    ]


def _sent(one: Finished, now: datetime) -> advance.Change:
    due = one.ready.sending.touch
    assert due.application_id is not None
    return due.application_id, TouchSent(key=due.key, occurrence=due.occurrence, at=now)


_STATES: dict[type, str] = {
    contract.OutcomeUnknown: "unknown",
    Expired: "expired",
}


def _outcome(one: Finished) -> Outcome:
    found, attempt_id = one.outcome, one.ready.sending.attempt_id
    if isinstance(found, contract.Accepted):
        return Outcome(attempt_id, "accepted", found.provider_id, "", "", one.started_at)
    state = _STATES.get(type(found), "failed")
    if isinstance(found, contract.SendError):
        error, detail = f"{found.kind}:{found.code}"[:40], found.detail[:300]
        return Outcome(attempt_id, state, "", error, detail, one.started_at)
    return Outcome(attempt_id, state, "", "", "", one.started_at)


@dataclass
class _Batch:
    """What a batch of outcomes writes."""

    now: datetime
    ends: list[tuple[UUID, str]] = field(default_factory=list)
    again: list[tuple[UUID, datetime, str]] = field(default_factory=list)
    unknown: list[UUID] = field(default_factory=list)
    unsent: list[UUID] = field(default_factory=list)  # attempts
    released: list[tuple[UUID, str, UUID]] = field(default_factory=list)
    receipts: list[ReceiptRow] = field(default_factory=list)
    facts: list[FactRow] = field(default_factory=list)
    unreachable: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    opted_out: list[Finished] = field(default_factory=list)
    unsaid: list[Due] = field(default_factory=list)  # what members wrote, that never goes out
    introduced: list[UUID] = field(default_factory=list)  # contact points that had none before
    _sender_id: UUID | None = None
    _said_by: Actor = SYSTEM

    def add(self, one: Finished) -> None:
        """Add what follows from one outcome."""
        _FOLLOWS.get(type(one.outcome), _Batch._another_way)(self, one.outcome, one)

    def _another_way(self, outcome: contract.SendError, one: Finished) -> None:
        """Definitively not sent, and not for now: another channel may follow at once."""
        self._failed(one, outcome, self.now)

    def _accepted(self, outcome: contract.Accepted, one: Finished) -> None:
        sending = one.ready.sending
        due, provider = sending.touch, self._provider(sending.sender_id)
        self.ends.append((due.id, "sent"))
        if one.ready.first and sending.contact_point_id:
            self.introduced.append(sending.contact_point_id)
        attempt = {"attempt": text_of(sending.attempt_id)}
        self.facts.append(
            FactRow(due.organization_id, provider, "accepted", "touch", due.id, attempt, self.now)
        )

    def _provider(self, sender_id: UUID) -> Actor:
        """Whose word it is: of a few senders, mostly of the same one as just before."""
        if sender_id is not self._sender_id:
            self._sender_id, self._said_by = sender_id, Actor("provider", text_of(sender_id))
        return self._said_by

    def _expired(self, outcome: Expired, one: Finished) -> None:
        before = one.ready.sending.touch.attempts
        # A few times is chance; more often, something keeps it from being handed over.
        wait = timedelta(seconds=2.0 ** min(before - 3, 8)) if before > 3 else timedelta()
        self._again(one, self.now + wait)
        self._receipt(one, "hold", "decision_expired")

    def _throttled(self, outcome: contract.Throttled, one: Finished) -> None:
        wait = max(outcome.after, 2.0 ** min(one.ready.sending.touch.attempts, 9))
        self._later(one, outcome, self.now + timedelta(seconds=wait))

    def _misconfigured(self, outcome: contract.Misconfigured, one: Finished) -> None:
        self._later(one, outcome, self.now + timedelta(minutes=10))

    def _unreachable(self, outcome: contract.Unreachable, one: Finished) -> None:
        if point := one.ready.sending.contact_point_id:
            self.unreachable[outcome.code[:40]].append(point)
        self._failed(one, outcome, self.now)

    def _opted_out(self, outcome: contract.OptedOut, one: Finished) -> None:
        self.opted_out.append(one)
        self._failed(one, outcome, self.now)

    def _unknown(self, outcome: contract.OutcomeUnknown, one: Finished) -> None:
        self.unknown.append(one.ready.sending.touch.id)

    def _later(self, one: Finished, outcome: contract.SendError, next_try: datetime) -> None:
        """An outage, or a sender set up wrongly: waited out until the touch is of no more use."""
        self._receipt(one, "fail", outcome.kind, {"code": outcome.code})
        self._again(one, next_try)

    def _failed(self, one: Finished, outcome: contract.SendError, next_try: datetime) -> None:
        code = {"opted_out": "opted_out_at_provider"}.get(outcome.kind, outcome.kind)
        self._receipt(one, "fail", code, {"code": outcome.code})
        if one.ready.sending.touch.attempts + 1 >= MOST_ATTEMPTS:
            self._release(one)
            self.ends.append((one.ready.sending.touch.id, "failed"))
            self._unsaid(one.ready.sending.touch)
        else:
            self._again(one, next_try)

    def _unsaid(self, touch: Due) -> None:
        if touch.origin == "member":
            self.unsaid.append(touch)

    def _again(self, one: Finished, due_at: datetime) -> None:
        self._release(one)
        self.again.append((one.ready.sending.touch.id, due_at, ""))

    def _release(self, one: Finished) -> None:
        sending = one.ready.sending
        self.unsent.append(sending.attempt_id)
        due = sending.touch
        self.released.append((due.organization_id, sending.address_key, due.id))

    def _receipt(self, one: Finished, verdict: str, code: str, detail: dict | None = None) -> None:
        sending = one.ready.sending
        self.receipts.append(
            outbox.receipt(
                sending.touch, self.now, verdict, code, [(code, verdict, detail or {})],
                attempt_id=sending.attempt_id, channel=sending.channel,
            )
        )  # fmt: skip

    def write(self) -> None:
        outbox.note_ends(self.ends, now=self.now, was=OPEN)
        outbox.plan_again(self.again, was=OPEN)
        outbox.mark_not_sent(self.unsent)
        outbox.record(self.receipts)
        record_all(self.facts)
        self._doubt()
        self._introduce()
        caps.release(self.released)
        if self.unreachable or self.opted_out:
            sql.flush()
        for code, points in self.unreachable.items():
            ContactPoint.objects.filter(id__in=points).update(usable=False, unusable_reason=code)
        for one in self.opted_out:
            provider_blocks.note(one, self.now)
        verdicts.unsaid(self.unsaid, self.now)

    def _introduce(self) -> None:
        """From now on their messages need not say again who writes."""
        if self.introduced:
            sql.send(
                "UPDATE people_contactpoint SET introduced_at = %s"
                " WHERE id = ANY(%s) AND introduced_at IS NULL",
                (self.now, sorted(self.introduced)),
            )

    def _doubt(self) -> None:
        """Ask the provider soon: an unknown outcome is reconciled, never retried blindly."""
        if self.unknown:
            sql.run(
                "UPDATE messaging_touch SET state = 'reconciling',"
                " lease_until = clock_timestamp() + interval '2 seconds'"
                " WHERE id = ANY(%s) AND state = 'sending'",
                (self.unknown,),
            )


_FOLLOWS: dict[type, Callable[[_Batch, Any, Finished], None]] = {
    contract.Accepted: _Batch._accepted,
    contract.Throttled: _Batch._throttled,
    contract.Misconfigured: _Batch._misconfigured,
    contract.Unreachable: _Batch._unreachable,
    contract.OptedOut: _Batch._opted_out,
    contract.OutcomeUnknown: _Batch._unknown,
    Expired: _Batch._expired,
}
