"""A provider inside the test: it answers as the script says and remembers what really went out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from unittest.mock import patch

import orjson

from followthrough.channels import registry, webhooks
from followthrough.channels.contract import (
    Accepted,
    ChannelEvent,
    Envelope,
    Misconfigured,
    OptedOut,
    OutcomeUnknown,
    Rejected,
    SenderConfig,
    Throttled,
    Unreachable,
)
from followthrough.core import clock
from followthrough.core.hooks import Headers, Hook
from followthrough.runs import dispatch

# What the provider does with one hand-over. In `GONE` the message went out.
FAILED = ("throttled", "unreachable", "rejected", "opted_out", "misconfigured")
IN_DOUBT = ("unknown_gone", "unknown_lost", "crash_gone", "died_gone", "died_lost")
ANSWERS = ("accepted", *FAILED, *IN_DOUBT)
GONE = frozenset({"accepted", "unknown_gone", "crash_gone", "died_gone"})


class Died(BaseException):
    """The worker was killed at this very moment: nothing after it runs."""


class Call(NamedTuple):
    """One hand-over: which touch, to whom, what the provider did, and when (business clock)."""

    key: str
    to: str
    channel: str
    answer: str
    at: datetime
    body: str


@dataclass
class Scripted:
    """Answers with the next word of the script; when it is used up, everything is accepted."""

    script: list[str] = field(default_factory=list)
    look_ups: list[str] = field(default_factory=list)  # "silent": it cannot be asked now
    calls: list[Call] = field(default_factory=list)
    name: str = "scripted"
    channel: str = "sms"
    can_look_up: bool = True
    timeout: float = 5.0

    @property
    def gone(self) -> list[Call]:
        return [call for call in self.calls if call.answer in GONE]

    async def send(self, envelope: Envelope) -> Accepted:
        answer = self.script.pop(0) if self.script else "accepted"
        self.calls.append(
            Call(
                envelope.key, envelope.to, envelope.sender.channel, answer, clock.now(),
                envelope.body,
            )
        )  # fmt: skip
        return _answer(answer, envelope)

    async def look_up(self, envelope: Envelope) -> Accepted | None:
        if self.look_ups and self.look_ups.pop(0) == "silent":
            raise OutcomeUnknown("silent")
        found = any(call.key == envelope.key for call in self.gone)
        return Accepted(f"id-{envelope.key}") if found else None

    def receive(self, headers: Headers, body: bytes, sender: SenderConfig) -> Hook:
        return webhooks.receive(headers, body, secrets=sender.secrets["webhook_secrets"])

    def parse(self, headers: Headers, body: bytes) -> Sequence[ChannelEvent]:
        return webhooks.parse(body)

    def wrong(self) -> list[str]:
        """Where a message was handed over although it had gone out, or may have."""
        gone = Counter(call.key for call in self.gone)
        twice = [f"{key} went out {count} times" for key, count in gone.items() if count > 1]
        seen: set[str] = set()
        for call in self.calls:
            if call.key in seen:
                twice.append(f"{call.key} was handed over after it had gone out")
            if call.answer in GONE:
                seen.add(call.key)
        return twice


def _answer(answer: str, envelope: Envelope) -> Accepted:
    if answer.startswith("died"):
        dispatch.forget()  # with everything the worker knew
        raise Died
    if answer == "crash_gone":
        raise RuntimeError("an error that the adapter does not declare")
    if answer.startswith("unknown"):
        raise OutcomeUnknown("timeout")
    if answer == "throttled":
        raise Throttled("busy", after=30)
    errors: dict[str, type[Any]] = {
        "unreachable": Unreachable,
        "rejected": Rejected,
        "opted_out": OptedOut,
        "misconfigured": Misconfigured,
    }
    if answer in errors:
        raise errors[answer]("by_script")
    return Accepted(f"id-{envelope.key}")


@contextmanager
def provider(script: Iterable[str] = (), look_ups: Iterable[str] = ()) -> Iterator[Scripted]:
    """Put a scripted adapter into the registry for a while."""
    made = Scripted(list(script), list(look_ups))
    dispatch.forget()
    with patch.dict(registry._BY_NAME, {"scripted": made}):
        yield made
    dispatch.forget()


def event(**given: Any) -> bytes:
    """The body of a webhook of this provider."""
    return orjson.dumps(given)
