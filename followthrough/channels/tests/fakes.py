"""Providers on loopback that answer as a case says and keep what they were asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.provider.server import Line


class FakeGateway:
    """HTTP: answers every request the same way."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer, self.requests = answer, []

    def handle(self, line: Line) -> None:
        self.requests.append(
            {
                "method": line.method.decode(),
                "path": line.url.decode(),
                "headers": {k.decode(): v.decode() for k, v in line.headers.items()},
                "json": json.loads(line.body() or b"null"),
            }
        )
        if self.answer.get("drop"):
            line.transport.abort()
        else:
            line.transport.write(self.raw().encode())

    def raw(self) -> str:
        if "raw" in self.answer:
            return self.answer["raw"]
        given = self.answer.get("json")
        body = self.answer.get("text", "") if given is None else json.dumps(given)
        headers = {**self.answer.get("headers", {}), "Content-Length": len(body.encode())}
        lines = [f"HTTP/1.1 {self.answer['status']} Whatever"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", body])


class FakeMailServer:
    """SMTP, really: what is not answered otherwise goes well."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer, self.requests = answer, []

    async def say(self, step: str, server: Any, *, fine: str = "250 OK") -> str:
        said = self.answer.get(step, fine)
        if said == "drop":
            server.transport.abort()
        return said

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return await self.say("mail", server)

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return await self.say("rcpt", server)

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        self.requests.append(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "headers": mail,
                "body": mail.get_content().replace("\r\n", "\n").rstrip("\n"),
            }
        )
        return await self.say("data", server)


def _authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == b"right", handled=False)


@asynccontextmanager
async def serving(kind: str, answer: Mapping[str, Any]):
    """Serve a fake of `kind`: yields what it was asked and how it is reached."""
    loop = asyncio.get_running_loop()
    if kind == "http":
        fake = FakeGateway(answer)
        server = await loop.create_server(lambda: Line(fake), "127.0.0.1")
    elif kind == "smtp":
        fake = FakeMailServer(answer)
        options = {"authenticator": _authenticate, "auth_require_tls": False, "loop": loop}
        server = await loop.create_server(lambda: SMTP(fake, **options), "127.0.0.1")
    else:
        yield [], 0
        return
    yield fake.requests, server.sockets[0].getsockname()[1]
    server.close()
