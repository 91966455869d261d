"""Opt-outs at any moment, from anywhere, while several workers send as fast as they can.

`python -m tests.durability.stops --seed 7` needs DATABASE_URL to name an empty database. What is
compared is the clock of the database: when an opt-out was seen by somebody else's transaction, and
when each hand-over began. Workers dawdle between a decision and its commit, and somebody is written
to just before they say stop: most opt-outs fall into the moment in which a decision has been made
and its message has not left. Prints its result as JSON.
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
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import orjson

CROWD, STOPS, WORKERS = 80, 40, 3
DAWDLE = 0.15  # seconds between a decision and its commit
SEEN_WITHIN = 30.0  # seconds


def main() -> None:
    given = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    folder = Path(tempfile.mkdtemp(prefix="followthrough-stops-"))
    result = _play(given.seed, folder)
    print(json.dumps(result | {"seed": given.seed, "folder": str(folder)}))
    sys.exit(bool(result["problems"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.durability.stops")
    parser.add_argument("--seed", type=int, required=True)
    return parser.parse_args()


def _play(seed: int, folder: Path) -> dict[str, Any]:
    from tests.durability import processes, verdict
    from tests.durability.stream import Stream

    began = time.monotonic()
    options = {"latency_ms": 15, "fail": "", "seed": seed}
    with (
        processes.provider(folder, **options) as provider,
        processes.workers(folder / "workers.log", dawdle=DAWDLE) as workers,
    ):
        stream = Stream(seed=seed, provider_url=provider.url)
        for _ in range(WORKERS):
            workers.start()
        stream.burst(CROWD)
        stopping = Stopping(random.Random(seed), stream)
        stopping.run()
        rested, problems = 0.0, []
        try:
            rested = verdict.wait_for_rest(patience=60)
        except TimeoutError as problem:
            problems.append(str(problem))
        problems += [*_problems(stopping, provider.given())]
    return {"stops": len(stopping.said), "messages": sum(provider.given().values()),
            "dropped": stopping.dropped(), "just in time": stopping.just_in_time(),
            "seconds": round(time.monotonic() - began, 1), "rested_s": round(rested, 1),
            "problems": problems[:20]}  # fmt: skip


@dataclass
class Said:
    """What one person said at last: their address is closed from `seen` to `until` (for good)."""

    number: int
    key: str
    seen: datetime
    until: datetime | None = None


@dataclass
class Stopping:
    """People who ask for silence while more is planned for everybody."""

    chance: random.Random
    stream: Any
    said: list[Said] = field(default_factory=list)

    def run(self) -> None:
        """Opt-outs in two threads; meanwhile members write, and everybody moves on."""
        people = list(range(CROWD))
        self._wait_for(lambda: self._applied() > CROWD // 4)
        self.chance.shuffle(people)
        shares = [(people[one:STOPS:2], self.chance.random()) for one in range(2)]
        threads = [threading.Thread(target=self._stop_all, args=share) for share in shares]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.stream.burst(5)
            self._write_to(self.chance.sample(range(CROWD), 4))
            time.sleep(0.2)
        for thread in threads:
            thread.join()

    def dropped(self) -> int:
        from followthrough.messages.models import Receipt

        return Receipt.objects.filter(verdict="drop", code="opted_out").count()

    def just_in_time(self) -> int:
        """How many messages had been decided to go, and were stopped by what came after."""
        from followthrough.messages.models import Attempt

        return Attempt.objects.filter(
            state="expired", address_key__in=[one.key for one in self.said]
        ).count()

    def _applied(self) -> int:
        from followthrough.people.models import Application

        return Application.objects.count()

    def _write_to(self, people: list[int]) -> None:
        """A member writes to many at once."""
        from followthrough.accounts.models import Member, User
        from followthrough.core import clock
        from followthrough.people.models import Application
        from followthrough.runs import replies

        user, _ = User.objects.get_or_create(email="maya@northwind.example")
        organization = self.stream.company.organization
        maya, _ = Member.objects.get_or_create(user=user, organization=organization)
        keys = [f"app-{number}" for number in people]
        for one in Application.objects.filter(external_id__in=keys).select_related("candidate"):
            replies.write(
                member=maya, candidate=one.candidate, application=one, channel="sms",
                text="One more thing.", key=uuid4(), at=clock.now(),
            )  # fmt: skip

    def _stop_all(self, people: list[int], seed: float) -> None:
        from django.db import connection

        chance = random.Random(seed)
        at_once = [self._told, self._on_the_web]  # the others wait for a worker to hear of them
        ways = [self._texted, self._texted_again, self._came_back, *at_once, *at_once]
        try:
            for number in people:
                self._person(number)
                self._write_to([number])
                time.sleep(chance.uniform(0, 1.5 * DAWDLE))
                chance.choice(ways)(number)
        finally:
            connection.close()

    # --- the ways to say it ---------------------------------------------------------------------

    def _texted(self, number: int) -> Said:
        self._text(number, "STOP")
        return self._note(number)

    def _texted_again(self, number: int) -> None:
        """More than once, and a START of before comes in last."""
        now = datetime.now(UTC)
        self._text(number, "STOP", at=now)
        self._text(number, "stop please", at=now)
        self._text(number, "START", at=now - timedelta(minutes=1))
        self._note(number)

    def _came_back(self, number: int) -> None:
        said = self._texted(number)
        time.sleep(0.2)
        said.until = _database_now()
        self._text(number, "START")

    def _told(self, number: int) -> None:
        from followthrough.audit.facts import Actor
        from followthrough.core import clock
        from followthrough.runs import revoking

        revoking.record(
            self._person(number), how="by_phone", said_at=clock.now(), now=clock.now(),
            by=Actor("member", "maya"),
        )  # fmt: skip
        self._note(number)

    def _on_the_web(self, number: int) -> None:
        from followthrough.audit.facts import Actor
        from followthrough.core import clock
        from followthrough.governance import consent

        point = self._person(number).contact_points.get()
        consent.opt_out(
            organization_id=point.organization_id, contact_point=point, channel="sms",
            basis="one_click", source="portal", evidence={}, at=clock.now(),
            actor=Actor("candidate", str(point.candidate_id)),
        )  # fmt: skip
        self._note(number)

    def _person(self, number: int) -> Any:
        from followthrough.people.models import Candidate

        there = Candidate.objects.filter(external_id=f"cand-{number}")
        self._wait_for(there.exists)
        return there.get()

    def _text(self, number: int, text: str, at: datetime | None = None) -> None:
        from django.conf import settings

        from followthrough.core import clock
        from followthrough.core.ids import shard_of, uuid7
        from followthrough.intake.models import RawEvent
        from followthrough.store import sql

        self._person(number)
        sender, phone = self.stream.company.senders["sms"], f"+1775{2_000_000 + number}"
        name = str(uuid7())
        body = {"type": "inbound", "id": name, "from": phone, "text": text}
        body |= {"at": at.isoformat()} if at else {}
        made = RawEvent.objects.create(
            organization=sender.organization, kind="channel", source_id=sender.id,
            dedupe_key=f"inbound:{name}", headers={}, body=orjson.dumps(body),
            shard=shard_of(f"{sender.id}:{phone}", shards=settings.SHARDS),
            received_at=clock.now(),
        )  # fmt: skip
        sql.wake(made.shard)

    def _note(self, number: int) -> Said:
        """When somebody else's transaction sees that the address is closed."""
        from followthrough.governance.models import AddressBlock

        key = self._person(number).contact_points.get().address_key
        self._wait_for(AddressBlock.objects.filter(address_key=key, lifted_at=None).exists)
        said = Said(number, key, _database_now())
        self.said.append(said)
        return said

    def _wait_for(self, happened: Callable[[], bool]) -> None:
        until = time.monotonic() + SEEN_WITHIN
        while not happened():
            if time.monotonic() > until:
                raise TimeoutError("It never happened.")
            time.sleep(0.002)


def _database_now() -> datetime:
    from followthrough.store import sql

    return sql.rows("SELECT clock_timestamp()")[0][0]


_BEGUN = """
SELECT a.address_key, a.started_at, t.origin, t.key FROM messaging_attempt a
JOIN messaging_touch t ON t.id = a.touch_id
WHERE a.started_at IS NOT NULL AND t.purpose <> 'service'
"""


def _problems(stopping: Stopping, given: dict[str, int]) -> Iterator[str]:
    from followthrough.governance.models import AddressBlock
    from followthrough.store import sql
    from tests import invariants

    closed = {one.key: one for one in stopping.said}
    for key, began, origin, name in sql.rows(_BEGUN):
        one = closed.get(key)
        if one and one.seen < began and (one.until is None or began < one.until):
            yield f"cand-{one.number}: {origin} {name} began {began - one.seen} after the opt-out"
    standing = set(
        AddressBlock.objects.filter(lifted_at=None).values_list("address_key", flat=True)
    )
    for one in stopping.said:
        if (one.key in standing) != (one.until is None):
            yield f"cand-{one.number} ends {'closed' if one.key in standing else 'open'}"
    yield from (f"{key} was sent {count} times" for key, count in given.items() if count > 1)
    yield from _confirmed_twice()
    yield from invariants.everything()


def _confirmed_twice() -> Iterator[str]:
    from followthrough.store import sql

    rows = sql.rows(
        "SELECT candidate_id, count(*) FROM messaging_touch"
        " WHERE origin = 'service' AND key = 'opted_out' AND state = 'sent' GROUP BY 1"
    )
    yield from (f"{one} got {count} confirmations" for one, count in rows if count > 1)


if __name__ == "__main__":
    main()
