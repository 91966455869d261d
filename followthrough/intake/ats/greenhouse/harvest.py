"""Harvest v3: how an application stands now, and leaving a note.

The connection's credentials: `client_id`, `client_secret`, `user_id` (the Greenhouse user we act
as), optionally `token_url`; its base URL is https://harvest.greenhouse.io unless it says another.
"""

from __future__ import annotations

import base64
import time
from typing import Any

import aiohttp
import orjson

from followthrough.core import clock
from followthrough.core.canonical import digest
from followthrough.intake.ats.calls import ask
from followthrough.intake.ats.contract import Link, Note, Refused
from followthrough.intake.ats.generic.document import read_snapshot
from followthrough.intake.ats.greenhouse import mapping
from followthrough.people.snapshots import Snapshot

TOKEN_URL = "https://auth.greenhouse.io/token"  # noqa: S105
BASE_URL = "https://harvest.greenhouse.io"
_EARLY = 60.0  # seconds before its end at which a token is renewed

_tokens: dict[str, tuple[str, float]] = {}  # by client: the token, and until when (monotonic)


async def fetch(external_id: str, link: Link, session: aiohttp.ClientSession) -> Snapshot:
    """The application with its candidate, job and interviews. Raises CallFailed, BadSnapshot."""
    asked_at = clock.now()
    application = await _one("applications", {"ids": external_id}, link, session)
    candidate_id = application.get("candidate_id") or ""
    candidate = await _one("candidates", {"ids": str(candidate_id)}, link, session)
    job = {}
    if job_id := mapping.job_id(application):
        job = await _one("jobs", {"ids": job_id}, link, session)
    interviews = await _list("interviews", {"application_ids": external_id}, link, session)
    return read_snapshot(
        mapping.document(application, candidate, job, interviews, asked_at=asked_at)
    )


async def write(note: Note, link: Link, session: aiohttp.ClientSession) -> None:
    """Leave a note on the candidate. Harvest has no idempotency keys: a note that stands already
    is not written again."""
    text = mapping.note(note)
    candidate = {"candidate_ids": note.candidate_external_id}
    standing = await _list("notes", candidate, link, session)
    if any(mapping.is_same_note(one, note) for one in standing):
        return
    document = {
        "candidate_id": mapping.number(note.candidate_external_id),
        "application_id": mapping.number(note.application_external_id),
        "body": text,
        "visibility": "public",
    }
    headers = await _headers(link, session)
    headers["Content-Type"] = "application/json"
    body = orjson.dumps(document)
    await ask(session, "POST", _url(link, "notes"), headers=headers, data=body, done_already=True)


async def _one(
    resource: str, params: dict[str, str], link: Link, session: aiohttp.ClientSession
) -> dict[str, Any]:
    found = await _list(resource, params, link, session)
    if not found:
        raise Refused(
            "Greenhouse",
            reason=f"does not show us what was asked for (one of its {resource}).",
            remedy="Check the permissions of the Greenhouse user of this connection.",
        )
    return found[0]


async def _list(
    resource: str, params: dict[str, str], link: Link, session: aiohttp.ClientSession
) -> list[dict[str, Any]]:
    headers = await _headers(link, session)
    found = await ask(session, "GET", _url(link, resource), headers=headers, params=params)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _url(link: Link, resource: str) -> str:
    return (link.base_url or BASE_URL).rstrip("/") + f"/v3/{resource}"


async def _headers(link: Link, session: aiohttp.ClientSession) -> dict[str, str]:
    return {"Authorization": f"Bearer {await _token(link, session)}"}


async def _token(link: Link, session: aiohttp.ClientSession) -> str:
    """An access token, from the cache while it lasts."""
    key = digest([str(link.id), dict(link.credentials)])
    token, until = _tokens.get(key, ("", 0.0))
    if token and until > time.monotonic():
        return token
    answer = await ask(
        session,
        "POST",
        link.credentials.get("token_url", TOKEN_URL),
        headers={"Authorization": _basic(link)},
        data={
            "grant_type": "client_credentials",
            "sub": str(link.credentials.get("user_id", "")),
        },
    )
    token, lasts = mapping.token(answer)
    _tokens[key] = token, time.monotonic() + max(lasts - _EARLY, 0.0)
    return token


def _basic(link: Link) -> str:
    pair = f"{link.credentials.get('client_id', '')}:{link.credentials.get('client_secret', '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
