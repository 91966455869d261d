"""The gateway's calls as bytes, and failures of the line as our errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

from followthrough.channels.contract import (
    Envelope,
    Misconfigured,
    OutcomeUnknown,
    SenderConfig,
    Throttled,
)
from followthrough.channels.http import client
from followthrough.channels.http.answers import AFTER, Answer


class Base(NamedTuple):
    """A `base_url`, taken apart: `host` as the Host header has it, `path` without a last slash."""

    origin: client.Origin
    host: str
    path: str


async def post(sender: SenderConfig, path: str, message: object, envelope: Envelope) -> Answer:
    """POST JSON with the envelope's key, in its time. Raises SendError when there was no answer."""
    body = orjson.dumps(message)
    headers = {
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "Idempotency-Key": envelope.key,
    }
    in_time = envelope.check_in_time
    return await _call(sender, "POST", path, headers=headers, body=body, check=in_time)


async def get(sender: SenderConfig, path: str, query: Mapping[str, str]) -> Answer:
    """GET with a query. Raises SendError when there was no answer."""
    return await _call(sender, "GET", f"{path}?{urlencode(query)}", headers={})


async def _call(
    sender: SenderConfig,
    method: str,
    path: str,
    *,
    headers: Mapping[str, object],
    body: bytes = b"",
    check: Callable[[], None] = lambda: None,
) -> Answer:
    base = read_base(str(sender.config.get("base_url", "")))
    lines = [
        f"{method} {base.path}{path} HTTP/1.1",
        f"Host: {base.host}",
        f"Authorization: Bearer {_api_key(sender)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    request = "\r\n".join([*lines, "", ""]).encode("ascii") + body
    try:
        response = await client.call(base.origin, request, check=check)
    except client.NotSent as problem:
        raise Throttled("no_connection", str(problem), after=AFTER) from problem
    except client.Lost as problem:
        raise OutcomeUnknown("timeout" if str(problem) == "timeout" else "lost") from problem
    return Answer(response.status, response.body, response.headers.get("retry-after", ""))


@lru_cache(maxsize=256)
def read_base(url: str) -> Base:
    """Take a base_url apart. Raises Misconfigured when nothing can be called there."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise Misconfigured("bad_base_url") from problem
    plain = url.isascii() and url.isprintable() and " " not in url and not parts.query
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise Misconfigured("bad_base_url")
    if parts.username is not None or parts.fragment:
        raise Misconfigured("bad_base_url")
    tls = parts.scheme == "https"
    origin = client.Origin(parts.hostname, port or (443 if tls else 80), tls)
    return Base(origin, parts.netloc, parts.path.rstrip("/"))


def _api_key(sender: SenderConfig) -> str:
    key = sender.secrets.get("api_key")
    if not isinstance(key, str) or not key.isascii() or not key.isprintable():
        raise Misconfigured("no_api_key")
    return key
