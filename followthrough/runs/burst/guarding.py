"""The blast-radius guard at the moment of planning: what would leave in a burst waits for a yes.

Called with the plans of one cause, inside the transaction that writes them: a burst is held before
the first of it can leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from followthrough.core import clock
from followthrough.core.ids import earliest, uuid7
from followthrough.governance import freezes
from followthrough.messages.planning import Plan
from followthrough.runs.burst import bursts
from followthrough.runs.burst.bursts import Cause, Watch
from followthrough.store import sql

WHY, SUBJECT = "held_batch", "batch"
PAUSE = timedelta(seconds=30)  # of what comes so fast that it may be the beginning of a burst
JOINS = timedelta(hours=1)  # what its cause plans within that time of a burst waits with it


def guarded(plans: Sequence[Plan], cause: Cause, watch: Watch, *, now: datetime) -> Sequence[Plan]:
    """The plans of a cause, those that must wait for a yes in their batch; it is opened when with
    them its cause would send too much. What comes very fast waits a moment: so most of a burst
    that trickles in has not left when it is noticed. Must run inside the transaction that writes
    them."""
    urgent_at = watch.policy.urgent_at
    ours = [one for one in plans if bursts.is_held(one, urgent_at=urgent_at, now=now)]
    if not ours:
        return plans
    planned = bursts.slots(ours, now=now)
    bursts.tally(ours[0].organization_id, cause, planned, round=watch.round, now=now)
    batch_id = watch.batch_id or _noticed(ours[0].organization_id, cause, watch, planned, now)
    first = now + PAUSE if batch_id is None and watch.is_fast(planned, now=now) else now
    waiting = {id(one) for one in ours}
    return [
        one._replace(
            batch_id=one.batch_id or batch_id, cause_id=cause.id,
            due_at=max(one.due_at, first) if first > now else one.due_at,
        )
        if id(one) in waiting else one
        for one in plans
    ]  # fmt: skip


def watched(
    plans: Sequence[Plan], cause: Cause, watch: Watch | None, *, now: datetime
) -> Sequence[Plan]:
    """The same for whoever may not have asked yet what is known of the cause."""
    if watch is None:
        watch = bursts.watch(plans[0].organization_id, cause.id, now=now).answer()
    return guarded(plans, cause, watch, now=now)


def _noticed(
    organization_id: UUID, cause: Cause, watch: Watch, planned: bursts.Counts, now: datetime
) -> UUID | None:
    """The batch to wait in, if this is a burst."""
    limit, known = watch.policy.hold_above, bursts.together(watch.counted, planned)
    soon = bursts.together(watch.counted, bursts.expected(planned, cause))
    if bursts.most(soon) <= limit:
        return None
    exceeded = bursts.most(known) > limit
    return _open(organization_id, cause, limit=limit, exceeded=exceeded, now=now)


class Planned(NamedTuple):
    """A touch as it was planned before its run moved."""

    due_at: datetime
    held_for: str
    batch_id: UUID | None


_BEFORE = """
SELECT run_id, key, due_at, held_for, batch_id FROM messaging_touch
WHERE run_id = ANY(%s) AND state = 'planned'
"""
Before = Mapping[tuple[UUID, str], Planned]  # by run and key


def before(run_ids: Sequence[UUID]) -> Before:
    """What is planned for runs that are about to move."""
    found = sql.rows(_BEFORE, (list(run_ids),))
    return {(run_id, key): Planned(*rest) for run_id, key, *rest in found}


def guarded_move(
    plans: Sequence[Plan],
    known: Before,
    cause: Cause,
    *,
    now: datetime,
) -> list[Plan]:
    """The plans of runs that move to a version, those that must wait for a yes in a batch.

    What would have left at about the same time anyway is no burst of this move; what waited for a
    yes before waits for the same one.
    """
    found = [_in_its_batch(one, known) for one in plans]
    new = [one for one in found if one.batch_id is None and not _as_before(one, known, now)]
    if not new:
        return found
    held = dict(zip(map(id, new), watched(new, cause, None, now=now), strict=True))
    return [held.get(id(one), one) for one in found]


def _in_its_batch(plan: Plan, known: Before) -> Plan:
    was = known.get((plan.run_id, plan.key)) if plan.run_id else None
    return plan._replace(batch_id=was.batch_id) if was and was.batch_id else plan


def _as_before(plan: Plan, known: Before, now: datetime) -> bool:
    """Whether it would have left at about that time, or is only put off."""
    was = known.get((plan.run_id, plan.key)) if plan.run_id else None
    if was is None:
        return False
    earlier = max(was.due_at, now) - max(plan.due_at, now)
    return bool(was.held_for) or earlier < bursts.WITHIN


_OPEN = """
INSERT INTO runs_batch (id, organization_id, cause_kind, cause_id, state, hold_above, foreseen,
    exceeded, opened_at, since, joins_until, choice, decided_by, note)
VALUES (%(id)s, %(org)s, %(kind)s, %(cause)s, 'held', %(limit)s, %(left)s, %(exceeded)s, %(now)s,
    clock_timestamp() - %(within)s, %(until)s, '', '', '')
ON CONFLICT (cause_id) WHERE state = 'held' DO NOTHING RETURNING id
"""
_HELD = "SELECT id FROM runs_batch WHERE cause_id = %s AND state = 'held' FOR SHARE"


def _open(
    organization_id: UUID, cause: Cause, *, limit: int, exceeded: bool, now: datetime
) -> UUID | None:
    """The batch that is held for a cause: a new one, unless another worker was faster."""
    given = {
        "id": uuid7(), "org": organization_id, "kind": cause.kind, "cause": cause.id,
        "limit": limit, "left": cause.left, "exceeded": exceeded, "now": now,
        "within": bursts.WITHIN, "until": now + JOINS,
    }  # fmt: skip
    if not sql.rows(_OPEN, given):
        found = sql.rows(_HELD, (cause.id,))
        return found[0][0] if found else None  # decided at this very moment: counting begins anew
    freeze(organization_id, given["id"], by="system:guard", at=now)
    gather(given["id"], cause.id, opened_at=now, since=clock.wall() - bursts.WITHIN)
    return given["id"]


def freeze(organization_id: UUID, batch_id: UUID, *, by: str, at: datetime) -> None:
    """Have nothing of a batch leave from now on."""
    freezes.begin(
        organization_id=organization_id, subject_kind=SUBJECT, subject_id=batch_id, why=WHY,
        by=by, at=at,
    )  # fmt: skip


# Keys rise with time, so nothing older is read. What another transaction has taken is left to it:
# it is looked for again.
_GATHER = """
UPDATE messaging_touch SET batch_id = %(batch)s, meant_at = due_at WHERE id IN (
  SELECT id FROM messaging_touch
  WHERE id >= %(since)s AND planned_at > %(after)s AND cause_id = %(cause)s
    AND batch_id IS NULL AND state = 'planned'
  FOR UPDATE SKIP LOCKED)
"""


def gather(batch_id: UUID, cause_id: UUID, *, opened_at: datetime, since: datetime) -> int:
    """Take in what the cause planned in the hour before it was noticed and what has not left;
    `since` is that hour's beginning by the real clock, as keys have it."""
    given = {
        "batch": batch_id, "cause": cause_id, "since": earliest(since),
        "after": opened_at - bursts.WITHIN,
    }  # fmt: skip
    return sql.run(_GATHER, given)
