"""The door itself: an ASGI application for `/hooks/ats/<token>` and `/hooks/channel/<token>`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import psycopg
from django.conf import settings

from followthrough.core import clock
from followthrough.core.hooks import BadSignature, Hook, Malformed, body_key
from followthrough.core.ids import shard_of, uuid7
from followthrough.web.webhooks import answers
from followthrough.web.webhooks.answers import Answer
from followthrough.web.webhooks.commit import Arrival, Full, GroupCommit
from followthrough.web.webhooks.line import Down, Line
from followthrough.web.webhooks.sources import EVERY, Key, Source, Sources

log = logging.getLogger(__name__)

PREFIX = "/hooks/"
KINDS = ("ats", "channel")
LARGEST = 1024 * 1024  # bytes of a body
LONGEST_KEY = 200  # characters of a dedupe key, as the column has it

# Kept beside the body: what it is, and how the vendor numbers and names it. Nothing else: what
# authorises a request must not lie about in a table.
KEPT = ("content-type",)
KEPT_ENDINGS = ("-event-id", "-event-name", "-event-type", "-event-version", "-event", "-topic")

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Refusal(Exception):
    """Answer this, and go no further."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Door:
    """One per process and event loop: the sources it knows, and what waits to be committed."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under `/hooks/`."""
        if not self._tasks:
            self.open()
        await _respond(send, await self._answer(scope, receive))

    def open(self) -> None:
        """Begin to work, on the running event loop."""
        self._line = Line()
        self._sources = Sources(self._line)
        self._commit = GroupCommit(self._line)
        self._tasks = [asyncio.create_task(work) for work in (self._commit.run(), self._follow())]

    async def close(self) -> None:
        """Stop working; whoever still waits is told that nothing was stored."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if tasks:
            self._commit.give_up()
            await self._line.close()

    async def _follow(self) -> None:
        """Keep up with the sources and the business clock."""
        while True:
            try:
                await self._sources.read()
            except Down:
                pass  # logged where it happened; what we know still holds
            except Exception:
                log.exception("The sources of webhooks could not be read")
            await asyncio.sleep(EVERY)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        try:
            return await self._take_in(scope, receive)
        except Refusal as refusal:
            return refusal.answer
        except (Down, Full):
            return answers.NO_ROOM
        except psycopg.Error:
            return answers.FAILED
        except Exception:
            log.exception("The door failed")
            return answers.FAILED

    async def _take_in(self, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] != "POST":
            raise Refusal(answers.NOT_ALLOWED)
        headers = {name.decode("latin-1"): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        body = await _read_body(headers, receive)
        key = _key(scope["path"])
        source = await self._sources.find(key) if key[0] in KINDS else None
        if source is None:
            raise Refusal(answers.NOT_FOUND)
        hook = _verified(source, headers, body)
        if hook.probe:
            return answers.probe(source.ack_status)
        new = await self._commit.store(_arrival(source, hook, headers, body))
        return (answers.stored if new else answers.duplicate)(source.ack_status)


def _key(path: str) -> Key:
    kind, _, token = path.removeprefix(PREFIX).partition("/")
    return kind, token


async def _read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body, as long as it is not too long; a stated length is believed first."""
    stated = headers.get("content-length")
    if stated is None and "transfer-encoding" not in headers:
        raise Refusal(answers.LENGTH_REQUIRED)
    if stated is not None and not (stated.isascii() and stated.isdigit()):
        raise Refusal(answers.BAD_LENGTH)
    if stated is not None and int(stated) > LARGEST:
        raise Refusal(answers.TOO_LARGE)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(answers.LENGTH_REQUIRED)  # nobody is there to read it
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            raise Refusal(answers.TOO_LARGE)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _verified(source: Source, headers: Mapping[str, str], body: bytes) -> Hook:
    """What the source's adapter makes of it; a refusal is logged with the source's id only."""
    try:
        return source.receive(headers, body)
    except BadSignature as problem:
        log.warning("A webhook of %s %s was refused: %s", source.kind, source.id, problem.reason)
        raise Refusal(answers.explained(401, problem)) from None
    except Malformed as problem:
        log.info("A webhook of %s %s is malformed", source.kind, source.id)
        raise Refusal(answers.explained(400, problem)) from None


def _arrival(source: Source, hook: Hook, headers: Mapping[str, str], body: bytes) -> Arrival:
    return Arrival(
        sender=(source.id, source.organization_id, source.kind),
        dedupe_key=_storable(hook.dedupe_key),
        id=uuid7(),
        shard=shard_of(f"{source.id}:{hook.shard_key}", shards=settings.SHARDS),
        headers=orjson.dumps(_kept(headers)).decode(),
        body=body,
        received_at=clock.now(),
    )


def _storable(key: str) -> str:
    """A dedupe key that fits its column: one that is too long or odd is hashed."""
    if len(key) <= LONGEST_KEY and key.isprintable():
        return key
    return body_key(key.encode("utf-8", "replace"))


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value[:200].replace("\x00", "")
        for name, value in headers.items()
        if name in KEPT or name.endswith(KEPT_ENDINGS)
    }


async def _respond(send: Send, answer: Answer) -> None:
    length = str(len(answer.body)).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", length),
        (b"cache-control", b"no-store"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
