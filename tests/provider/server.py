"""The provider's HTTP side: little work per request, since benchmarks share the CPU with it."""

from __future__ import annotations

import asyncio
import signal
from typing import Any
from urllib.parse import parse_qs

import httptools
import orjson

from followthrough.channels.http import client, wire
from followthrough.core import signatures
from tests.provider.faults import SLOW, Faults
from tests.provider.recorder import Recorder

_PHRASES = {200: b"OK", 201: b"Created", 404: b"Not Found", 503: b"Service Unavailable"}


class Provider:
    """Answers the gateway's calls, and a few more for tests."""

    def __init__(self, recorder: Recorder, faults: Faults, *, latency: float = 0) -> None:
        self.recorder, self.faults, self.latency = recorder, faults, latency
        self.tasks: set[asyncio.Task[None]] = set()

    def handle(self, line: Line) -> None:
        """Answer one request on its connection, now or later."""
        if line.path == "/messages" and line.method == b"POST":
            self.take(line)
        elif line.path == "/messages":
            ids = self.recorder.ids.get(line.query.get("key", [""])[0], [])
            line.answer(200, {"messages": [{"id": one} for one in ids]})
        elif line.path == "/stats":
            line.answer(200, self.recorder.stats())
        elif line.path == "/reset":
            self.recorder.reset()
            line.answer(200, {})
        elif line.path in ("/simulate/inbound", "/simulate/delivery"):
            self.later(simulate(line, line.path.rpartition("/")[2]))
        else:
            line.answer(404, {"code": "no_such_call"})

    def take(self, line: Line) -> None:
        """Record a message, unless a fault says otherwise."""
        key = line.headers.get(b"idempotency-key", b"").decode()
        self.recorder.tries[key] += 1
        fault = self.faults.draw(key, self.recorder.tries[key])
        if fault:
            self.recorder.counts[fault] += 1
        if fault == "throttle":
            return line.answer(503, {"code": "busy"}, b"Retry-After: 1\r\n")
        made = self.recorder.record(key, orjson.loads(line.body()))
        if not self.latency and not fault:
            return line.answer(201, {"id": made})
        return self.later(self.answer_late(line, made, fault))

    async def answer_late(self, line: Line, made: str, fault: str) -> None:
        """What happens between taking a message and saying so."""
        await asyncio.sleep(self.latency + (SLOW if fault == "slow" else 0))
        if fault == "lose":
            line.transport.abort()
        elif fault != "hang":
            line.answer(201, {"id": made})

    def later(self, work: Any) -> None:
        """Run a coroutine, and hold on to it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class Line(asyncio.Protocol):
    """One connection and the request that is being read from it."""

    transport: asyncio.Transport

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self.url, self.headers, self.parts = b"", {}, []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, part: bytes) -> None:
        self.parts.append(part)

    def on_message_complete(self) -> None:
        self.method = self.parser.get_method()
        self.path, _, query = self.url.decode().partition("?")
        self.query = parse_qs(query)
        self.provider.handle(self)

    def body(self) -> bytes:
        return b"".join(self.parts)

    def answer(self, status: int, value: object, headers: bytes = b"") -> None:
        body = orjson.dumps(value)
        self.transport.write(
            b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n%b"
            % (status, _PHRASES[status], len(body), headers, body)
        )


async def simulate(line: Line, kind: str) -> None:
    """Post a signed webhook to `url` under `secret`; the rest of the request is its body.

    Answers with the status and text of whoever was called.
    """
    wanted = orjson.loads(line.body())
    base, secret = wire.read_base(wanted.pop("url")), wanted.pop("secret")
    body = orjson.dumps({"type": kind, **wanted})
    head = (
        f"POST {base.path} HTTP/1.1\r\nHost: {base.host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"{signatures.HEADER}: {signatures.make(body, secret=secret)}\r\n\r\n"
    )
    response = await client.call(base.origin, head.encode() + body)
    line.answer(200, {"status": response.status, "text": response.body.decode()})


async def serve(recorder: Recorder, faults: Faults, *, port: int, latency: float = 0) -> None:
    """Serve on loopback until SIGTERM or SIGINT; prints the address first."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    provider = Provider(recorder, faults, latency=latency)
    server = await loop.create_server(lambda: Line(provider), "127.0.0.1", port, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()
    server.close()
