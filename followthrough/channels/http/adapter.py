"""An SMS gateway that speaks plain HTTP and JSON. See docs/adding-a-channel.md for its calls."""

from __future__ import annotations

from collections.abc import Sequence

from followthrough.channels import webhooks
from followthrough.channels.contract import (
    Accepted,
    ChannelEvent,
    Envelope,
    SenderConfig,
)
from followthrough.channels.http import answers, wire
from followthrough.core.hooks import Headers, Hook


class Http:
    """`config`: base_url. `secrets`: api_key, webhook_secrets. The gateway dedupes by our key."""

    name = "http"
    channel = "sms"
    can_look_up = True
    timeout = 8.0

    async def send(self, envelope: Envelope) -> Accepted:
        sender = envelope.sender
        message = {"from": sender.address, "to": envelope.to, "text": envelope.body}
        answer = await wire.post(sender, "/messages", message, envelope)
        answers.check(answer)
        return Accepted(answers.message_id(answer))

    async def look_up(self, envelope: Envelope) -> Accepted | None:
        answer = await wire.get(envelope.sender, "/messages", {"key": envelope.key})
        answers.check(answer)
        known = answers.known_ids(answer)
        return Accepted(known[0]) if known else None

    def receive(self, headers: Headers, body: bytes, sender: SenderConfig) -> Hook:
        return webhooks.receive(headers, body, secrets=sender.secrets.get("webhook_secrets", ()))

    def parse(self, headers: Headers, body: bytes) -> Sequence[ChannelEvent]:
        return webhooks.parse(body)
