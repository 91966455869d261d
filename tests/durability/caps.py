"""Caps under fire: many messages due at once on shared phones, and workers that are killed.

`python -m tests.durability.caps --seed 7` needs DATABASE_URL to name an empty database. The people
of one phone are on different shards, so different workers decide about the same caps at the same
time. Two days pass in seconds. What the provider got is then counted by an oracle that knows only
the numbers of the caps. Prints its result as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

WORKERS, SHARING = 3, 3
ROLLING, KEPT, DAY, STAGE, DAYLIGHT = 3, 1, 4, 4, timedelta(hours=24)
POLICY = {
    "caps": [{"per": "address", "hours": 24, "at_most": ROLLING},
             {"per": "person", "window": "day", "at_most": DAY}],
    "keep_for_priority": {"at_or_under": 2, "room": KEPT},
    "merge_nudges": False,
}  # fmt: skip
LIMITS = {"caps": [{"per": "application", "window": "stage", "at_most": STAGE}]}
# From noon in Reno: 18:00 (tomorrow in UTC), 09:00 (another day, and nothing has left the rolling
# windows), 13:00 (everything of the first noon has).
LATER = (timedelta(hours=6), timedelta(hours=15), timedelta(hours=4))
PHASE_SECONDS = 1.2  # before time moves on, whatever is not done yet


def main() -> None:
    given = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    folder = Path(tempfile.mkdtemp(prefix="followthrough-caps-"))
    result = _play(given, folder)
    print(json.dumps(result | {"seed": given.seed, "folder": str(folder)}))
    sys.exit(bool(result["problems"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.durability.caps")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--phones", type=int, default=40, help=f"with {SHARING} people on each")
    parser.add_argument("--kills", type=int, default=2)
    return parser.parse_args()


def _play(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from tests.durability import processes

    began = time.monotonic()
    options = {"latency_ms": 15, "fail": "lose=0.01,throttle=0.03", "seed": given.seed}
    with (
        processes.provider(folder, **options) as provider,
        processes.workers(folder / "workers.log") as workers,
    ):
        crowding = Crowding(random.Random(given.seed), provider, workers, phones=given.phones)
        crowding.run(kills=given.kills)
        rested = rest()
    found = crowding.problems()
    return {**crowding.counts(), "kills": given.kills, "rested_s": round(rested, 1),
            "seconds": round(time.monotonic() - began, 1), "problems": found[:20]}  # fmt: skip


class Crowding:
    """Two days of people on shared phones."""

    def __init__(self, chance: random.Random, provider: Any, workers: Any, *, phones: int) -> None:
        from tests import company
        from tests.durability import crowd

        self.chance, self.log, self.workers, self.crowd = chance, provider.log, workers, crowd
        self.made = crowd.found(provider.url, {"hours": {"default": company.ALWAYS}, **POLICY})
        self.version = company.add_map(self.made, "retail", crowd.map_of("Retail", LIMITS))
        self.apps = crowd.arrive(self.made, phones=phones, sharing=SHARING)

    def run(self, *, kills: int) -> None:
        """Let the days pass; workers are killed just when they have most to do."""
        from followthrough.accounts import clock as installation

        self._plan(2)
        for _ in range(WORKERS):
            self.workers.start()
        for number, later in enumerate((timedelta(), *LATER)):
            installation.advance(later)
            if later:
                self._plan(1)
            until = time.monotonic() + PHASE_SECONDS
            for _ in range(len(range(number, kills, len(LATER) + 1))):
                self._kill_somebody_busy()
            time.sleep(max(0.0, until - time.monotonic()))

    def _plan(self, each: int) -> None:
        """As much for everybody as no cap allows, all due at one moment, in no order."""
        from followthrough.core import clock

        due, crowd = clock.now() + timedelta(seconds=0.3), self.crowd
        wanted = [
            crowd.Wanted(app, channel, priority, due, self.version)
            for app in self.apps
            for channel in ("sms", "email")
            for priority in (*[crowd.USUAL] * each, crowd.URGENT)
        ]
        self.chance.shuffle(wanted)
        crowd.plan(wanted)
        crowd.wake()

    def _kill_somebody_busy(self) -> None:
        """`kill -9` for a worker while messages go out, and another comes."""
        before, until = self._taken(), time.monotonic() + 10
        while self._taken() < before + 20 and time.monotonic() < until:
            time.sleep(0.003)
        self.workers.kill(self.chance.choice(sorted(self.workers.living)))
        self.workers.start()

    def _taken(self) -> int:
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def counts(self) -> dict[str, Any]:
        """How much there was to get wrong."""
        from django.db.models import Count

        from followthrough.messages.models import Receipt

        full = sum(len(window) == ROLLING for window in _windows(self._by("to")))
        codes = Receipt.objects.filter(code="caps").values_list("verdict").annotate(Count("id"))
        return {"messages": self._taken(), "full windows": full,
                "phones on several shards": self._spread(), **dict(codes)}  # fmt: skip

    def _spread(self) -> int:
        by_phone = defaultdict(set)
        for place, app in enumerate(self.apps):
            by_phone[place // (2 * SHARING)].add(app.candidate.shard)
        return sum(len(shards) > 1 for shards in by_phone.values())

    def problems(self) -> list[str]:
        """Everything that is wrong, in words."""
        from tests import invariants

        held = [one for one in invariants.everything() if not one.endswith(" is still planned")]
        return [
            *_twice(self._got()),
            *_rolling(self._by("to")),
            *_days(self._by("candidate")),
            *_stages(self._by("application")),
            *held,
            *_lost(),
        ]

    def _got(self) -> list[Any]:
        return list(self.crowd.got(self.log))

    def _by(self, what: str) -> dict[Any, list[Any]]:
        """What the provider got, by address, person or application, in the order of decisions."""
        found = defaultdict(list)
        for one in sorted(self._got(), key=lambda one: one.attempt.int):
            found[getattr(one, what)].append(one)
        return found


# --- the oracle ----------------------------------------------------------------------------------


def _twice(got: Iterable[Any]) -> Iterator[str]:
    seen = set()
    for one in got:
        if one.touch in seen:
            yield f"{one.touch} was sent twice"
        seen.add(one.touch)


def _windows(by: dict[Any, list[Any]]) -> Iterator[list[Any]]:
    """For each message those to the same address in the 24 hours up to it, itself included."""
    for theirs in by.values():
        for place, one in enumerate(theirs):
            yield [other for other in theirs[: place + 1] if other.decided > one.decided - DAYLIGHT]


def _rolling(by: dict[Any, list[Any]]) -> Iterator[str]:
    for window in _windows(by):
        *before, last = window
        if len(window) > ROLLING:
            yield f"{last.to} got {len(window)} in 24 hours"
        if not last.urgent and len(before) >= ROLLING - KEPT:
            yield f"{last.to} got a usual message in the room that is kept"


def _days(by: dict[Any, list[Any]]) -> Iterator[str]:
    for person, theirs in by.items():
        for zone in ("America/Los_Angeles", "America/Denver"):
            yield from _too_many(theirs, DAY, f"{person} in {zone}", _local_day(zone))


def _local_day(zone: str) -> Callable[[datetime], date]:
    return lambda at: at.astimezone(ZoneInfo(zone)).date()


def _stages(by: dict[Any, list[Any]]) -> Iterator[str]:
    for application, theirs in by.items():
        yield from _too_many(theirs, STAGE, str(application), lambda at: None)


def _too_many(
    theirs: list[Any], most: int, whose: str, window: Callable[[datetime], Any]
) -> Iterator[str]:
    counts: dict[Any, int] = defaultdict(int)
    for one in theirs:
        counts[window(one.decided)] += 1
    yield from (f"{whose} got {n} in {one or 'the stage'}" for one, n in counts.items() if n > most)


_HELD = """
SELECT t.id, t.state, t.held_for, t.due_at,
  EXISTS (SELECT FROM messaging_receipt r WHERE r.touch_id = t.id AND r.verdict = 'hold')
FROM messaging_touch t WHERE t.ended_at IS NULL
"""


def _lost() -> Iterator[str]:
    """What has not ended is held, until later, with a receipt."""
    from followthrough.core import clock
    from followthrough.store import sql

    for touch, state, held_for, due_at, receipt in sql.rows(_HELD):
        if not (state == "planned" and held_for and due_at > clock.now() and receipt):
            yield f"{touch} is {state}, held for {held_for!r} until {due_at}, receipt: {receipt}"


_LEFT = """
SELECT count(*) FROM messaging_touch
WHERE ended_at IS NULL AND (state <> 'planned' OR due_at <= %s OR held_for = '')
"""


def until(true: Callable[[], bool], *, patience: float = 20) -> None:
    """Wait until something is so, or for as long as one may: what is wrong then is said later."""
    began = time.monotonic()
    while not true() and time.monotonic() - began < patience:
        time.sleep(0.1)


def rest(*, patience: float = 60) -> float:
    """Wait until nothing is due, on its way or to be tried again; raises TimeoutError when nothing
    moves any more."""
    from followthrough.core import clock
    from followthrough.store import sql

    began = moved = time.monotonic()
    last = -1
    while left := sql.rows(_LEFT, (clock.now(),))[0][0]:
        if left != last:
            last, moved = left, time.monotonic()
        if time.monotonic() - moved > patience:
            raise TimeoutError(f"For {patience:.0f} s nothing was done, but {left} messages wait.")
        time.sleep(0.1)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
