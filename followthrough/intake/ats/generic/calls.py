"""Calling a generic ATS back: fetch an application, write something to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from followthrough.core import signatures
from followthrough.intake.ats.calls import ask
from followthrough.intake.ats.contract import Link, Note, Refused
from followthrough.intake.ats.generic.document import read_snapshot
from followthrough.people.snapshots import Snapshot


async def fetch(external_id: str, link: Link, session: aiohttp.ClientSession) -> Snapshot:
    """`GET {base_url}/applications/{id}`: the application, alone or as `application`."""
    url = _url(link, external_id)
    found = await ask(session, "GET", url, headers=_bearer(link))
    whole: Any = found.get("application", found) if isinstance(found, dict) else {}
    snapshot = read_snapshot(whole if isinstance(whole, dict) else {})
    if snapshot.external_id != external_id:
        raise Refused(
            "The ATS",
            reason="answered with another application than the one asked for.",
            remedy="Check what the base URL of the connection leads to.",
        )
    return snapshot


async def write(note: Note, link: Link, session: aiohttp.ClientSession) -> None:
    """`POST {base_url}/applications/{id}/write-backs`, signed; 409 means it was there already."""
    document = {"id": str(note.id), "kind": note.kind, "payload": note.payload}
    body = orjson.dumps(document, default=str)
    headers = _bearer(link) | {
        "Content-Type": "application/json",
        "Idempotency-Key": str(note.id),
    }
    if secret := link.credentials.get("signing_secret"):
        headers[signatures.HEADER] = signatures.make(body, secret=secret)
    url = _url(link, note.application_external_id) + "/write-backs"
    await ask(session, "POST", url, headers=headers, data=body, done_already=True)


def _url(link: Link, external_id: str) -> str:
    if not link.base_url:
        raise Refused(
            "The connection",
            reason="has no base URL, so the ATS cannot be called.",
            remedy="Enter the base URL of the ATS, then try again.",
        )
    return link.url(f"/applications/{quote(external_id, safe='')}")


def _bearer(link: Link) -> dict[str, str]:
    token = link.credentials.get("token")
    return {"Authorization": f"Bearer {token}"} if token else {}
