"""Everything that leaves: claim, decide, write the attempt, hand over, settle.

This is the only caller of channel adapters (with `reconcile`, which asks them what they know).
A decision commits before its message is handed over, and lives two seconds: hand-over starts
within that time, after opt-outs, freezes and the shard's fencing token were read once more, or
the touch is decided again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic, sleep
from uuid import UUID

from django.db import transaction

from followthrough.core import clock
from followthrough.governance import gate
from followthrough.messages import outbox
from followthrough.messages.outbox import Due, ReceiptRow
from followthrough.runs import drafts, facts, settling, verdicts
from followthrough.runs.engine import shard_loop
from followthrough.runs.facts import Facts
from followthrough.runs.handover import Lane, Ready
from followthrough.runs.verdicts import Verdicts
from followthrough.store import sql

log = logging.getLogger(__name__)

BATCH = 200  # touches per transaction, at most
WORTH_CLAIMING = 100  # room for fewer is left to grow while others are still on their way
POISON_TRIES = 5

_lanes: dict[int, Lane] = {}


@shard_loop(order=20)
def work(shard: int, *, epoch: int | None) -> int:
    """One turn of a shard: settle what came back, hand over what is decided, decide what is due."""
    lane = _lane(shard, epoch or 0)
    did = settling.settle(lane.take_finished(BATCH), now=clock.now())
    did += _launch(lane, fenced=epoch is not None)
    if not lane.lost and (lane.room() >= WORTH_CLAIMING or not lane.flying):
        did += _fill(lane)
        did += _launch(lane, fenced=epoch is not None)
    if epoch is None and not did and lane.flying:
        sleep(0.001)  # in one thread (drain) there is nobody else to wait for the outcome
        return 1
    return did


def close(shard: int, *, seconds: float) -> None:
    """Bring a shard to rest before its owner gives it up: nothing new, everything settled."""
    lane, until = _lanes.get(shard), monotonic() + seconds
    while lane and (lane.ready or lane.flying or lane.finished) and monotonic() < until:
        lane.expire(lane.take_ready())
        if not settling.settle(lane.take_finished(BATCH), now=clock.now()):
            sleep(0.005)


def _lane(shard: int, epoch: int) -> Lane:
    """The shard's lane. What was decided under another epoch is decided again; what came back is
    settled whoever owns the shard now, since the attempt is its fence."""
    lane = _lanes.setdefault(shard, Lane(shard=shard, epoch=epoch))
    if lane.epoch != epoch:
        lane.expire(lane.take_ready())
        lane.epoch, lane.lost = epoch, False
    return lane


# --- decide ------------------------------------------------------------------------------------


def _fill(lane: Lane) -> int:
    """Claim due touches and decide about them; one that cannot be decided is isolated."""
    limit, now = min(BATCH, lane.room()), clock.now()
    try:
        claimed, ready = _decide(lane, limit=limit, now=now)
    except Exception:
        log.exception("A batch of shard %s could not be decided; going one by one", lane.shard)
        return _one_by_one(lane, limit=limit, now=now)
    lane.ready.extend(ready)
    return claimed


def _one_by_one(lane: Lane, *, limit: int, now: datetime) -> int:
    with transaction.atomic():
        dues = outbox.claim(shard=lane.shard, now=now, limit=limit)
    for due in dues:
        try:
            _, ready = _decide(lane, limit=1, now=now, only=[due.id])
            lane.ready.extend(ready)
        except Exception as problem:
            log.exception("The touch %s could not be decided", due.id)
            _set_back(due, type(problem).__name__, now)
    return len(dues)


def _set_back(due: Due, problem: str, now: datetime) -> None:
    """Try a poisoned touch later, each time later still; after the last try it ends, explained."""
    with transaction.atomic():
        sql.run("UPDATE messaging_touch SET tries = tries + 1 WHERE id = %s", (due.id,))
        if due.tries + 1 < POISON_TRIES:
            later = now + timedelta(seconds=30 * 4**due.tries)
            outbox.plan_again([(due.id, later, "poison")], was=["planned"])
            return
        checks = [("poison", "drop", {"problem": problem})]
        end = ReceiptRow(touch=due, at=now, verdict="fail", code="poison", checks=checks)
        if outbox.end([(due.id, "failed")], now=now, was=["planned"]):
            outbox.record([end])


def _decide(
    lane: Lane, *, limit: int, now: datetime, only: Sequence[UUID] | None = None
) -> tuple[int, list[Ready]]:
    """Claim, load, decide and write, in one transaction; returns the count and what may leave."""
    with transaction.atomic():
        dues = outbox.claim(shard=lane.shard, now=now, limit=limit, only=only)
        if not dues:
            return 0, []
        known = facts.load(dues, now=now)
        written = Verdicts(lane.epoch, now, known)
        for candidate_id, theirs in drafts.by_person(dues).items():
            _decide_person(known.people[candidate_id], theirs, known, written)
        written.write()
    return len(dues), written.ready


def _decide_person(person: facts.Person, dues: list[Due], known: Facts, written: Verdicts) -> None:
    policy = known.policies[person.organization_id]
    found = gate.decide(
        [drafts.draft(due, person, known) for due in dues],
        drafts.person_facts(person, dues, known),
        policy,
        written.now,
    )
    for due, decision in zip(dues, found, strict=True):
        verdicts.add(decision, due, written, policy.id)


# --- hand over ---------------------------------------------------------------------------------

# What could have changed since the decision committed. An opt-out or a freeze that commits after
# this statement finds the message on its way, and both times are on record.
_STILL = """
SELECT clock_timestamp(),
  NOT %(fenced)s OR EXISTS (SELECT 1 FROM runs_shard WHERE number = %(shard)s
                            AND epoch = %(epoch)s FOR SHARE),
  ARRAY(SELECT r.n FROM unnest(%(n)s::int[], %(org)s::uuid[], %(key)s::text[], %(ch)s::text[])
          AS r(n, org, key, ch)
        JOIN governance_addressblock b ON b.organization_id = r.org AND b.address_key = r.key
          AND b.channel = r.ch AND b.lifted_at IS NULL
        WHERE r.n = ANY(%(asked)s)),
  ARRAY(SELECT r.n FROM unnest(%(sn)s::int[], %(subject)s::uuid[]) AS r(n, subject)
        JOIN governance_freeze f ON f.subject_id = r.subject AND f.ended_at IS NULL
          AND (f.until IS NULL OR f.until > %(now)s)
        WHERE r.n = ANY(%(automatic)s) OR f.why = 'kill_switch')
"""


def _launch(lane: Lane, *, fenced: bool) -> int:
    """Hand over what still holds; what no longer does is finished as expired."""
    ready = lane.take_ready()
    if not ready:
        return 0
    started_at, owned, blocked, frozen = _still(lane, ready, fenced)
    lane.lost = not owned
    stale = set(range(len(ready))) if lane.lost else {*blocked, *frozen}
    lane.expire(one for n, one in enumerate(ready) if n in stale)
    lane.launch([one for n, one in enumerate(ready) if n not in stale], started_at)
    return len(ready)


def _still(lane: Lane, ready: list[Ready], fenced: bool) -> tuple[datetime, bool, list, list]:
    touches = [one.sending.touch for one in ready]
    subjects = [
        (n, subject)
        for n, one in enumerate(ready)
        if one.sending.touch.purpose != "service"
        for subject in one.subjects
    ]
    given = {
        "fenced": fenced,
        "shard": lane.shard,
        "epoch": lane.epoch,
        "now": clock.now(),
        "n": list(range(len(ready))),
        "org": [due.organization_id for due in touches],
        "key": [one.sending.address_key for one in ready],
        "ch": [one.sending.channel for one in ready],
        "asked": [n for n, due in enumerate(touches) if due.purpose != "service"],
        "automatic": [n for n, due in enumerate(touches) if due.origin != "member"],
        "sn": [n for n, _ in subjects],
        "subject": [subject for _, subject in subjects],
    }
    return sql.rows(_STILL, given)[0]
