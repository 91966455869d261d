"""The SMS gateway that the product sends by: what reaches it has truly left.

It answers the calls of `docs/adding-a-channel.md` and dedupes nothing, so that a message sent twice
is seen twice.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Text(NamedTuple):
    """A text message; `at` is `time.monotonic()` when it came."""

    id: str
    key: str  # the idempotency key it came with
    to: str
    body: str
    at: float


class Gateway:
    """Everything it was given, in order."""

    def __init__(self, api_key: str) -> None:
        self.api_key = api_key
        self.texts: list[Text] = []
        self._lock = threading.Lock()

    def take(self, key: str, message: dict[str, str]) -> Text:
        """Keep a message."""
        with self._lock:
            number = len(self.texts) + 1
            made = Text(f"sms-{number}", key, message["to"], message["text"], time.monotonic())
            self.texts.append(made)
        return made

    def to(self, number: str) -> list[Text]:
        """What was sent to a number."""
        return [one for one in self.texts if one.to == number]


class _Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer is two writes; the second must not wait

    def __init__(self, gateway: Gateway, *given: object) -> None:
        self.gateway = gateway
        super().__init__(*given)  # type: ignore[arg-type]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._allowed():
            return
        taken = self.gateway.take(self.headers.get("Idempotency-Key", ""), json.loads(body))
        self._answer(201, {"id": taken.id})

    def do_GET(self) -> None:
        if self._allowed():
            key = parse_qs(urlsplit(self.path).query).get("key", [""])[0]
            known = [{"id": one.id} for one in self.gateway.texts if one.key == key]
            self._answer(200, {"messages": known})

    def _allowed(self) -> bool:
        allowed = self.headers.get("Authorization") == f"Bearer {self.gateway.api_key}"
        if not allowed:
            self._answer(401, {"code": "wrong_key"})
        return allowed

    def _answer(self, status: int, told: object) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of each call."""


@contextmanager
def serving(api_key: str) -> Iterator[tuple[Gateway, str]]:
    """Serve on a free port of loopback within the block: the gateway and its base URL."""
    gateway = Gateway(api_key)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Calls, gateway)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield gateway, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
