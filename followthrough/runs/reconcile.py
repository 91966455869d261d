"""Messages whose outcome nobody knows: a worker died, or a provider never answered.

They are never sent again on a guess. A provider that can be asked is asked; where none can tell,
the touch ends as `unknown` and a person is shown it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.channels import registry
from followthrough.channels.contract import Accepted, Envelope, OutcomeUnknown, SendError
from followthrough.conversations import handoffs
from followthrough.core import clock
from followthrough.messages import outbox
from followthrough.messages.outbox import Due, Outcome, ReceiptRow, Sending
from followthrough.runs import advance, handover, settling
from followthrough.runs.engine import Held, shard_loop
from followthrough.runs.handover import Expired, Finished, Ready
from followthrough.store import sql

BATCH = 200
MOST_TRIES = 20


class _Open(NamedTuple):
    """The open attempt of a touch, with what was to be sent."""

    touch_id: UUID
    attempt_id: UUID
    channel: str
    sender_id: UUID
    contact_point_id: UUID | None
    address_key: str
    subject: str
    body: str
    to: str


_OPEN = """
SELECT a.touch_id, a.id, a.channel, a.sender_id, a.contact_point_id, a.address_key, m.subject,
       m.body, coalesce(p.address, '')
FROM messaging_attempt a
JOIN messaging_message m ON m.id = a.id
LEFT JOIN people_contactpoint p ON p.id = a.contact_point_id
WHERE a.touch_id = ANY(%s) AND a.state IN ('started', 'unknown')
"""


@shard_loop(order=21, pause=1.0, apart=True)
def work(held: Held) -> int:
    """Reconcile what is overdue and return how many touches that were.

    Safe without the epochs: the lease is taken anew by one statement before anybody is asked.
    """
    with transaction.atomic():
        dues = outbox.overdue(shards=list(held), limit=BATCH)
    if not dues:
        return 0
    readies, lost = _readies(dues)
    asked = [one for one in readies if one.adapter.can_look_up]
    answers = handover.look_up(asked) if asked else []
    _settle(list(zip(asked, answers, strict=True)))
    _give_up([_doubt(one) for one in readies if not one.adapter.can_look_up])
    _give_up(lost)
    return len(dues)


class _Doubt(NamedTuple):
    """A touch of which nobody can tell whether it went out."""

    touch: Due
    attempt_id: UUID | None
    channel: str


def _doubt(ready: Ready) -> _Doubt:
    return _Doubt(ready.sending.touch, ready.sending.attempt_id, ready.sending.channel)


def _readies(dues: Sequence[Due]) -> tuple[list[Ready], list[_Doubt]]:
    """What a provider can be asked about; and what there is no sender or adapter left to ask."""
    rows = {row[0]: _Open(*row) for row in sql.rows(_OPEN, ([due.id for due in dues],))}
    found = registry.senders(list({due.organization_id for due in dues}))
    senders = {one.config.id: one for theirs in found.values() for one in theirs}
    readies, lost = [], []
    for due in dues:
        row = rows.get(due.id)
        ready = _ready(due, row, senders.get(row.sender_id)) if row else None
        if ready:
            readies.append(ready)
        else:
            lost.append(_Doubt(due, row and row.attempt_id, row.channel if row else ""))
    return readies, lost


def _ready(due: Due, row: _Open, sender: registry.SenderRow | None) -> Ready | None:
    try:
        adapter = registry.adapter(sender.config.adapter) if sender else None
    except registry.UnknownAdapter:
        adapter = None
    if sender is None or adapter is None:
        return None
    # The claim counted this attempt already; the settlement counts it itself.
    sending = Sending(
        due._replace(attempts=due.attempts - 1), row.attempt_id, row.channel, row.sender_id,
        row.contact_point_id, row.address_key, row.subject, row.body,
    )  # fmt: skip
    envelope = Envelope(str(due.id), sender.config, row.to, row.body, row.subject)
    return Ready(sending, envelope, adapter, 0.0)


def _settle(answered: list[tuple[Ready, Accepted | SendError | Expired]]) -> None:
    """An answer settles; a provider that cannot be asked now is asked again after the lease."""
    known = [
        Finished(ready, answer, None)
        for ready, answer in answered
        if isinstance(answer, Accepted | Expired)
    ]
    settling.settle(known, now=clock.now())
    silent = [ready for ready, answer in answered if isinstance(answer, SendError)]
    _count_tries(silent)
    _give_up([_doubt(one) for one in silent if one.sending.touch.tries + 1 >= MOST_TRIES])


def _count_tries(readies: list[Ready]) -> None:
    ids = [ready.sending.touch.id for ready in readies]
    if ids:
        sql.run("UPDATE messaging_touch SET tries = tries + 1 WHERE id = ANY(%s)", (ids,))


def _give_up(doubts: list[_Doubt]) -> None:
    """Nobody can tell: the touch ends as unknown, with a receipt, and a person is asked."""
    now, kind = clock.now(), OutcomeUnknown.kind
    for one in doubts:
        with transaction.atomic():
            advance.lock([one.touch.application_id] if one.touch.application_id else [])
            if one.attempt_id:
                outbox.settle([Outcome(one.attempt_id, "unknown", "", kind, "", None)])
            if outbox.end([(one.touch.id, "unknown")], now=now, was=settling.OPEN):
                outbox.record([_receipt(one, now)])
                _hand_off(one.touch, now)


def _hand_off(due: Due, now: datetime) -> None:
    handoffs.open(
        organization_id=due.organization_id,
        candidate_id=due.candidate_id,
        application_id=due.application_id,
        reason="unknown_outcome",
        touch_id=due.id,
        at=now,
    )


def _receipt(one: _Doubt, now: datetime) -> ReceiptRow:
    checks = [("outcome_unknown", "hold", {})]
    return outbox.receipt(
        one.touch, now, "unknown", "outcome_unknown", checks,
        attempt_id=one.attempt_id, channel=one.channel,
    )  # fmt: skip
