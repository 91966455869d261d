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
from followthrough.core import clock
from followthrough.core.hooks import (
    BadSignature,
    Headers,
    Hook,
    Malformed,
    body_key,
    check_signature,
    sign,
)

HEADER = "followthrough-signature"
TOLERANCE = 300  # seconds between their clock and ours
STATUSES = ("delivered", "undelivered", "bounced", "complained")


def signature(secret: str, body: bytes, *, at: float) -> str:
    """The header's value for `body` sent at `at` (Unix seconds)."""
    return f"t={int(at)},v1={sign(secret, _signed(str(int(at)), body))}"


def receive(headers: Headers, body: bytes, *, secrets: Iterable[str]) -> Hook:
    """Verify a webhook and say what it is about. Raises BadSignature or Malformed."""
    _check_signed(headers, body, secrets=secrets)
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


def _check_signed(headers: Headers, body: bytes, *, secrets: Iterable[str]) -> None:
    parts = dict(part.strip().partition("=")[::2] for part in headers.get(HEADER, "").split(","))
    sent, given = parts.get("t", ""), parts.get("v1", "")
    check_signature(given, _signed(sent, body), secrets=secrets)
    if abs(clock.wall().timestamp() - int(sent)) > TOLERANCE:
        raise BadSignature(
            "The webhook's signature",
            reason="is more than five minutes old, or from the future.",
            remedy="Set the clocks of both machines; sign a repeat anew.",
        )


def _signed(sent: str, body: bytes) -> bytes:
    if not sent.isdecimal() or len(sent) > 12:
        raise BadSignature(
            "The webhook's signature",
            reason=f"is missing or not of the form t=…,v1=… (header {HEADER}).",
            remedy="Sign every webhook as docs/adding-a-channel.md describes.",
        )
    return f"{sent}.".encode() + body


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
