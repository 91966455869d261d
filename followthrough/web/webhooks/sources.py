"""Who may knock: connections and senders by the token in their hooks' addresses, kept in memory.

They are read every two seconds, and at once (but not more often than twice a second) when a token
is unknown, so that a connection made a moment ago works without a query per request.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.channels import registry as channels
from followthrough.channels.contract import SenderConfig
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.core.hooks import Headers, Hook
from followthrough.intake.ats import registry as systems
from followthrough.web.webhooks.line import Line

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between readings
AT_MOST_EVERY = 0.5  # seconds between readings that unknown tokens ask for

_CONNECTIONS = """
SELECT token, id, organization_id, kind, webhook_secrets FROM people_connection WHERE active
"""
_SENDERS = """
SELECT token, organization_id, id, adapter, channel, address, config, secrets
FROM channels_sender WHERE active
"""
_CLOCK = "SELECT seconds FROM accounts_clockshift WHERE id = 1"

Key = tuple[str, str]  # kind (ats, channel) and token


class Source(NamedTuple):
    """Someone whose webhooks we take. `receive(headers, body)` verifies one."""

    kind: str
    id: UUID
    organization_id: UUID
    receive: Callable[[Headers, bytes], Hook]
    ack_status: int


class Sources:
    """The sources by kind and token, as they were read last."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._by_key: dict[Key, Source] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def find(self, key: Key) -> Source | None:
        """The source with this kind and token, or None. Raises Down without a database."""
        if key not in self._by_key:
            async with self._reading:  # after a reading that is under way, it may be known
                recent = time.monotonic() - self._read_at < AT_MOST_EVERY
                if key not in self._by_key and not recent:
                    await self._read()
        return self._by_key.get(key)

    async def read(self) -> None:
        """Read all sources and the business clock. Raises Down without a database."""
        async with self._reading:
            await self._read()

    async def _read(self) -> None:
        connections = await self._line.rows(_CONNECTIONS)
        senders = await self._line.rows(_SENDERS)
        shift = await self._line.rows(_CLOCK)
        self._by_key = dict([*_usable(map(_ats, connections)), *_usable(map(_channel, senders))])
        self._read_at = time.monotonic()
        clock.set_shift(timedelta(seconds=shift[0][0] if shift else 0))


def _usable(found: Iterable[tuple[Key, Callable[[], Source]]]) -> Iterator[tuple[Key, Source]]:
    """Those whose adapter is installed; one that is not must not keep the others out."""
    for key, make in found:
        try:
            yield key, make()
        except Explained as problem:
            log.warning("A source of webhooks is left out: %s", problem)


def _ats(row: tuple[Any, ...]) -> tuple[Key, Callable[[], Source]]:
    token, connection_id, organization_id, kind, secrets = row

    def make() -> Source:
        ats = systems.adapter(kind)
        receive = partial(_with_secrets, ats.receive, list(secrets))
        return Source("ats", connection_id, organization_id, receive, ats.ack_status)

    return ("ats", token), make


def _with_secrets(
    receive: Callable[..., Hook], secrets: list[str], headers: Headers, body: bytes
) -> Hook:
    return receive(headers, body, secrets)


def _channel(row: tuple[Any, ...]) -> tuple[Key, Callable[[], Source]]:
    token, organization_id, *config = row
    sender = SenderConfig(*config)

    def make() -> Source:
        adapter = channels.adapter(sender.adapter)
        receive = partial(_for_sender, adapter.receive, sender)
        ack_status = getattr(adapter, "ack_status", 200)
        return Source("channel", sender.id, organization_id, receive, ack_status)

    return ("channel", token), make


def _for_sender(
    receive: Callable[..., Hook], sender: SenderConfig, headers: Headers, body: bytes
) -> Hook:
    return receive(headers, body, sender)
