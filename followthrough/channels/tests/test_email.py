import asyncio
from time import monotonic

import pytest

from followthrough.channels.contract import (
    Accepted,
    Envelope,
    OutcomeUnknown,
    SenderConfig,
    Throttled,
)
from followthrough.channels.email import adapter as email_adapter
from followthrough.channels.email import smtp
from followthrough.channels.email.adapter import Email
from followthrough.channels.email.mail import make_mail
from followthrough.channels.tests.fakes import FakeMailServer, serving
from followthrough.core.ids import uuid7

email = Email()


def envelope(port, key="k", **config):
    config = {"host": "127.0.0.1", "port": port, "security": "none", **config}
    sender = SenderConfig(uuid7(), "email", "email", "jobs@northwind.example", config)
    return Envelope(key, sender, "ada@example.org", "Hello", "Your interview")


@pytest.fixture
def one_thread(monkeypatch):
    monkeypatch.setattr(email_adapter, "_threads", email_adapter.ThreadPoolExecutor(1))


@pytest.fixture
def sessions(monkeypatch):
    """The sessions that mails came in by, in order."""
    seen = []
    handle = FakeMailServer.handle_DATA

    async def noting(self, server, session, mail):
        seen.append(session.peer)
        return await handle(self, server, session, mail)

    monkeypatch.setattr(FakeMailServer, "handle_DATA", noting)
    return seen


@pytest.mark.usefixtures("one_thread")
def test_a_connection_is_used_again(sessions):
    async def run():
        async with serving("smtp", {}) as (_, port):
            one = envelope(port)
            return [await email.send(one) for _ in range(3)]

    assert asyncio.run(run()) == [Accepted("<k@northwind.example>")] * 3
    assert len(set(sessions)) == 1


@pytest.mark.usefixtures("one_thread")
def test_a_connection_of_another_sender_is_not(sessions):
    async def run():
        async with serving("smtp", {}) as (_, port):
            await email.send(envelope(port))
            await email.send(envelope(port))

    asyncio.run(run())
    assert len(set(sessions)) == 2


@pytest.mark.usefixtures("one_thread")
def test_after_an_error_a_new_connection_is_made():
    answer = {"data": "drop"}

    async def run():
        async with serving("smtp", answer) as (requests, port):
            one = envelope(port)
            with pytest.raises(OutcomeUnknown):
                await email.send(one)
            answer.clear()
            await email.send(one)
            return len(requests)

    assert asyncio.run(run()) == 2


@pytest.mark.usefixtures("one_thread")
def test_a_connection_that_died_meanwhile_is_made_anew():
    async def run():
        async with serving("smtp", {}) as (requests, port):
            one = envelope(port)
            await email.send(one)
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(email_adapter._threads, _cut_all)
            await email.send(one)
            return len(requests)

    def _cut_all():
        for backend in smtp._kept().values():
            backend.connection.sock.close()

    assert asyncio.run(run()) == 2


@pytest.mark.usefixtures("one_thread")
def test_idle_connections_are_closed(monkeypatch):
    monkeypatch.setattr(smtp, "KEEP_IDLE", -1.0)

    async def run():
        async with serving("smtp", {}) as (_, port):
            await email.send(envelope(port))
            await email.send(envelope(port))
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(email_adapter._threads, lambda: len(smtp._kept()))

    assert asyncio.run(run()) == 1


def test_a_mail_is_not_begun_when_its_time_is_nearly_over():
    """The dispatcher has given up by then, so a late mail would be one nobody counts."""

    async def run():
        async with serving("smtp", {}) as (requests, port):
            one = envelope(port)
            mail, loop = make_mail(one), asyncio.get_running_loop()
            soon = monotonic() + 0.5
            with pytest.raises(Throttled, match="too_slow"):
                await loop.run_in_executor(None, smtp.send, mail, one.sender, soon)
            return requests

    assert asyncio.run(run()) == []


def test_a_server_that_goes_silent_after_the_text_leaves_the_outcome_unknown(monkeypatch):
    monkeypatch.setattr(smtp, "PATIENCE", 0.1)
    monkeypatch.setattr(Email, "timeout", 0.4)

    async def silent(self, server, session, mail):
        await asyncio.sleep(1)
        return "250 OK"

    monkeypatch.setattr(FakeMailServer, "handle_DATA", silent)

    async def run():
        async with serving("smtp", {}) as (_, port):
            with pytest.raises(OutcomeUnknown):
                await email.send(envelope(port))

    asyncio.run(run())


def test_smtp_cannot_be_asked_later():
    assert not Email.can_look_up
    with pytest.raises(NotImplementedError):
        asyncio.run(email.look_up(envelope(25)))


def test_what_inboxes_show_beside_the_subject_is_in_the_mail_and_not_in_its_text():
    one = envelope(25)._replace(
        body="Is <b>Friday</b> fine?\n\nhttps://example.org/p/x", preheader="One & only question"
    )
    text, html = make_mail(one).message().get_payload()
    assert text.get_content_type() == "text/plain"
    assert "question" not in text.get_payload()
    shown = html.get_payload(decode=True).decode()
    assert html.get_content_type() == "text/html"
    assert shown.index("One &amp; only question</div>") < shown.index("Is &lt;b&gt;Friday")
    assert '<a href="https://example.org/p/x">' in shown
    assert make_mail(envelope(25)).message().get_content_type() == "text/plain"
