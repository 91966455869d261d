"""Batches of messages that wait for a yes together (see `guarding`): deciding, and what follows.

A held batch is a freeze on its messages, so the gate holds them with a receipt, and it is read once
more right before each hand-over. What somebody decides about it is one change of its row; what
follows is worked off in passes that may be repeated (`work_off`), by whoever decided and, after a
crash, by a duty of the house.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from followthrough.audit import facts
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.governance import freezes, policies
from followthrough.governance.models import Freeze
from followthrough.messages import outbox
from followthrough.messages.outbox import Due
from followthrough.runs.burst import bursts, guarding
from followthrough.runs.burst.guarding import JOINS, SUBJECT
from followthrough.runs.engine import every
from followthrough.runs.models import Batch
from followthrough.store import sql

log = logging.getLogger(__name__)

PACE = timedelta(milliseconds=200)  # between two that were released: there is time to stop the rest
GATHERING = timedelta(minutes=1)  # for so long those are looked for that others were just planning
OVERTAKEN = 10  # seconds in which a decision from before the yes may still hold something again
STALE, CANCELLED = "stale_batch", "batch_cancelled"
GUARD = "system:guard"
State, Choice = Batch.State, Batch.Choice
DECIDABLE = (State.HELD, State.STOPPED)
STOPPABLE = (State.LEAVING, State.LEFT)


# --- deciding ------------------------------------------------------------------------------------


class Grown(Explained):
    """More messages have joined it since it was shown."""

    def __init__(self, seen: int, now: int) -> None:
        super().__init__(
            "The decision",
            reason=f"was about {seen} messages, and {now} wait now.",
            remedy="Look at them, and decide again.",
        )


def decide(
    batch_id: UUID,
    choice: str,
    *,
    by: str,
    note: str = "",
    at: datetime,
    seen: int | None = None,
) -> bool:
    """Decide about a batch that waits: send all of it, leave out what is stale, or cancel it.

    `by` is `member:<id>` or who else did it. Returns False when somebody has decided already, and
    nothing is changed then. Raises Grown when more wait than were `seen` (None: whatever waits).
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(id=batch_id)
        if batch.state not in DECIDABLE:
            return False
        if seen is not None and (there := remaining(batch_id)) > seen:
            raise Grown(seen, there)
        batch.choice, batch.note, batch.decided_by, batch.decided_at = choice, note, by, at
        batch.stale_before = at - policies.of(batch.organization_id).stale_after
        batch.state = State.CANCELLING if choice == Choice.CANCEL else State.DROPPING
        batch.save()
        _record(batch, "decided_batch", by, {"choice": choice, "note": bool(note)}, at)
    work_off(batch_id, now=at)
    return True


@transaction.atomic
def stop(batch_id: UUID, *, by: str, at: datetime) -> bool:
    """Stop what has not left yet; then it can be decided about again. Returns False when it was
    not leaving."""
    batch = Batch.objects.select_for_update().get(id=batch_id)
    if batch.state not in STOPPABLE or not remaining(batch_id):
        return False
    guarding.freeze(batch.organization_id, batch_id, by=by, at=at)
    batch.state, batch.ended_at = State.STOPPED, None
    batch.save()
    _record(batch, "stopped_batch", by, {}, at)
    return True


def no_more(cause_id: UUID, *, now: datetime) -> bool:
    """Nothing more is known to come of a cause: what waits only because more was foreseen is let
    go, if it is no burst. Returns whether it was."""
    known = Batch.objects.filter(cause_id=cause_id, state=State.HELD, exceeded=False).first()
    if known is None:
        return False
    work_off(known.id, now=now)  # counts once more
    if Batch.objects.filter(id=known.id, exceeded=True).exists():
        return False
    return decide(known.id, Choice.ALL, by=GUARD, at=now)


def remaining(batch_id: UUID) -> int:
    """How many of its messages have not ended."""
    return sql.rows(_REMAINING, (batch_id,))[0][0]


_REMAINING = """
SELECT count(*) FROM messaging_touch
WHERE batch_id = %s AND state IN ('planned', 'sending', 'reconciling')
"""


def _record(batch: Batch, verb: str, by: str, why: dict[str, Any], at: datetime) -> None:
    facts.record(
        organization_id=batch.organization_id, actor=freezes.actor(by), verb=verb,
        subject_kind=SUBJECT, subject_id=batch.id, why=why, at=at,
    )  # fmt: skip


# --- working off ---------------------------------------------------------------------------------


@transaction.atomic
def work_off(batch_id: UUID, *, now: datetime) -> None:
    """Do what is left to do about a batch, as far as others have not taken its messages; safe to
    repeat, and after any crash."""
    found = Batch.objects.select_for_update(skip_locked=True).filter(id=batch_id).first()
    if found and (pass_ := _PASSES.get(found.state)):
        pass_(found, now)


def _keep(batch: Batch, now: datetime) -> None:
    """While it waits: take in what was being planned when it was opened, and go on joining what
    comes for as long as it comes so fast."""
    if now - batch.opened_at < GATHERING:
        guarding.gather(batch.id, batch.cause_id, opened_at=batch.opened_at, since=batch.since)
    watch = bursts.watch(batch.organization_id, batch.cause_id, now=now).answer()
    if bursts.most(watch.counted) > batch.hold_above:
        batch.exceeded, batch.joins_until = True, now + JOINS
        batch.save(update_fields=["exceeded", "joins_until"])


_DUE = ", ".join(f"t.{name}" for name in Due._fields)
_MINE = "t.batch_id = %(batch)s AND t.state = 'planned'"
IS_STALE = "(t.meant_at < %(stale)s OR t.useful_until <= %(now)s)"
_DROP = f"""
WITH mine AS (
  SELECT t.id FROM messaging_touch t WHERE {_MINE} AND {{which}} FOR UPDATE SKIP LOCKED)
UPDATE messaging_touch t SET state = %(state)s, ended_at = %(now)s
FROM mine WHERE t.id = mine.id
RETURNING t.meant_at, {_DUE}
"""  # noqa: S608
_DROP_STALE, _DROP_ALL = (_DROP.format(which=which) for which in (IS_STALE, "true"))
_LEFT_OVER = f"SELECT count(*) FROM messaging_touch t WHERE {_MINE} AND {IS_STALE}"  # noqa: S608


def _leave_out(batch: Batch, now: datetime) -> None:
    """End what is stale, if that was decided; when none of it is left the others may go."""
    given = {"batch": batch.id, "now": now, "stale": batch.stale_before}
    if batch.choice == Choice.FRESH:
        _note(sql.rows(_DROP_STALE, {**given, "state": "dropped"}), "drop", STALE, now)
        if sql.rows(_LEFT_OVER, given)[0][0]:
            return
    _free(batch, now)


def _note(ended: Sequence[tuple], verdict: str, code: str, now: datetime) -> None:
    """Give each that ended (when it was meant, and itself) the receipt of it."""
    outbox.record([
        outbox.receipt(
            Due._make(touch), now, verdict, code, [(code, verdict, {"meant_at": meant.isoformat()})]
        )
        for meant, *touch in ended
    ])  # fmt: skip


def _free(batch: Batch, now: datetime) -> None:
    """End its freeze, and let its messages go one after another."""
    for freeze in Freeze.objects.filter(subject_id=batch.id, ended_at=None):
        freezes.end(freeze.id, by=batch.decided_by, at=now)
    batch.state, batch.freed_at = State.LEAVING, clock.wall()
    batch.leaves_until = _spread(batch.id, now, which=_ALL_DUE)
    batch.save()


# In the order in which they were due; what is due later by itself keeps its time.
_ALL_DUE = "(t.held_for = 'frozen' OR t.due_at <= %(now)s)"
_HELD_AGAIN = "t.held_for = 'frozen'"
_SPREAD = f"""
WITH mine AS (
  SELECT t.id FROM messaging_touch t WHERE {_MINE} AND {{which}} FOR UPDATE SKIP LOCKED),
placed AS (
  SELECT t.id, row_number() OVER (ORDER BY t.priority, t.meant_at, t.id) - 1 AS place
  FROM messaging_touch t JOIN mine ON mine.id = t.id
  WHERE coalesce(t.meant_at, %(now)s) <= %(now)s),
spread AS (
  UPDATE messaging_touch t
  SET held_for = '', due_at = coalesce(%(now)s + placed.place * %(pace)s::interval, t.meant_at)
  FROM mine LEFT JOIN placed ON placed.id = mine.id WHERE t.id = mine.id
  RETURNING t.shard, placed.place)
SELECT coalesce(max(place), 0), (SELECT count(pg_notify(%(wake)s, shard::text)) FROM
  (SELECT DISTINCT shard FROM spread) AS s) FROM spread
"""  # noqa: S608


def _spread(batch_id: UUID, now: datetime, *, which: str) -> datetime:
    """Give those that waited their times from now on, `PACE` apart; returns the last of them."""
    given = {"batch": batch_id, "now": now, "pace": PACE, "wake": sql.WAKE}
    last = sql.rows(_SPREAD.format(which=which), given)[0][0]
    return now + last * PACE


_UNDER_WAY = """
SELECT EXISTS (SELECT FROM messaging_touch t WHERE t.batch_id = %(batch)s
  AND (t.state IN ('sending', 'reconciling') OR (t.state = 'planned' AND t.due_at <= %(now)s)))
"""


def _let_go(batch: Batch, now: datetime) -> None:
    """Whatever was decided before the freeze had ended, and held by it, goes with the others."""
    assert batch.freed_at is not None and batch.leaves_until is not None  # noqa: PT018
    if clock.wall() - batch.freed_at < timedelta(seconds=OVERTAKEN):
        _spread(batch.id, now, which=_HELD_AGAIN)
    elif now > batch.leaves_until and not _under_way(batch.id, now):
        _end(batch, State.LEFT, now)


def _under_way(batch_id: UUID, now: datetime) -> bool:
    return bool(sql.rows(_UNDER_WAY, {"batch": batch_id, "now": now})[0][0])


def _cancel(batch: Batch, now: datetime) -> None:
    """Cancel what has not left; what is just being handed over is looked at again."""
    given = {"batch": batch.id, "now": now, "state": "cancelled"}
    _note(sql.rows(_DROP_ALL, given), "cancel", CANCELLED, now)
    if not remaining(batch.id):
        for freeze in Freeze.objects.filter(subject_id=batch.id, ended_at=None):
            freezes.end(freeze.id, by=batch.decided_by, at=now)
        _end(batch, State.CANCELLED, now)


def _end(batch: Batch, state: str, now: datetime) -> None:
    batch.state, batch.ended_at = state, now
    batch.save()
    _record(batch, "ended_batch", batch.decided_by, {"state": state}, now)


_PASSES = {
    State.HELD: _keep,
    State.DROPPING: _leave_out,
    State.LEAVING: _let_go,
    State.CANCELLING: _cancel,
}


@every(seconds=1)
def see_to_them() -> None:
    """Work off every batch that somebody decided about, and keep those that wait."""
    now = clock.now()
    for batch_id in Batch.objects.filter(state__in=_PASSES).values_list("id", flat=True):
        try:
            work_off(batch_id, now=now)
        except Exception:
            log.exception("The batch %s could not be worked off; it is tried again", batch_id)


@every(seconds=600)
def forget_counts() -> None:
    """Delete what counts no more."""
    bursts.forget(now=clock.now())
