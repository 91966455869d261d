"""Everything that leaves: claim, decide, write the attempt, hand over, settle.

This is the only caller of channel adapters (with `reconcile`, which asks them what they know).
A decision commits before its message is handed over, and lives two seconds: hand-over starts
within that time, after opt-outs, freezes and the shard's fencing token were read once more, or
the touch is decided again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import compress
from math import inf
from operator import not_
from time import sleep
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.core import clock
from followthrough.governance import caps
from followthrough.messages import outbox
from followthrough.messages.outbox import Due
from followthrough.runs import drafts, facts, settling, shadowing, still, verdicts
from followthrough.runs.engine import Held, shard_loop
from followthrough.runs.facts import Company, Person
from followthrough.runs.handover import Lane, Ready
from followthrough.runs.still import Still
from followthrough.runs.verdicts import Verdicts
from followthrough.store import sql

log = logging.getLogger(__name__)

BATCH = 300  # touches per transaction, at most
SETTLED_AT_ONCE = 300
WORTH_CLAIMING = 100  # room for fewer is left to grow while others are still on their way
POISON_TRIES = 5
MOST_OVERTAKEN = 5  # times in a row; then touch by touch, lest a batch be overtaken for ever

_own = threading.local()  # each thread that does this work has a lane of its own


@shard_loop(order=20, settles=True)
def work(held: Held) -> int:
    """One turn: settle what came back, decide what is due and hand it over."""
    lane = _lane()
    lane.looked_at = None
    did = settling.settle(lane.take_finished(SETTLED_AT_ONCE), now=clock.now())
    if held and (lane.room() >= WORTH_CLAIMING or not lane.flying):
        did += _fill(lane, held)
    if not did and lane.flying and None in held.values():
        sleep(0.001)  # in one thread (drain) there is nobody else to wait for the outcome
        return 1
    return did


def at_rest() -> bool:
    """Whether nothing of this thread is on its way, waits to leave or waits to be settled."""
    return _lane().at_rest()


def until_due(shards: Collection[int]) -> float:
    """How many seconds it is until something falls due in these shards; infinity: nothing will.

    What fell due since this thread's last claim is still to be claimed. Without one in its last
    turn there is no room, and what comes back will ring.
    """
    looked_at = _lane().looked_at
    if not shards or looked_at is None:
        return inf
    found = outbox.next_due(shards=list(shards), now=looked_at)
    return max(0.0, (found - clock.now()).total_seconds()) if found else inf


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
    """Claim what is due, decide and hand over; one that cannot be decided is isolated."""
    limit, now = min(BATCH, lane.room()), clock.now()
    lane.looked_at = now
    try:
        decided = _decide(held, limit=limit, now=now)
    except caps.OVERTAKEN:
        lane.overtaken += 1
        if lane.overtaken < MOST_OVERTAKEN:
            return BATCH  # another worker wrote to the same addresses just now: again at once
    except Exception:
        log.exception("A batch could not be decided; going one by one")
    else:
        lane.overtaken = 0
        _launch(lane, decided)
        return decided.claimed
    lane.overtaken = 0
    return _one_by_one(lane, held, limit=limit, now=now)


def _one_by_one(lane: Lane, held: Held, *, limit: int, now: datetime) -> int:
    with transaction.atomic():
        dues = outbox.claim(shards=list(held), now=now, limit=limit)
    for due in dues:
        try:
            _launch(lane, _decide(held, limit=1, now=now, only=[due.id]))
        except caps.OVERTAKEN:
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
            verdicts.unsaid([due] if due.origin == "member" else [], now)


class _Decided(NamedTuple):
    """What became of a claimed batch: how many there were, what may leave, and whether it still
    may now that the decision is committed."""

    claimed: int
    ready: Sequence[Ready] = ()
    still: sql.Later[Still] | None = None


def _decide(
    held: Held, *, limit: int, now: datetime, only: Sequence[UUID] | None = None
) -> _Decided:
    """Claim, load, decide and write, in one transaction."""
    with sql.committing():
        dues = outbox.claim(shards=list(held), now=now, limit=limit, only=only)
        if not dues:
            return _Decided(0)
        known = facts.load(dues, now=now)
        written = Verdicts(held, now, known, most=len(dues))
        companies = known.companies()
        for candidate_id, theirs in drafts.by_person(dues).items():
            person = known.people[candidate_id]
            _decide_person(person, theirs, companies[person.organization_id], written)
        written.write()
        ready = written.ready
        later = sql.afterwards(still.asked(ready)) if ready else None
    shadowing.settle(written.shadowed, decided=written.decided, now=now)
    return _Decided(len(dues), ready, later)


def _decide_person(person: Person, dues: list[Due], ours: Company, written: Verdicts) -> None:
    leaving, kept = shadowing.parted(dues, written.known)
    if leaving:
        found = drafts.judged(person, leaving, written.known, ours, at=written.now)
        for due, decision in zip(leaving, found, strict=True):
            verdicts.add(decision, due, person, ours, written)
    if kept:
        shadowing.decide(person, kept, ours, written)


# --- hand over ---------------------------------------------------------------------------------


def _launch(lane: Lane, decided: _Decided) -> None:
    """Hand over what still holds; what no longer does is finished as expired."""
    if decided.still is None:
        return
    found = decided.still.said
    if found is None:  # committed, but nobody knows whether they may leave: decided again at once
        lane.expire(decided.ready)
        return
    holds = [found.holds(number, one) for number, one in enumerate(decided.ready)]
    lane.expire(compress(decided.ready, map(not_, holds)))
    lane.launch(list(compress(decided.ready, holds)), found.at)
