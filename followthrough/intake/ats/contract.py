"""What an ATS adapter is: a record of functions. It knows nothing of the database or of maps.

A webhook is a hint. `receive` only verifies it and finds its subject, since it runs at the front
door; `hints` reads it later; `fetch` asks the ATS how the application stands now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp

from followthrough.core.errors import Explained
from followthrough.core.hooks import Headers, Hook
from followthrough.people.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Link:
    """A connection as adapters see it; `credentials` and `webhook_secrets` never reach a log."""

    id: UUID
    base_url: str
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
    webhook_secrets: Sequence[str] = field(default=(), repr=False)

    def url(self, path: str) -> str:
        """`path` (with its leading slash) under the base URL."""
        return self.base_url.rstrip("/") + path


AHEAD = timedelta(days=1)  # how far a source's clock may run ahead before we disbelieve it


class Happened(NamedTuple):
    """An event of the organization's own, which maps may wait for; `id` tells it from others."""

    name: str
    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Hint:
    """An application that something happened to: with the snapshot if the webhook had it whole, or
    with what happened, if that is all it says."""

    external_id: str
    snapshot: Snapshot | None = None
    happened: Happened | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A write-back: `id` is the idempotency key, `kind` is note or field."""

    id: UUID
    application_external_id: str
    candidate_external_id: str
    kind: str
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an ATS allows us: fetches (or write-backs) a second, and how many at the same time."""

    per_second: float = 20.0
    at_once: int = 8


class CallFailed(Explained):
    """A call to the ATS did not succeed. `reason` never repeats a body: it may be personal."""


class Throttled(CallFailed):
    """The ATS asks us to come back in `after` seconds; this does not count as a try."""

    def __init__(self, thing: str, *, after: float) -> None:
        super().__init__(
            thing, reason=f"asked us to wait {after:.0f} seconds.", remedy="It is tried again then."
        )
        self.after = after


class Unavailable(CallFailed):
    """The ATS could not answer this now: tried again with back-off."""


class Unreachable(Unavailable):
    """The ATS cannot be reached at all: the whole connection is left alone for a while."""


class Refused(CallFailed):
    """The ATS said no and would say it again: a person has to look."""


class Denied(Refused):
    """The ATS does not know us: what it is asked may be right as soon as the credentials are."""


Receive = Callable[[Headers, bytes, Sequence[str]], Hook]
Hints = Callable[[Headers, bytes], Sequence[Hint]]
Fetch = Callable[[str, Link, aiohttp.ClientSession], Awaitable[Snapshot]]
Write = Callable[[Note, Link, aiohttp.ClientSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ats:
    """One ATS.

    `receive(headers, body, secrets)` verifies a webhook: BadSignature or Malformed.
    `hints(headers, body)` reads a verified one: Malformed; none when it is about nothing of ours.
    `fetch(external_id, link, session)` and `write(note, link, session)` call it: CallFailed.
    `ack_status` is what its webhooks want to be answered with.
    """

    name: str
    receive: Receive
    hints: Hints
    fetch: Fetch
    write: Write
    ack_status: int = 200
    limits: Limits = Limits()
