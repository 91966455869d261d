"""A map and a connection put in shadow while several workers send steadily.

`python -m tests.durability.shadow` needs DATABASE_URL to name an empty database. Unlike a kill
switch nothing waits: what falls due in shadow is decided, and is over. Prints its result as JSON.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.durability import switches
from tests.durability.switches import STANDS, WORKERS, Stop, Switching


class Shadowing(Switching):
    """The same company; what is stopped is stopped by a shadow."""

    def each(self) -> Iterator[Stop]:
        """First one map, then the connection: all there is."""
        version = self.made.versions["retail"].id
        cases: list[tuple[str, Any, Callable[[Any], bool]]] = [
            ("map", self.made.maps["retail"].id, lambda one: one.version == version),
            ("connection", self.made.connection.id, lambda one: True),
        ]
        for kind, subject, stops in cases:
            self._wait_for_more()
            since, until = self._stop(kind, subject)
            yield Stop(kind, since, until, stops, others=kind == "map")

    def _stop(self, kind: str, subject: Any) -> tuple[float, float]:
        from followthrough.core import clock
        from followthrough.journeys import shadows

        ours = self.made.organization.id
        found = shadows.begin(
            organization_id=ours, subject_kind=kind, subject_id=subject, by="tests", at=clock.now()
        )
        since = time.time()
        time.sleep(STANDS)
        until = time.time()
        shadows.end(found.id, by="tests", at=clock.now())
        return since, until

    def held(self) -> int:
        """How many messages would have been sent."""
        from followthrough.messages.models import Receipt

        return Receipt.objects.filter(verdict="shadow").count()

    def left(self) -> Iterator[str]:
        """What has not ended in one way, and what was sent and shadowed."""
        from followthrough.messages.models import Touch

        got = {str(one.touch) for one in self.got()}
        for touch in Touch.objects.all():
            if touch.state not in ("sent", "shadowed"):
                yield f"{touch.id} is {touch.state}"
            if (touch.state == "sent") != (str(touch.id) in got):
                yield f"{touch.id} is {touch.state}; the provider says otherwise"


def _play(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from tests import invariants
    from tests.durability import processes
    from tests.durability.caps import rest

    began = time.monotonic()
    with (
        processes.provider(folder, latency_ms=15, fail="", seed=given.seed) as provider,
        processes.workers(folder / "workers.log") as workers,
    ):
        shadowing = Shadowing(provider, random.Random(given.seed))
        for _ in range(WORKERS):
            workers.start()
        with shadowing.sending():
            stops = [stop for _ in range(given.rounds) for stop in shadowing.each()]
        rest()
    problems = [problem for stop in stops for problem in shadowing.problems(stop)]
    problems += [*shadowing.left(), *invariants.endings(), *invariants.attempts()]
    return {"messages": len(shadowing.got()), "held": shadowing.held(),
            "worst_s": round(max(shadowing.worst(stop) for stop in stops), 3),
            "seconds": round(time.monotonic() - began, 1),
            "problems": problems[:20]}  # fmt: skip


if __name__ == "__main__":
    switches.main(_play)
