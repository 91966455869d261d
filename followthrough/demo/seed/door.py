"""Webhooks of the history, stored exactly as the front door stores them: verified, then raw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from followthrough.channels import registry as channels
from followthrough.channels.contract import SenderConfig
from followthrough.channels.models import Sender
from followthrough.core.hooks import Hook
from followthrough.core.ids import shard_of
from followthrough.intake.ats import registry as systems
from followthrough.intake.models import RawEvent
from followthrough.people.models import Connection


class Knock(NamedTuple):
    """One webhook: from whom, and what was sent at what business time."""

    source: Connection | Sender
    body: bytes
    headers: dict[str, str]
    at: datetime


def store(knocks: Sequence[Knock]) -> None:
    """Verify and store webhooks, in the order of time."""
    RawEvent.objects.bulk_create(
        [_stored(knock) for knock in knocks], ignore_conflicts=True, batch_size=500
    )


def _stored(knock: Knock) -> RawEvent:
    headers = {name.lower(): value for name, value in knock.headers.items()}
    kind, hook = _verified(knock.source, headers, knock.body)
    return RawEvent(
        organization_id=knock.source.organization_id,
        kind=kind,
        source_id=knock.source.id,
        dedupe_key=hook.dedupe_key,
        shard=_shard(knock.source.id, hook),
        headers={"followthrough-event-id": headers["followthrough-event-id"]},
        body=knock.body,
        received_at=knock.at,
    )


def _shard(source_id: UUID, hook: Hook) -> int:
    return shard_of(f"{source_id}:{hook.shard_key}", shards=settings.SHARDS)


def _verified(
    source: Connection | Sender, headers: dict[str, str], body: bytes
) -> tuple[str, Hook]:
    if isinstance(source, Connection):
        system = systems.adapter(source.kind)
        return "ats", system.receive(headers, body, source.webhook_secrets)
    return "channel", channels.adapter(source.adapter).receive(headers, body, _config(source))


def _config(sender: Sender) -> SenderConfig:
    fields: dict[str, Any] = {
        name: getattr(sender, name) for name in ("id", "adapter", "channel", "address", "config")
    }
    return SenderConfig(**fields, secrets=sender.secrets)
