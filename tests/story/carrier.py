"""The carrier between the sandbox and the phone: it blocks numbers, and letters cross."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection

from followthrough.channels import registry
from followthrough.channels.contract import Accepted, Envelope, OptedOut
from followthrough.channels.sandbox.adapter import Sandbox


class Carried(Sandbox):
    """The sandbox behind a carrier. `meanwhile` happens while the next message is on its way: it
    returns whether it is over."""

    def __init__(self) -> None:
        self.blocked: set[str] = set()
        self.meanwhile: Callable[[], Callable[[], bool]] | None = None

    async def send(self, envelope: Envelope) -> Accepted:
        if envelope.to in self.blocked:
            raise OptedOut("21610")
        if self.meanwhile:
            await asyncio.to_thread(self._happen)
        return await super().send(envelope)

    def _happen(self) -> None:
        assert self.meanwhile
        begin, self.meanwhile = self.meanwhile, None
        try:
            over, until = begin(), time.monotonic() + 5
            while not over() and time.monotonic() < until:
                time.sleep(0.01)
        finally:
            connection.close()


@contextmanager
def between() -> Iterator[Carried]:
    """Put it between us and the sandbox for a while."""
    made = Carried()
    with patch.dict(registry._BY_NAME, {"sandbox": made}):
        yield made
