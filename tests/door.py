"""What the front door does, without HTTP: verify the signature, store the event raw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from followthrough.channels import registry
from followthrough.channels.contract import SenderConfig
from followthrough.channels.models import Sender
from followthrough.core import clock, signatures
from followthrough.core.hooks import Hook
from followthrough.core.ids import shard_of
from followthrough.intake.ats import registry as systems
from followthrough.intake.models import RawEvent
from followthrough.people.models import Connection


def from_ats(connection: Connection, body: bytes, headers: Mapping[str, str]) -> bool:
    """Take a webhook of an ATS; False when it is a repeat. Raises BadSignature or Malformed."""
    lower = {name.lower(): value for name, value in headers.items()}
    hook = systems.adapter(connection.kind).receive(lower, body, connection.webhook_secrets)
    return _store("ats", connection.organization_id, connection.id, hook, lower, body)


def from_provider(sender: Sender, body: bytes, headers: Mapping[str, str]) -> bool:
    """Take a webhook of a messaging provider; the same."""
    lower = {name.lower(): value for name, value in headers.items()}
    config = SenderConfig(
        sender.id, sender.adapter, sender.channel, sender.address, sender.config, sender.secrets
    )
    hook = registry.adapter(sender.adapter).receive(lower, body, config)
    return _store("channel", sender.organization_id, sender.id, hook, lower, body)


def signed(connection: Connection, application: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A generic webhook about an application: its body and headers."""
    body = orjson.dumps({"event": "application.updated", "application": dict(application)})
    header = signatures.make(body, secret=connection.webhook_secrets[0])
    return body, {signatures.HEADER: header}


def happened(
    connection: Connection, application: str, told: Mapping[str, Any]
) -> tuple[bytes, dict[str, str]]:
    """A generic webhook about an event of the organization's own: its body and headers."""
    document = {"event": "custom", "application": {"id": application}, **told}
    body = orjson.dumps(document)
    header = signatures.make(body, secret=connection.webhook_secrets[0])
    return body, {signatures.HEADER: header}


def signed_by_provider(sender: Sender, event: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A webhook in our own format for messaging providers."""
    body = orjson.dumps(dict(event))
    secret = sender.secrets["webhook_secrets"][0]
    return body, {signatures.HEADER: signatures.make(body, secret=secret)}


def _store(
    kind: str, organization: UUID, source: UUID, hook: Hook, headers: dict[str, str], body: bytes
) -> bool:
    if RawEvent.objects.filter(source_id=source, dedupe_key=hook.dedupe_key).exists():
        return False
    RawEvent.objects.create(
        kind=kind,
        organization_id=organization,
        source_id=source,
        dedupe_key=hook.dedupe_key,
        shard=shard_of(f"{source}:{hook.shard_key}", shards=settings.SHARDS),
        headers=headers,
        body=body,
        received_at=clock.now(),
    )
    return True
