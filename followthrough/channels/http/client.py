"""A small HTTP/1.1 client for one purpose: many short calls to few servers, cheaply.

It costs a third of the CPU of a general client (llhttp does the parsing), and it answers the one
question a sender of messages must ask after a failure: may the request have left? It follows no
redirects, keeps no cookies and reads no proxy from the environment. One set of connections per
event loop.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache
from time import monotonic
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import httptools

CONNECT_SECONDS = 2.0  # waiting for a free connection included
ANSWER_SECONDS = 6.0  # with the above: the 8 seconds of an adapter
CONNECTIONS = 200  # at once, to one server
KEEP_SECONDS = 15.0  # shorter than servers keep theirs, so that we rarely write to a closed one
LONGEST_ANSWER = 65_536


class NotSent(Exception):
    """No byte of the request has left."""


class Lost(Exception):
    """The request may have left, and no whole answer came."""


class Origin(NamedTuple):
    """Where a server is: `tls` for https."""

    host: str
    port: int
    tls: bool


class Response(NamedTuple):
    """An answer; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def call(
    origin: Origin, request: bytes, *, check: Callable[[], None] = lambda: None
) -> Response:
    """Send a whole request, written as it goes over the wire, and wait for the answer.

    `check` is called when it is this request's turn, before anything leaves; what it raises goes
    to the caller. Raises NotSent or Lost, within 8 seconds.
    """
    server = _server(origin)
    connection = await server.take()
    late = asyncio.get_running_loop().call_later(ANSWER_SECONDS, connection.fail, "timeout")
    try:
        check()
        return await connection.ask(request)
    finally:
        late.cancel()
        server.give_back(connection)


async def close() -> None:
    """Close this event loop's idle connections."""
    for server in _servers.pop(asyncio.get_running_loop(), {}).values():
        server.close()


class _Connection(asyncio.Protocol):
    """One connection with at most one request under way."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._answer: asyncio.Future[Response] | None = None

    def ask(self, request: bytes) -> asyncio.Future[Response]:
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._length = 0
        self._parser = httptools.HttpResponseParser(self)
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    @property
    def usable(self) -> bool:
        return self._answer is None and not self.transport.is_closing()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # nobody asked: do not take it for the next answer
            return self.transport.abort()
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.fail("not_http")
        return None

    def connection_lost(self, problem: Exception | None) -> None:
        if problem is None and self._ends_with_the_connection():
            self.on_message_complete()
        self.fail("closed")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self._length += len(part)
        self._body.append(part)
        if self._length > LONGEST_ANSWER:
            self.fail("too_long")

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # only "go on": the answer follows
            self._headers.clear()
            return
        if not self._parser.should_keep_alive():
            self.transport.close()
        answer, self._answer = self._answer, None
        if answer is None:  # a second answer to one question
            self.transport.abort()
        elif not answer.done():
            answer.set_result(Response(status, self._headers, b"".join(self._body)))

    def _ends_with_the_connection(self) -> bool:
        """An answer of unstated length is whole when the server closes (RFC 9112, 6.3)."""
        if self._answer is None or not self._headers:
            return False
        return not self._headers.keys() & {"content-length", "transfer-encoding"}

    def fail(self, why: str) -> None:
        """Give the request up: whether it left, nobody knows."""
        self.transport.abort()
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(Lost(why))


class _Server:
    """The connections to one server."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._idle: deque[_Connection] = deque()

    async def take(self) -> _Connection:
        """A connection that is ready to be asked. Raises NotSent."""
        if not self._room.locked() and (connection := self._idle_one()):
            await self._room.acquire()  # there is room: nothing to wait for
            return connection
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._room.acquire()
                try:
                    return self._idle_one() or await self._open()
                except BaseException:
                    self._room.release()
                    raise
        except (OSError, ValueError) as problem:  # no such host, refused, bad certificate, late
            raise NotSent(type(problem).__name__) from problem

    def give_back(self, connection: _Connection) -> None:
        """Keep it for the next request, or close it when this one did not end well."""
        if connection.usable:
            connection.idle_since = monotonic()
            self._idle.append(connection)
        else:
            connection.transport.abort()  # what is not written yet must not go out later
        self._room.release()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().transport.close()

    def _idle_one(self) -> _Connection | None:
        """The one used last, if it is still good; those behind it are older and go too."""
        while self._idle:
            connection = self._idle.pop()
            if monotonic() - connection.idle_since > KEEP_SECONDS:
                connection.transport.close()
            elif connection.usable:
                return connection
        return None

    async def _open(self) -> _Connection:
        host, port, tls = self.origin
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, host, port, ssl=_tls() if tls else None
        )
        return connection


_servers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Origin, _Server]]
_servers = WeakKeyDictionary()


def _server(origin: Origin) -> _Server:
    servers = _servers.setdefault(asyncio.get_running_loop(), {})
    if origin not in servers:
        servers[origin] = _Server(origin)
    return servers[origin]


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
