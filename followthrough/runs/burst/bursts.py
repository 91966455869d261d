"""Noticing that one cause is about to send too much within an hour.

A cause is an ATS's connection (a bulk move, an import) or a version that was published with running
runs moved. What it plans is counted by the half hour in which it is due: two neighbouring ones hold
everything that would leave within some half hour, and nothing from beyond an hour. Whoever plans
reads the counts along with what else it reads, and adds its own to a row that nobody else writes;
what others are planning at that very moment is not seen, so a burst may be some hundreds over
before it is noticed. What is known to follow is therefore counted in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7s
from followthrough.governance import policies
from followthrough.governance.policy import CompiledPolicy
from followthrough.messages.planning import Plan
from followthrough.store import sql

CONNECTION, VERSION = "connection", "version"
WITHIN = timedelta(hours=1)  # for how long what a cause planned is remembered
MEASURE = timedelta(minutes=10)
SLOT = 1800  # seconds
LOOKS = timedelta(hours=24)  # within which somebody can be expected to decide about a batch
NEAR = 4  # so many times as fast as the limit allows is too fast to let go at once
BURSTING = frozenset({"informational", "outreach"})

Counts = Mapping[int, int]  # by half hour


class Cause(NamedTuple):
    """What planned messages. `done` of its events (or runs) are worked off in this transaction, and
    `left` more are known to wait."""

    kind: str
    id: UUID
    done: int = 1
    left: int = 0


class Watch(NamedTuple):
    """What is known of a cause: what was counted in the last hour, how much of that in these ten
    minutes for now, and the batch that is held for it (None: nothing is)."""

    policy: CompiledPolicy
    batch_id: UUID | None
    round: int
    counted: Counts
    lately: int

    def is_fast(self, planned: Counts, *, now: datetime) -> bool:
        """Whether, with these, the limit of an hour comes near within minutes."""
        more = sum(n for one, n in planned.items() if one <= slot(now) + 1)
        return (self.lately + more) * NEAR > self.policy.hold_above


# The share lock keeps the batch from being decided while something still joins it.
_WATCH = """
SELECT (SELECT id FROM governance_policy WHERE organization_id = %(org)s
        ORDER BY number DESC LIMIT 1),
  (SELECT id FROM runs_batch WHERE cause_id = %(cause)s AND state = 'held'
     AND joins_until > %(now)s FOR SHARE),
  done.round,
  (SELECT json_object_agg(slot, n) FROM (
     SELECT slot, sum(count) AS n FROM runs_tally
     WHERE cause_id = %(cause)s AND since > %(after)s AND round = done.round GROUP BY slot) AS t),
  (SELECT coalesce(sum(count), 0)::int FROM runs_tally
   WHERE cause_id = %(cause)s AND since >= %(measure)s AND round = done.round
     AND slot <= %(soon)s)
FROM (SELECT count(*) AS round FROM runs_batch
      WHERE cause_id = %(cause)s AND state <> 'held') AS done
"""


def watch(organization_id: UUID, cause_id: UUID, *, now: datetime) -> sql.Question[Watch]:
    """What is known of a cause? To be asked within the transaction that plans for it."""
    given = {
        "org": organization_id, "cause": cause_id, "now": now, "after": now - WITHIN,
        "measure": _measure(now), "soon": slot(now) + 1,
    }  # fmt: skip
    return sql.Question(_WATCH, given, _watch)


def _watch(rows: Sequence[tuple]) -> Watch:
    policy_id, batch_id, number, counted, lately = rows[0]
    slots = {int(slot): count for slot, count in (counted or {}).items()}
    return Watch(policies.by_id(policy_id), batch_id, number, slots, lately)


def is_held(plan: Plan, *, urgent_at: int, now: datetime) -> bool:
    """Whether a message counts to a burst, and waits with it.

    Never an answer, a service message or what a member wrote; nor what is urgent around an
    interview or another set time and of no use before somebody can be expected to look.
    """
    if plan.origin != "map" or plan.purpose not in BURSTING:
        return False
    return not (_is_urgent(plan, urgent_at) and _is_soon_useless(plan, now))


def _is_urgent(plan: Plan, urgent_at: int) -> bool:
    return bool(plan.anchor_name) and plan.priority <= urgent_at


def _is_soon_useless(plan: Plan, now: datetime) -> bool:
    return plan.useful_until is not None and plan.useful_until - now < LOOKS


def slots(plans: Iterable[Plan], *, now: datetime) -> Counter[int]:
    """How many of them leave in each half hour; what is overdue leaves now."""
    return Counter(slot(max(plan.due_at, now)) for plan in plans)


def slot(at: datetime) -> int:
    """The half hour of a moment."""
    return int(at.timestamp()) // SLOT


def most(counted: Counts) -> int:
    """The most that would leave within an hour."""
    return max((n + counted.get(one + 1, 0) for one, n in counted.items()), default=0)


def together(one: Counts, other: Counts) -> Counter[int]:
    """Both counts in one."""
    return Counter(one) + Counter(other)


def expected(planned: Counts, cause: Cause) -> Counter[int]:
    """What is planned with what will follow, if what waits plans as much as what was worked off."""
    return Counter({one: n + n * cause.left // max(1, cause.done) for one, n in planned.items()})


_TALLY = """
INSERT INTO runs_tally (id, organization_id, cause_id, since, slot, writer, round, count)
SELECT id, %(org)s, %(cause)s, %(since)s, slot, pg_backend_pid(), %(round)s, n
FROM unnest(%(id)s::uuid[], %(slot)s::int[], %(n)s::int[]) AS t(id, slot, n)
ON CONFLICT (cause_id, since, slot, writer, round)
DO UPDATE SET count = runs_tally.count + excluded.count
"""


def tally(
    organization_id: UUID, cause: Cause, planned: Counts, *, round: int, now: datetime
) -> None:
    """Add to what was counted for a cause."""
    given = {
        "org": organization_id, "cause": cause.id, "since": _measure(now), "round": round,
        "id": uuid7s(len(planned)), "slot": list(planned), "n": list(planned.values()),
    }  # fmt: skip
    sql.send(_TALLY, given)


def _measure(now: datetime) -> datetime:
    """When the ten minutes that `now` is in began."""
    seconds = MEASURE.total_seconds()
    return now - timedelta(seconds=now.timestamp() % seconds)


def forget(*, now: datetime) -> None:
    """Delete what counts no more."""
    sql.run("DELETE FROM runs_tally WHERE since < %s", (now - 2 * WITHIN,))
