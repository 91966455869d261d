"""A provider that only exists here: it keeps each message in a table, for the demo's phone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future

from followthrough.channels import webhooks
from followthrough.channels.contract import Accepted, ChannelEvent, Envelope, SenderConfig
from followthrough.channels.sandbox import shelf
from followthrough.core.hooks import Headers, Hook


class Sandbox:
    """Takes any address on any channel; a repeated key is the same message, and is counted."""

    name = "sandbox"
    channel = "sms"
    can_look_up = True
    timeout = 8.0

    async def send(self, envelope: Envelope) -> Accepted:
        done: Future[Accepted] = shelf.put(envelope)
        return await asyncio.wrap_future(done)

    async def look_up(self, envelope: Envelope) -> Accepted | None:
        return await asyncio.wrap_future(shelf.find(envelope.key))

    def receive(self, headers: Headers, body: bytes, sender: SenderConfig) -> Hook:
        return webhooks.receive(headers, body, secrets=sender.secrets.get("webhook_secrets", ()))

    def parse(self, headers: Headers, body: bytes) -> Sequence[ChannelEvent]:
        return webhooks.parse(body)
