"""Mail through any SMTP server. Answers and bounces come as signed webhooks in our own format:
from a mail provider that is free to choose, or a few lines beside one that is not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import NoReturn

from django.core.mail import EmailMessage

from followthrough.channels import webhooks
from followthrough.channels.contract import Accepted, ChannelEvent, Envelope, SenderConfig
from followthrough.channels.email import smtp
from followthrough.channels.email.mail import make_mail
from followthrough.core.hooks import Headers, Hook

_threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="smtp")


class Email:
    """`config`: host, port, username, security (starttls | tls | none), from_name, reply_to.

    `secrets`: password, webhook_secrets. Django's SMTP backend blocks, so it runs in threads of
    its own.
    """

    name = "email"
    channel = "email"
    can_look_up = False
    timeout = 8.0

    async def send(self, envelope: Envelope) -> Accepted:
        mail = make_mail(envelope)
        until = monotonic() + self.timeout
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(_threads, _send, envelope, mail, until)
        return Accepted(mail.extra_headers["Message-ID"])

    async def look_up(self, envelope: Envelope) -> NoReturn:
        raise NotImplementedError("SMTP has no way to ask whether a mail went out.")

    def receive(self, headers: Headers, body: bytes, sender: SenderConfig) -> Hook:
        return webhooks.receive(headers, body, secrets=sender.secrets.get("webhook_secrets", ()))

    def parse(self, headers: Headers, body: bytes) -> Sequence[ChannelEvent]:
        return webhooks.parse(body)


def _send(envelope: Envelope, mail: EmailMessage, until: float) -> None:
    """In a thread, whose turn may come late."""
    envelope.check_in_time()
    smtp.send(mail, envelope.sender, until)
