"""The generic webhook: verified at the door, read in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from followthrough.core import signatures
from followthrough.core.hooks import Headers, Hook, Malformed, body_key
from followthrough.intake.ats.contract import Hint
from followthrough.intake.ats.generic import custom
from followthrough.intake.ats.generic.document import read_snapshot

EVENT_ID = "followthrough-event-id"
ZERO = rb"\u0000"  # as JSON writes the one character that PostgreSQL cannot store


def receive(headers: Headers, body: bytes, secrets: Sequence[str]) -> Hook:
    """Verify a webhook. Raises BadSignature or Malformed.

    Without an event id, a repeat is known by its body: a whole application has its time inside.
    A bare id has not, so there the time of the signature counts as well: two true changes must
    never look like one.
    """
    at = signatures.check(headers.get(signatures.HEADER.lower(), ""), body, secrets=secrets)
    document = _read(body)
    if document.get("event") == "ping":
        return Hook(dedupe_key="ping", shard_key="ping", probe=True)
    application = _application(document)
    candidate = application.get("candidate")
    subject = candidate.get("id") if isinstance(candidate, dict) else None
    event_id = headers.get(EVENT_ID, "")
    if event_id:
        key = f"event:{event_id}"
    else:
        timed = _is_whole(application) or document.get("event") == custom.CUSTOM
        key = body_key(body if timed else at.encode() + b"." + body)
    return Hook(dedupe_key=key, shard_key=str(subject or application["id"]).strip())


def hints(headers: Headers, body: bytes) -> Sequence[Hint]:
    """The application in a verified webhook, or what happened to it.

    Raises BadSnapshot with the path of a mistake.
    """
    document = _read(body)
    application = _application(document)
    if document.get("event") == custom.CUSTOM:
        known_by = headers.get(EVENT_ID) or body_key(body)
        happened = custom.read(document, id=known_by)
        return [Hint(str(application["id"]).strip(), happened=happened)]
    if not _is_whole(application):
        return [Hint(str(application["id"]).strip())]
    snapshot = read_snapshot(application, clean=ZERO not in body)
    return [Hint(snapshot.external_id, snapshot)]


def _is_whole(application: dict[str, Any]) -> bool:
    """Whether this is more than a hint: anything beside the id claims to be a whole snapshot."""
    return len(application) > 1


def _read(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise Malformed(
            "The body",
            reason=f"is not JSON (line {problem.lineno}, column {problem.colno}).",
            remedy="Send a JSON object in UTF-8.",
        ) from None
    if not isinstance(document, dict):
        raise Malformed("The body", reason="is not a JSON object.", remedy=_REMEDY)
    return document


def _application(document: dict[str, Any]) -> dict[str, Any]:
    application = document.get("application")
    if not isinstance(application, dict):
        raise Malformed("application", reason="is missing or not an object.", remedy=_REMEDY)
    identity = application.get("id")
    if (
        isinstance(identity, bool)
        or not isinstance(identity, str | int)
        or not str(identity).strip()
    ):
        raise Malformed("application.id", reason="is missing or not a text.", remedy=_REMEDY)
    return application


_REMEDY = 'Send {"event": "application.updated", "application": {"id": "…", …}}.'
