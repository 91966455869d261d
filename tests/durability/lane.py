"""One lane: a stream of stage changes, one or two workers, and somebody who kills them.

`python -m tests.durability.lane --kills 20 --seed 7` needs DATABASE_URL to name an empty database;
`python -m tests.durability` makes one and starts this. Prints its result as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django

BURST = 160
AIM_SECONDS = {1: 12.0, 2: 4.0}  # how long to wait for a worker that has messages on their way


def main() -> None:
    given = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    folder = Path(tempfile.mkdtemp(prefix="followthrough-durability-"))
    result = _play(given, folder)
    print(json.dumps(result | {"seed": given.seed, "folder": str(folder)}))
    sys.exit(bool(result["problems"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.durability.lane")
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2, help="1: the only one, restarted")
    parser.add_argument("--latency-ms", type=float, default=20)
    parser.add_argument("--fail", default="lose=0.01,throttle=0.02,slow=0.01")
    return parser.parse_args()


def _play(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from tests.durability import processes, verdict
    from tests.durability.stream import Stream
    from tests.durability.takeover import Watch

    began = time.monotonic()
    log = folder / "workers.log"
    options = {"latency_ms": given.latency_ms, "fail": given.fail, "seed": given.seed}
    with processes.provider(folder, **options) as provider, processes.workers(log) as workers:
        stream = Stream(seed=given.seed, provider_url=provider.url)
        chance = random.Random(given.seed)
        killer = Killer(chance, workers, stream, log=provider.log, count=given.workers)
        with Watch() as watch:
            killer.run(given.kills, watch)
            rested, problems = _rest(verdict)
            problems += watch.problems()
        problems += verdict.problems(stream, provider.given())
    return {
        **killer.counts,
        "applications": len(stream.stages),
        "messages": sum(provider.given().values()),
        "workers": given.workers,
        "takeover_s": round(watch.longest, 1),
        "rested_s": round(rested, 1),
        "seconds": round(time.monotonic() - began, 1),
        "problems": problems[:20],
    }


def _rest(verdict: Any) -> tuple[float, list[str]]:
    try:
        return verdict.wait_for_rest(patience=60), []
    except TimeoutError as problem:
        return -1.0, [str(problem)]


class Killer:
    """Keeps one or two workers busy and takes them away at the worst moments."""

    def __init__(
        self, chance: random.Random, workers: Any, stream: Any, *, log: Path, count: int
    ) -> None:
        self.chance, self.workers, self.stream, self.count = chance, workers, stream, count
        self.log = log
        self.counts = {"kills": 0, "in flight": 0, "zombies": 0}
        self.timers: list[threading.Timer] = []

    def run(self, kills: int, watch: Any) -> None:
        for _ in range(self.count):
            self.workers.start()
        while self.counts["kills"] < kills:
            if watch.backlog() < 3 * BURST:
                self.stream.burst(BURST)
            self._strike(watch)
        for timer in self.timers:
            timer.join()
        for pid in list(self.workers.stopped):
            self.workers.go_on(pid)
        while len(self.workers.living) < self.count:
            self.workers.start()

    def _strike(self, watch: Any) -> None:
        """Kill (or stop for a while) the worker with most on its way, or one of its processes; and
        see to it that there are as many workers as before."""
        victim = self._victim(watch)
        zombie = self.chance.random() < 0.12 and not self.workers.stopped
        time.sleep(self.chance.uniform(0, 0.06))
        if zombie:
            self.workers.stop(victim, self.chance)
            self.counts["zombies"] += 1
            self._later(self.chance.uniform(3, 22), self.workers.go_on, victim)
        else:
            watch.killed(victim)
            if self.chance.random() < 0.3:
                self.workers.kill_one(victim, self.chance)
            else:
                self.workers.kill(victim)
            self.counts["kills"] += 1
        while len(self.workers.living - self.workers.stopped) < self.count:
            time.sleep(self.chance.uniform(0, 0.4))
            self.workers.start()

    def _victim(self, watch: Any) -> int:
        """Whoever has most messages on their way; after a while anybody.

        Every other time only once the provider has taken some: the first moment of a batch is
        not the only one to die at.
        """
        until = time.monotonic() + AIM_SECONDS[self.count]
        moving = self.workers.living - self.workers.stopped
        taken = self._taken() + self.chance.choice([0, 2_000, 8_000])  # bytes of its log
        while time.monotonic() < until:
            if self._taken() < taken:
                time.sleep(0.004)
                continue
            busy = [(count, pid) for pid, count in watch.busy().items() if pid in moving]
            if busy and max(busy)[0] >= 3:
                self.counts["in flight"] += 1
                return max(busy)[1]
            time.sleep(0.004)
        return self.chance.choice(sorted(moving))

    def _taken(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def _later(self, seconds: float, act: Any, *given: Any) -> None:
        timer = threading.Timer(seconds, act, given)
        timer.start()
        self.timers.append(timer)


if __name__ == "__main__":
    main()
