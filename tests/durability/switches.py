"""Kill switches while several workers send steadily: how soon nothing leaves, and that it goes on.

`python -m tests.durability.switches` needs DATABASE_URL to name an empty database. The
organization, a channel, a sender and a map are stopped one after another. The provider's log says
when each call came, by the same wall clock as the commit of the switch. Prints its result as JSON.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import django

WORKERS, PEOPLE = 3, 60
WITHIN = 1.0  # seconds from the commit, after which nothing may leave
STANDS = 1.5  # for how long each switch stands
EACH, PAUSE = 12, 0.1  # so many messages are planned at once, so often (in seconds)
POLICY = {"caps": [], "merge_nudges": False}


def main(play: Callable[[argparse.Namespace, Path], dict[str, Any]] | None = None) -> None:
    given = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    folder = Path(tempfile.mkdtemp(prefix="followthrough-switches-"))
    result = (play or _play)(given, folder)
    print(json.dumps(result | {"folder": str(folder)}))
    sys.exit(bool(result["problems"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.durability.switches")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=1, help="of all four switches")
    return parser.parse_args()


def _play(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from tests.durability import processes
    from tests.durability.caps import rest, until

    began = time.monotonic()
    with (
        processes.provider(folder, latency_ms=15, fail="", seed=given.seed) as provider,
        processes.workers(folder / "workers.log") as workers,
    ):
        switching = Switching(provider, random.Random(given.seed))
        for _ in range(WORKERS):
            workers.start()
        with switching.sending():
            stops = [stop for _ in range(given.rounds) for stop in switching.each()]
        rest()
        until(switching.let_go)  # what was held by a switch that had ended is found seconds later
        rest()
    problems = [problem for stop in stops for problem in switching.problems(stop)]
    return {"messages": len(switching.got()), "held": switching.held(),
            "worst_s": round(max(switching.worst(stop) for stop in stops), 3),
            "seconds": round(time.monotonic() - began, 1),
            "problems": [*problems, *switching.left()][:20]}  # fmt: skip


class Stop(NamedTuple):
    """A switch that stood from `since` to `until` (wall clock, in seconds), what it stops and
    whether something else is sent meanwhile."""

    kind: str
    since: float
    until: float
    stops: Callable[[Any], bool]
    others: bool


class Switching:
    """A company that sends by two channels under two maps, all the time."""

    def __init__(self, provider: Any, chance: random.Random) -> None:
        from tests import company
        from tests.durability import crowd

        self.crowd, self.provider, self.chance = crowd, provider, chance
        hours = {"hours": {"default": company.ALWAYS, "email": company.ALWAYS}}
        self.made = crowd.found(provider.url, {**hours, **POLICY})
        for name in ("retail", "office"):
            company.add_map(self.made, name, crowd.map_of(name), family=name)
        self.apps = crowd.arrive(self.made, phones=PEOPLE, sharing=1)
        self.maps = {}  # by application
        for name, theirs in (("retail", self.apps[::2]), ("office", self.apps[1::2])):
            crowd.follow(theirs, self.made.versions[name])
            self.maps |= dict.fromkeys(theirs, self.made.versions[name])
        self.over = threading.Event()

    # --- what happens ---------------------------------------------------------------------------

    def sending(self) -> Any:
        """Plan messages in a thread until the block is left."""
        return _Sending(self)

    def plan(self) -> None:
        """A few more, due now: on either channel, under either map."""
        from followthrough.core import clock

        self.crowd.plan(
            self.crowd.Wanted(
                app, self.chance.choice(["sms", "email"]), self.crowd.USUAL, clock.now(),
                self.maps[app],
            )
            for app in self.chance.sample(self.apps, EACH)
        )  # fmt: skip

    def each(self) -> Iterator[Stop]:
        """Stop one thing after another, and let it go on."""
        version = self.made.versions["retail"].id
        cases: list[tuple[str, Any, Callable[[Any], bool]]] = [
            ("organization", self.made.organization.id, lambda one: True),
            ("channel", None, lambda one: one.channel == "sms"),
            ("sender", self.made.senders["email"].id, lambda one: one.channel == "email"),
            ("map", self.made.maps["retail"].id, lambda one: one.version == version),
        ]
        for kind, subject, stops in cases:
            self._wait_for_more()
            since, until = self._stop(kind, subject)
            yield Stop(kind, since, until, stops, others=kind != "organization")

    def _stop(self, kind: str, subject: Any) -> tuple[float, float]:
        from followthrough.accounts.models import Member, User
        from followthrough.core import clock
        from followthrough.governance.freezes import channel_subject
        from followthrough.runs import switches

        ours = self.made.organization
        user, _ = User.objects.get_or_create(email="maya@northwind.example")
        maya, _ = Member.objects.get_or_create(user=user, organization=ours)
        switch = switches.find(ours.id, kind, subject or channel_subject(ours.id, "sms"))
        assert switch
        freeze = switches.stop(switch, member=maya, at=clock.now())
        since = time.time()
        time.sleep(STANDS)
        until = time.time()
        switches.go(freeze, member=maya, at=clock.now())
        return since, until

    def _wait_for_more(self) -> None:
        """All that can leave is leaving."""
        before, patience = len(self.provider.given()), time.monotonic() + 30
        while len(self.provider.given()) < before + 3 * EACH:
            if time.monotonic() > patience:
                raise TimeoutError("Nothing is sent any more.")
            time.sleep(0.02)

    # --- what came of it ------------------------------------------------------------------------

    def got(self) -> list[Any]:
        """What the provider got."""
        return list(self.crowd.got(self.provider.log))

    def worst(self, stop: Stop) -> float:
        """How many seconds after the commit the last call came that it should have stopped."""
        return max((one.called - stop.since for one in self._within(stop)), default=0.0)

    def _within(self, stop: Stop) -> list[Any]:
        during = [one for one in self.got() if stop.since < one.called < stop.until]
        return [one for one in during if stop.stops(one)]

    def problems(self, stop: Stop) -> Iterator[str]:
        """What left too late, and whether anything else stood still."""
        for one in self._within(stop):
            if one.called - stop.since > WITHIN:
                yield f"{stop.kind}: {one.touch} left {one.called - stop.since:.2f} s after it"
        late = [one for one in self.got() if stop.since + WITHIN < one.called < stop.until]
        if stop.others and not any(not stop.stops(one) for one in late):
            yield f"{stop.kind}: nothing else left meanwhile"

    def held(self) -> int:
        """How many messages waited for a switch."""
        from followthrough.messages.models import Receipt

        return Receipt.objects.filter(verdict="hold", code="frozen").count()

    def let_go(self) -> bool:
        """Whether nothing is held for a switch any more."""
        from followthrough.messages.models import Touch

        return not Touch.objects.filter(state="planned", held_for="frozen").exists()

    def left(self) -> Iterator[str]:
        """What was held and never left."""
        from followthrough.messages.models import Touch

        for touch in Touch.objects.exclude(state="sent"):
            yield f"{touch.id} is {touch.state}, held for {touch.held_for!r}"


class _Sending:
    def __init__(self, switching: Switching) -> None:
        self.switching, self.thread = switching, threading.Thread(target=self._send)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *error: object) -> None:
        self.switching.over.set()
        self.thread.join()

    def _send(self) -> None:
        from django.db import connection

        try:
            while not self.switching.over.wait(PAUSE):
                self.switching.plan()
        finally:
            connection.close()


if __name__ == "__main__":
    main()
