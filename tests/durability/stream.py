"""What a lane's workers have to do: stage changes as stored raw events, hundreds at a time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from followthrough.accounts import clock as installation
from followthrough.core import clock, signatures
from followthrough.core.ids import shard_of
from followthrough.intake.models import RawEvent
from followthrough.store import sql
from tests import company, door

MAP: dict[str, Any] = {
    "schema": 2,
    "name": "Durability",
    "settle": "PT0S",
    "stages": {
        "applied": {
            "touches": [
                {
                    "key": "thanks",
                    "trigger": {"stage_entered": {}},
                    "channels": ["sms"],
                    "content": {"sms": {"en": {"body": "We have your application."}}},
                },
                {
                    "key": "nudge",
                    "trigger": {"no_reply": {"to": "thanks", "within": "PT3S"}},
                    "channels": ["sms"],
                    "content": {"sms": {"en": {"body": "Are you still there?"}}},
                },
            ]
        },
        "screen": {
            "touches": [
                {
                    "key": "screening",
                    "trigger": {"stage_entered": {}},
                    "channels": ["sms"],
                    "content": {"sms": {"en": {"body": "We would like to call you."}}},
                }
            ]
        },
    },
}


def noon() -> timedelta:
    """How far the business clock must run ahead for it to be noon in Reno, on a weekday."""
    now = datetime.now(UTC)
    then = now.replace(hour=19, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while then.weekday() > 4:
        then += timedelta(days=1)
    return then - now


class Stream:
    """A company whose candidates come in bursts; remembers what each of them was in for."""

    def __init__(self, *, seed: int, provider_url: str, hold_above: int = 100_000) -> None:
        self.chance = random.Random(seed)
        installation.set_shift(noon())
        open_all_day = {"hours": {"default": company.ALWAYS}, "caps": [], "merge_nudges": False}
        self.company = company.found(
            adapter="http", policy={**open_all_day, "hold_above": hold_above}
        )
        for sender in self.company.senders.values():
            sender.config, sender.secrets = {"base_url": provider_url}, {"api_key": "key"}
            sender.save()
        company.add_map(self.company, "durability", MAP, family="retail")
        self.stages: dict[int, list[str]] = {}

    def burst(self, count: int) -> None:
        """`count` more stage changes: most are new applications, some move on to the next stage."""
        waiting = [number for number, stages in self.stages.items() if stages == ["New"]]
        self.chance.shuffle(waiting)
        moved = waiting[: count // 5]
        first = len(self.stages)
        new = list(range(first, first + count - len(moved)))
        for numbers, stage in ((new, "New"), (moved, "Screen")):
            for number in numbers:
                self.stages.setdefault(number, []).append(stage)
        events = [self._event(number, "New") for number in new]
        events += [self._event(number, "Screen") for number in moved]
        events += self.chance.sample(events, k=count // 20)  # webhooks are repeated
        RawEvent.objects.bulk_create(events, ignore_conflicts=True)
        sql.wake(*{event.shard for event in events})

    def _event(self, number: int, stage: str) -> RawEvent:
        link = self.company.connection
        body, headers = door.signed(link, _snapshot(number, stage))
        lower = {name.lower(): value for name, value in headers.items()}
        assert signatures.HEADER.lower() in lower
        return RawEvent(
            organization=link.organization,
            kind="ats",
            source_id=link.id,
            dedupe_key=f"{number}:{stage}",
            shard=shard_of(f"{link.id}:cand-{number}", shards=settings.SHARDS),
            headers=lower,
            body=body,
            received_at=clock.now(),
        )


def _snapshot(number: int, stage: str) -> dict[str, Any]:
    now = clock.now().isoformat()
    return {
        "id": f"app-{number}",
        "updated_at": now,
        "stage": stage,
        "candidate": {
            "id": f"cand-{number}",
            "given_name": "Ada",
            "country": "US",
            "region": "NV",
            "phones": [f"+1775{2_000_000 + number}"],
            "consent": {"sms": {"granted": True, "at": now, "text": "You may text me."}},
        },
        "requisition": {
            "id": "req-1",
            "title": "Store associate",
            "family": "retail",
            "site": {"id": "s-1", "name": "Reno", "country": "US", "region": "NV",
                     "zone": "America/Los_Angeles"},
        },
    }  # fmt: skip
