"""Letting the product do everything that is due at this moment of the business clock.

Each turn asks once what there is to do, and has only that done: most moments are about one or two
people, and asking every duty for every shard would be most of the work.
"""

from __future__ import annotations

from collections.abc import Collection

from followthrough.core import clock
from followthrough.runs import dispatch, engine, signals
from followthrough.store import sql

PATIENCE = 0.5  # seconds to wait for an outcome before looking again

_BUSY = """
SELECT shard, 'events' FROM intake_rawevent WHERE state = 'stored'
UNION SELECT shard, 'touches' FROM messaging_touch WHERE state = 'planned' AND due_at <= %s
UNION SELECT shard, 'touches' FROM messaging_touch WHERE state = 'sending'
UNION SELECT shard, 'apart' FROM messaging_touch WHERE state = 'reconciling'
UNION SELECT shard, 'apart' FROM people_writeback WHERE state = 'waiting'
ORDER BY shard
"""


def work() -> None:
    """Work until nothing is due; what is left then waits for a time of its own."""
    while busy := sql.rows(_BUSY, (clock.now(),)):
        here = [shard for shard, kind in busy if kind != "apart"]
        there = [shard for shard, kind in busy if kind == "apart"]
        came = any(kind == "events" for _, kind in busy)
        if not _work_off(here, settling=not came) + _work_apart(there):
            return


def _work_off(shards: Collection[int], *, settling: bool) -> int:
    """Raw events, then what is due (with `settling` only that); and wait until whatever was handed
    over has come back."""
    if not shards:
        return 0
    held = dict.fromkeys(shards)
    did = engine.once(held, apart=False, settling=settling)
    while not dispatch.at_rest():
        signals.wait(signals.HAND, seconds=PATIENCE)
        did += engine.once(held, settling=True)
    return did


def _work_apart(shards: Collection[int]) -> int:
    return engine.once(dict.fromkeys(shards), apart=True) if shards else 0
