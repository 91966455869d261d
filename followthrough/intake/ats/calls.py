"""Calling an ATS: what each answer means, and how fast we may ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from followthrough.core import clock
from followthrough.intake.ats.contract import (
    CallFailed,
    Denied,
    Refused,
    Throttled,
    Unavailable,
    Unreachable,
)

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=3)  # a slow ATS must not hold up its shard
LONGEST_WAIT = 3600.0
PATIENCE = 1.0  # seconds a pass waits for its turn to call; what is further away stays for later
REST = 5.0  # seconds without calls after an ATS could not be reached
_THROTTLED = (429, 503)
_DONE_ALREADY = (409,)


def session() -> aiohttp.ClientSession:
    """A session for one pass. Cookies and redirects are of no use between machines."""
    return aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())


async def ask(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: bytes | Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    done_already: bool = False,
) -> Any:
    """The JSON of a 2xx answer (None when there is none). Raises CallFailed otherwise.

    `done_already` takes 409 as success: the ATS has had this idempotency key before.
    """
    try:
        async with session.request(
            method, url, headers=headers, data=data, params=params, allow_redirects=False
        ) as answer:
            body = await answer.read()
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
        raise Unreachable(
            "The ATS",
            reason=f"could not be reached ({type(problem).__name__}).",
            remedy="It is tried again by itself; if it stays so, check the base URL.",
        ) from None
    if done_already and answer.status in _DONE_ALREADY:
        return None
    _check_status(answer)
    return _read(body)


def _check_status(answer: aiohttp.ClientResponse) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _THROTTLED and (status == 429 or "Retry-After" in answer.headers):
        raise Throttled("The ATS", after=_retry_after(answer.headers.get("Retry-After", "")))
    if status >= 500 or status in (408, 425):
        raise _unavailable(f"answered {status}.")
    kind = Denied if status in (401, 403) else Refused
    raise kind(
        "The ATS",
        reason=f"answered {status}.",
        remedy="Check the base URL and the credentials of the connection, then try again.",
    )


def _unavailable(reason: str) -> CallFailed:
    return Unavailable("The ATS", reason=reason, remedy="It is tried again by itself.")


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body.strip() else None
    except orjson.JSONDecodeError:
        raise _unavailable("answered with something that is not JSON.") from None


def _retry_after(text: str) -> float:
    """Seconds from a Retry-After header (seconds or a date); half a minute if it says nothing."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text)
    return min(max(seconds, 1.0), LONGEST_WAIT)


def _until(text: str) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 30.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - clock.wall()).total_seconds()


class Pace:
    """How fast one connection may be called by this process, and whether it may be at all.

    Shared by all shards' threads. A connection that throttles us or cannot be reached is left
    alone for a while, so that a dead ATS costs its shards one timeout and not one for each row.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[UUID, float] = {}
        self._rests_until: dict[UUID, float] = {}

    def take(self, connection_id: UUID, *, per_second: float) -> float | None:
        """Take the next free moment and return how many seconds it is away.

        None when it is so far away that a pass should not wait for it.
        """
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next.get(connection_id, 0.0))
            if start - now > PATIENCE:
                return None
            self._next[connection_id] = start + 1 / per_second
            return start - now

    def rest(self, connection_id: UUID, seconds: float) -> None:
        """Leave the connection alone for `seconds`."""
        with self._lock:
            self._rests_until[connection_id] = time.monotonic() + seconds

    def resting(self) -> list[UUID]:
        """The connections that must not be called now."""
        with self._lock:
            now = time.monotonic()
            return [key for key, until in self._rests_until.items() if until > now]

    def forget(self) -> None:
        """Start anew (tests)."""
        with self._lock:
            self._next.clear()
            self._rests_until.clear()


PACE = Pace()


def note_failure(connection_id: UUID, problem: BaseException) -> None:
    """Let the connection rest if `problem` says that calling it on is of no use."""
    if isinstance(problem, Throttled):
        PACE.rest(connection_id, problem.after)
    elif isinstance(problem, Unreachable):
        PACE.rest(connection_id, REST)
