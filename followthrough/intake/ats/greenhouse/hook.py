"""Greenhouse's webhooks (developers.greenhouse.io/webhooks.html).

They carry no time of the move and no stage it came from, and they come in any order, so all that
is taken from them is which application to ask about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from followthrough.core.hooks import (
    BadSignature,
    Headers,
    Hook,
    Malformed,
    body_key,
    check_signature,
)
from followthrough.intake.ats.contract import Hint

EVENT_ID = "greenhouse-event-id"


def receive(headers: Headers, body: bytes, secrets: Sequence[str]) -> Hook:
    """Verify `Signature: sha256 <hex>` over the raw body. Raises BadSignature or Malformed."""
    method, _, given = headers.get("signature", "").partition(" ")
    if method != "sha256" or not given:
        raise BadSignature(
            "The header Signature",
            reason="is missing or not of the form 'sha256 <hex>'.",
            remedy="Set a secret key for the webhook in Greenhouse.",
        )
    check_signature(given.strip(), body, secrets=secrets)
    document = _read(body)
    event_id = headers.get(EVENT_ID, "")
    key = f"event:{event_id}" if event_id else body_key(body)
    if document.get("action") == "ping":
        return Hook(dedupe_key=key, shard_key="ping", probe=True)
    return Hook(dedupe_key=key, shard_key=_subject(document))


def hints(headers: Headers, body: bytes) -> Sequence[Hint]:
    """The applications that a verified webhook is about; none for jobs, offices and the like."""
    return [Hint(one) for one in _applications(_read(body))]


def _subject(document: dict[str, Any]) -> str:
    """The candidate's id where there is one, so that the work is done in their shard."""
    payload = document["payload"]
    for holder in (_part(payload, "application"), payload):
        identity = _part(holder, "candidate").get("id") or holder.get("candidate_id")
        if identity:
            return str(identity)
    return next(iter(_applications(document)), "none")


def _applications(document: dict[str, Any]) -> list[str]:
    payload = document["payload"]
    return list(dict.fromkeys(str(one) for one in _identities(payload) if one))


def _identities(payload: dict[str, Any]) -> Iterator[Any]:
    yield _part(payload, "application").get("id")
    yield payload.get("application_id")
    candidate = _part(payload, "candidate")
    for one in candidate.get("applications") or ():
        yield one.get("id") if isinstance(one, dict) else one
    yield from candidate.get("application_ids") or ()


def _part(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _read(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise Malformed(
            "The body",
            reason=f"is not JSON (line {problem.lineno}, column {problem.colno}).",
            remedy="Send what Greenhouse sends, unchanged.",
        ) from None
    if not isinstance(document, dict) or not isinstance(document.get("payload"), dict):
        raise Malformed(
            "The body",
            reason="has no payload object.",
            remedy='Send {"action": "…", "payload": {…}}, as Greenhouse does.',
        )
    return document
