"""Our own webhook format, for providers that are free to choose: signed JSON.

`Followthrough-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, tolerated for
five minutes either way. The body is one object: `{"type": "inbound", "id", "from", "text",
"subject"?, "at"?, "automatic"?}` or `{"type": "delivery", "message_id", "status", "code"?,
"permanent"?, "id"?, "at"?}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from followthrough.channels.contract import ChannelEvent, DeliveryReport, Inbound
from followthrough.core import signatures
from followthrough.core.hooks import (
    Headers,
    Hook,
    Malformed,
    body_key,
)

HEADER = signatures.HEADER.lower()
STATUSES = ("delivered", "undelivered", "bounced", "complained")


def receive(headers: Headers, body: bytes, *, secrets: Iterable[str]) -> Hook:
    """Verify a webhook and say what it is about. Raises BadSignature or Malformed."""
    signatures.check(headers.get(HEADER, ""), body, secrets=list(secrets))
    (event,) = parse(body)
    given = _read(body).get("id")
    if isinstance(event, Inbound):
        return Hook(dedupe_key=f"inbound:{event.provider_id}", shard_key=event.sender_address)
    key = f"delivery:{given}" if given else body_key(body)
    return Hook(dedupe_key=key, shard_key=event.provider_id)


def parse(body: bytes) -> Sequence[ChannelEvent]:
    """The one event in the body. Raises Malformed with what is wrong."""
    data = _read(body)
    match data.get("type"):
        case "inbound":
            return [_inbound(data)]
        case "delivery":
            return [_delivery(data)]
    raise _malformed('"type" is neither "inbound" nor "delivery".')


def _inbound(data: Mapping[str, Any]) -> Inbound:
    return Inbound(
        provider_id=_text(data, "id"),
        sender_address=_text(data, "from"),
        body=_text(data, "text", may_be_empty=True),
        subject=_text(data, "subject", may_be_empty=True),
        at=_time(data),
        automatic=data.get("automatic") is True,
    )


def _delivery(data: Mapping[str, Any]) -> DeliveryReport:
    status = _text(data, "status")
    if status not in STATUSES:
        raise _malformed(f'"status" is none of {", ".join(STATUSES)}.')
    return DeliveryReport(
        provider_id=_text(data, "message_id"),
        status=status,
        code=_text(data, "code", may_be_empty=True),
        permanent=data.get("permanent") is True,
        at=_time(data),
    )


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise _malformed("it is not JSON.") from problem
    if not isinstance(data, dict):
        raise _malformed("it is not one JSON object.")
    return data


def _text(data: Mapping[str, Any], name: str, *, may_be_empty: bool = False) -> str:
    found = data.get(name, "")
    if not isinstance(found, str) or not (found or may_be_empty):
        raise _malformed(f'"{name}" is missing or not text.')
    return found


def _time(data: Mapping[str, Any]) -> datetime | None:
    if not data.get("at"):
        return None
    try:
        found = datetime.fromisoformat(data["at"])
    except (TypeError, ValueError) as problem:
        raise _malformed('"at" is not a time such as 2026-06-03T17:00:00Z.') from problem
    if found.tzinfo is None:
        raise _malformed('"at" has no zone: end it with Z or an offset.')
    return found


def _malformed(reason: str) -> Malformed:
    remedy = "Send it as docs/adding-a-channel.md describes."
    return Malformed("The webhook's body", reason=reason, remedy=remedy)
