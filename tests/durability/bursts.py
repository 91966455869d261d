"""A bulk move under fire: several workers, some killed, while a burst is held, let go, stopped and
cancelled.

`python -m tests.durability.bursts` needs DATABASE_URL to name an empty database. Seven hundred
stage changes come at once into a company that holds more than two hundred an hour. Prints its
result as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

WORKERS, EVENTS, LIMIT = 3, 700, 200
WITHIN = 1.0  # seconds from the commit of a stop, after which nothing may leave
PATIENCE = 60.0


def main() -> None:
    given = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    folder = Path(tempfile.mkdtemp(prefix="followthrough-bursts-"))
    result = _play(given, folder)
    print(json.dumps(result | {"folder": str(folder)}))
    sys.exit(bool(result["problems"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.durability.bursts")
    parser.add_argument("--seed", type=int, default=11)
    return parser.parse_args()


def _play(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from tests.durability import processes
    from tests.durability.stream import Stream

    began = time.monotonic()
    with (
        processes.provider(folder, latency_ms=15, fail="", seed=given.seed) as provider,
        processes.workers(folder / "workers.log") as workers,
    ):
        stream = Stream(seed=given.seed, provider_url=provider.url, hold_above=LIMIT)
        burst = Burst(provider, workers, stream, random.Random(given.seed))
        for _ in range(WORKERS):
            workers.start()
        found = burst.play()
    return found | {"seconds": round(time.monotonic() - began, 1)}


class Burst:
    """What happens to it, and what must be true at each step."""

    def __init__(self, provider: Any, workers: Any, stream: Any, chance: random.Random) -> None:
        self.provider, self.workers, self.stream = provider, workers, stream
        self.chance, self.problems = chance, []  # type: ignore[var-annotated]

    def play(self) -> dict[str, Any]:
        self.stream.burst(EVENTS)
        self._kill_one()
        before = self._held()
        self._decide("all")
        self._wait(lambda: self._taken() > before + 20, "the first ones to leave")
        self._kill_one()
        stopped = self._stop()
        self._decide("cancel")
        self._wait(self._is_over, "the last one to end")
        self._judge(before, stopped)
        return {"held": len(self._batch_touches()), "left_before": before,
                "sent": self._taken(), "problems": self.problems[:20]}  # fmt: skip

    # --- what happens ---------------------------------------------------------------------------

    def _kill_one(self) -> None:
        """kill -9 for a worker at work, and another in its place."""
        time.sleep(self.chance.uniform(0.2, 0.8))
        self.workers.kill(self.chance.choice(sorted(self.workers.living)))
        self.workers.start()

    def _held(self) -> int:
        """Wait until all has been read and nothing moves; returns how many had left before."""
        from followthrough.intake.models import RawEvent

        self._wait(lambda: not RawEvent.objects.filter(state="stored").exists(), "all to be read")
        self._wait(self._stands, "nothing to move")
        return self._taken()

    def _stands(self) -> bool:
        before = self._taken()
        time.sleep(2)
        return self._taken() == before

    def _decide(self, choice: str) -> None:
        from followthrough.core import clock
        from followthrough.runs.burst import batches

        at = clock.now()
        said = [batches.decide(self._batch().id, choice, by=by, at=at) for by in ("member:1", "x")]
        if said != [True, False]:
            self.problems.append(f"{choice} was decided {said}")

    def _stop(self) -> int:
        """Stop the rest; returns how many had left a second later."""
        from followthrough.core import clock
        from followthrough.runs.burst import batches

        batches.stop(self._batch().id, by="member:1", at=clock.now())
        time.sleep(WITHIN)
        left = self._taken()
        time.sleep(2)
        if self._taken() != left:
            self.problems.append(f"{self._taken() - left} left after it was stopped")
        return left

    # --- looking --------------------------------------------------------------------------------

    def _batch(self) -> Any:
        from followthrough.runs.models import Batch

        return Batch.objects.earliest("id")

    def _batch_touches(self) -> list[Any]:
        from followthrough.messages.models import Touch

        return list(Touch.objects.exclude(batch_id=None))

    def _taken(self) -> int:
        """How many messages left that the move itself caused: nudges follow from those."""
        from followthrough.messages.models import Touch

        nudges = set(map(str, Touch.objects.filter(key="nudge").values_list("id", flat=True)))
        return sum(n for key, n in self.provider.given().items() if key not in nudges)

    def _is_over(self) -> bool:
        from followthrough.messages.models import TERMINAL, Touch

        held = Touch.objects.exclude(batch_id=None)
        return not held.exclude(state__in=TERMINAL).exists() and self._batch().state == "cancelled"

    def _wait(self, until: Callable[[], bool], what: str) -> None:
        patience = time.monotonic() + PATIENCE
        while not until():
            if time.monotonic() > patience:
                raise TimeoutError(f"Waited in vain for {what}: {self._as_it_stands()}")
            time.sleep(0.1)

    def _as_it_stands(self) -> str:
        from collections import Counter

        from followthrough.runs.models import Batch

        touches = Counter((one.key, one.state, one.held_for) for one in self._batch_touches())
        return f"{dict(touches)}, {list(Batch.objects.values_list('state', 'choice'))}"

    def _judge(self, before: int, stopped: int) -> None:
        from tests.durability import verdict

        verdict.wait_for_rest(patience=PATIENCE)
        self.problems += self._more_than_may_leave(before)
        self.problems += verdict.sent_wrongly(self.provider.given())
        self.problems += self._endings()

    def _more_than_may_leave(self, before: int) -> Iterator[str]:
        if before > LIMIT:
            yield f"{before} left before the guard woke"
        if len(self._batch_touches()) < EVENTS - EVENTS // 5 - LIMIT:
            yield f"only {len(self._batch_touches())} were held"

    def _endings(self) -> Iterator[str]:
        from tests import invariants

        yield from invariants.everything()
        for touch in self._batch_touches():
            if touch.state not in ("sent", "cancelled"):
                yield f"{touch.id} of the batch is {touch.state}"


if __name__ == "__main__":
    main()
