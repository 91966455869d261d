"""Everything that leaves: claim, decide, write the attempt, hand over, settle.

This is the only caller of channel adapters (with `reconcile`, which asks them what they know).
A decision commits before its message is handed over, and lives two seconds: hand-over starts
within that time, after opt-outs, freezes and the shard's fencing token were read once more, or
the touch is decided again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from time import sleep
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.core import clock
from followthrough.governance import caps, gate
from followthrough.messages import outbox
from followthrough.messages.outbox import Due
from followthrough.runs import drafts, facts, settling, verdicts
from followthrough.runs.engine import Held, shard_loop
from followthrough.runs.facts import Company, Person
from followthrough.runs.handover import Lane, Ready
from followthrough.runs.verdicts import Verdicts
from followthrough.store import sql

log = logging.getLogger(__name__)

BATCH = 200  # touches per transaction, at most
SETTLED_AT_ONCE = 200
WORTH_CLAIMING = 100  # room for fewer is left to grow while others are still on their way
POISON_TRIES = 5

_own = threading.local()  # each thread that does this work has a lane of its own


@shard_loop(order=20, settles=True)
def work(held: Held) -> int:
    """One turn: settle what came back, hand over what is decided, decide what is due."""
    lane = _lane()
    did = settling.settle(lane.take_finished(SETTLED_AT_ONCE), now=clock.now())
    did += _launch(lane)
    if held and (lane.room() >= WORTH_CLAIMING or not lane.flying):
        did += _fill(lane, held)
        did += _launch(lane)
    if not did and lane.flying and None in held.values():
        sleep(0.001)  # in one thread (drain) there is nobody else to wait for the outcome
        return 1
    return did


def at_rest() -> bool:
    """Whether nothing of this thread is on its way, waits to leave or waits to be settled."""
    return _lane().at_rest()


def forget() -> None:
    """Forget every lane, as a crash does. For tests."""
    global _own
    _own = threading.local()


def _lane() -> Lane:
    if not hasattr(_own, "lane"):
        _own.lane = Lane()
    return _own.lane


# --- decide ------------------------------------------------------------------------------------


def _fill(lane: Lane, held: Held) -> int:
    """Claim due touches and decide about them; one that cannot be decided is isolated."""
    limit, now = min(BATCH, lane.room()), clock.now()
    try:
        claimed, ready = _decide(held, limit=limit, now=now)
    except caps.Overtaken:
        return BATCH  # another worker wrote to the same addresses just now: decided again at once
    except Exception:
        log.exception("A batch could not be decided; going one by one")
        return _one_by_one(lane, held, limit=limit, now=now)
    lane.ready.extend(ready)
    return claimed


def _one_by_one(lane: Lane, held: Held, *, limit: int, now: datetime) -> int:
    with transaction.atomic():
        dues = outbox.claim(shards=list(held), now=now, limit=limit)
    for due in dues:
        try:
            _, ready = _decide(held, limit=1, now=now, only=[due.id])
            lane.ready.extend(ready)
        except caps.Overtaken:
            continue
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
        if outbox.end([(due.id, "failed")], now=now, was=["planned"]):
            outbox.record([outbox.receipt(due, now, "fail", "poison", checks)])


def _decide(
    held: Held, *, limit: int, now: datetime, only: Sequence[UUID] | None = None
) -> tuple[int, list[Ready]]:
    """Claim, load, decide and write, in one transaction; returns the count and what may leave."""
    with sql.committing():
        dues = outbox.claim(shards=list(held), now=now, limit=limit, only=only)
        if not dues:
            return 0, []
        known = facts.load(dues, now=now)
        written = Verdicts(held, now, known, most=len(dues))
        companies = known.companies()
        for candidate_id, theirs in drafts.by_person(dues).items():
            person = known.people[candidate_id]
            _decide_person(person, theirs, companies[person.organization_id], written)
        written.write()
    return len(dues), written.ready


def _decide_person(person: Person, dues: list[Due], ours: Company, written: Verdicts) -> None:
    known = written.known
    zones = drafts.zones(person, dues, known)
    zone = next(iter(zones.names), "UTC")
    found = gate.decide(
        [drafts.draft(due, person, zone, known) for due in dues],
        drafts.person_facts(person, zones, known, ours),
        ours.policy,
        written.now,
    )
    for due, decision in zip(dues, found, strict=True):
        verdicts.add(decision, due, person, ours, written)


# --- hand over ---------------------------------------------------------------------------------

# What could have changed since the decision committed. An opt-out or a freeze that commits after
# this statement finds the message on its way, and both times are on record.
_STILL = """
SELECT clock_timestamp(),
  ARRAY(SELECT o.shard FROM unnest(%(shard)s::int[], %(epoch)s::bigint[]) AS o(shard, epoch)
        JOIN runs_shard s ON s.number = o.shard AND s.epoch = o.epoch),
  ARRAY(SELECT r.n - 1 FROM unnest(%(org)s::uuid[], %(key)s::text[], %(ch)s::text[])
          WITH ORDINALITY AS r(org, key, ch, n)
        JOIN governance_addressblock b ON b.organization_id = r.org AND b.address_key = r.key
          AND b.channel = r.ch AND b.lifted_at IS NULL),
  ARRAY(SELECT DISTINCT f.subject_id FROM governance_freeze f
        WHERE f.subject_id = ANY(%(subject)s) AND f.ended_at IS NULL
          AND (f.until IS NULL OR f.until > %(now)s)),
  ARRAY(SELECT DISTINCT f.subject_id FROM governance_freeze f
        WHERE f.subject_id = ANY(%(subject)s) AND f.ended_at IS NULL
          AND (f.until IS NULL OR f.until > %(now)s) AND f.why = 'kill_switch')
"""


def _launch(lane: Lane) -> int:
    """Hand over what still holds; what no longer does is finished as expired."""
    ready = lane.take_ready()
    if not ready:
        return 0
    still = _still(ready)
    holds = [still.holds(number, one) for number, one in enumerate(ready)]
    lane.expire(one for one, right in zip(ready, holds, strict=True) if not right)
    lane.launch([one for one, right in zip(ready, holds, strict=True) if right], still.at)
    return len(ready)


class _Still(NamedTuple):
    """What was read just before handing over."""

    at: datetime  # the database's clock
    owned: Set[int]  # shards that are still ours
    blocked: Set[int]  # numbers of messages whose address opted out
    frozen: Set[UUID]  # subjects
    killed: Set[UUID]  # subjects on which not even a member may write

    def holds(self, number: int, one: Ready) -> bool:
        """Whether the decision about a message is still right."""
        due = one.sending.touch
        if one.epoch is not None and one.shard not in self.owned:
            return False
        if due.purpose == "service":
            return True
        stops = self.killed if due.origin == "member" else self.frozen
        return number not in self.blocked and (not stops or stops.isdisjoint(one.subjects))


def _still(ready: list[Ready]) -> _Still:
    touches = [one.sending.touch for one in ready]
    epochs = {one.shard: one.epoch for one in ready if one.epoch is not None}
    given = {
        "shard": list(epochs),
        "epoch": list(epochs.values()),
        "now": clock.now(),
        "org": [due.organization_id for due in touches],
        "key": [one.sending.address_key for one in ready],
        "ch": [one.sending.channel for one in ready],
        "subject": sql.distinct(subject for one in ready for subject in one.subjects),
    }
    at, *found = sql.rows(_STILL, given)[0]
    return _Still(at, *map(frozenset, found))
