"""A small load generator: signed webhooks over keep-alive connections, raw sockets, one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from bench.world import SECRET
from followthrough.core.hooks import sign

HOOK = "/hooks/ats/bench-connection"


def snapshot(number: int, *, tag: str, stage: str, at: datetime) -> dict[str, Any]:
    """A whole application, as an ATS would send it."""
    return {
        "id": f"{tag}-{number}",
        "updated_at": at.isoformat(),
        "stage": stage,
        "candidate": {
            "id": f"cand-{tag}-{number}",
            "given_name": "Ada",
            "family_name": f"Obi {number}",
            "locale": "en",
            "country": "US",
            "region": "NV",
            "phones": [phone(number)],
            "emails": [f"{tag}{number}@example.org"],
            "consent": {
                "sms": {"granted": True, "at": at.isoformat(), "text": "You may text me."}
            },
        },
        "requisition": {
            "id": "req-1",
            "title": "Store associate",
            "family": "retail",
            "site": {
                "id": "site-1", "name": "Reno", "address": "1 Main St", "country": "US",
                "region": "NV", "zone": "America/Los_Angeles",
            },
        },
        "anchors": {},
        "fields": {},
    }  # fmt: skip


def phone(number: int) -> str:
    """A valid American number for `number` (0 … 7,999,999)."""
    return f"+1775{2_000_000 + number}"


def request(body: dict[str, Any]) -> bytes:
    """A signed HTTP request for one webhook."""
    raw = orjson.dumps({"event": "application.updated", "application": body})
    stamp = str(int(time.time()))
    signature = sign(SECRET, stamp.encode() + b"." + raw)
    head = (
        f"POST {HOOK} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\nFollowthrough-Signature: t={stamp},v1={signature}\r\n\r\n"
    )
    return head.encode() + raw


def requests(count: int, *, tag: str, stage: str = "New", first: int = 0) -> list[bytes]:
    """`count` signed requests about different applications."""
    now = datetime.now(UTC)
    return [
        request(snapshot(number, tag=tag, stage=stage, at=now))
        for number in range(first, first + count)
    ]


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"The door answered {head[:40]!r}.")


async def _client(port: int, waiting: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while waiting:
        await _post(reader, writer, waiting.pop())
    writer.close()


def flood(port: int, posts: Sequence[bytes], *, connections: int = 64) -> float:
    """Post everything as fast as it is acknowledged; returns seconds."""
    waiting = list(reversed(posts))

    async def run() -> None:
        await asyncio.gather(*(_client(port, waiting) for _ in range(connections)))

    began = time.perf_counter()
    asyncio.run(run())
    return time.perf_counter() - began


def paced(
    port: int, posts: Sequence[bytes], *, per_second: float, connections: int = 16
) -> list[float]:
    """Post at a steady rate; returns the wall-clock time at which each post was begun."""
    begun = [0.0] * len(posts)

    async def client(queue: asyncio.Queue[int | None]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (number := await queue.get()) is not None:
            begun[number] = time.time()
            await _post(reader, writer, posts[number])
        writer.close()

    async def run() -> None:
        queue: asyncio.Queue[int | None] = asyncio.Queue()
        clients = [asyncio.create_task(client(queue)) for _ in range(connections)]
        began = time.perf_counter()
        for number in range(len(posts)):
            await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            queue.put_nowait(number)
        for _ in clients:
            queue.put_nowait(None)
        await asyncio.gather(*clients)

    asyncio.run(run())
    return begun
