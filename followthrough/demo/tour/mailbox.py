"""The mail server that the product hands its mail to: just enough SMTP to take it."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple


class Mail(NamedTuple):
    """A mail; `at` is `time.monotonic()` when it came."""

    id: str  # its Message-ID
    to: str
    subject: str
    body: str
    at: float
    headers: Mapping[str, str]

    @property
    def one_click(self) -> str:
        """Where a mail program unsubscribes with one POST (RFC 8058); '' where it cannot."""
        said = self.headers.get("List-Unsubscribe-Post", "")
        links = re.findall(r"<(https://[^>]+)>", self.headers.get("List-Unsubscribe", ""))
        return links[0] if links and said == "List-Unsubscribe=One-Click" else ""

    @property
    def links(self) -> list[str]:
        """The links that can be read in it."""
        return re.findall(r"https?://\S+", self.body)


class Mailbox:
    """Everything it was given, in order."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def take(self, to: str, data: bytes) -> None:
        """Keep a mail as it came over the wire."""
        read = email.message_from_bytes(data, policy=email.policy.default)
        part = read.get_body(("plain",))
        body = part.get_content() if part else ""
        headers = {name: str(value) for name, value in read.items()}
        came = time.monotonic()
        self.mails.append(Mail(read["Message-ID"], to, read["Subject"], body, came, headers))

    def to(self, address: str) -> list[Mail]:
        """What was sent to an address."""
        return [one for one in self.mails if one.to == address]


class _Session(socketserver.StreamRequestHandler):
    """One connection. Every command is answered with yes but DATA, whose text is kept."""

    disable_nagle_algorithm = True

    def __init__(self, mailbox: Mailbox, *given: object) -> None:
        self.mailbox = mailbox
        super().__init__(*given)  # type: ignore[arg-type]

    def handle(self) -> None:
        self._say(b"220 The tour's mail server")
        to = ""
        while line := self.rfile.readline().strip():
            verb = line[:4].upper()
            if verb == b"RCPT":
                to = line.partition(b"<")[2].partition(b">")[0].decode()
            if verb == b"DATA":
                self._say(b"354 Go on")
                self.mailbox.take(to, self._text())
            self._say(b"221 Bye" if verb == b"QUIT" else b"250 OK")

    def _text(self) -> bytes:
        """Up to the line that is a full stop (RFC 5321, 4.5.2)."""
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(line.removeprefix(b".") for line in lines)

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def serving() -> Iterator[tuple[Mailbox, int]]:
    """Serve on a free port of loopback within the block: the mailbox and its port."""
    mailbox = Mailbox()
    with _Server(("127.0.0.1", 0), partial(_Session, mailbox)) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield mailbox, server.server_address[1]
        finally:
            server.shutdown()
