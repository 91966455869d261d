"""The phone: two threads, read and unread, delivery states, and answers that fit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from followthrough.channels.models import SandboxMessage
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import phone
from followthrough.demo.models import AtsApplication, PhoneMessage, Seeding, ThreadRead
from followthrough.demo.tests.town import Town
from followthrough.messages.models import Attempt, Message
from followthrough.people.models import Application
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(application: AtsApplication) -> Application:
    candidate = world.candidate(
        application.connection, given_name="Ada", family_name="Obi", phone="(775) 555-0123",
        email="ada@example.org",
    )  # fmt: skip
    return world.application(candidate, external_id="A-1")


def arrived(mirrored: Application, text: str, *, channel: str = "sms") -> SandboxMessage:
    to = {"sms": "+17755550123", "email": "ada@example.org"}[channel]
    return SandboxMessage.objects.create(
        organization=mirrored.organization, to=to, body=text, at=clock.now(), key=str(uuid7()),
        sender=world.sender(mirrored.organization, channel=channel), subject=f"About {text}",
    )  # fmt: skip


def told(mirrored: Application, message: SandboxMessage, delivery: str) -> None:
    """What the provider last said of a message."""
    theirs: dict[str, Any] = {
        "organization": mirrored.organization, "sender_id": message.sender_id, "channel": "sms",
    }  # fmt: skip
    attempt = Attempt.objects.create(
        **theirs, touch_id=message.key, number=1, address_key="k", epoch=1, state="accepted",
        provider_id=f"sandbox-{message.key}",
    )  # fmt: skip
    Message.objects.create(
        **theirs, id=attempt.id, candidate=mirrored.candidate, direction="out",
        body=message.body, delivery=delivery, at=clock.now(),
    )  # fmt: skip


def thread(mirrored: Application, channel: str) -> phone.Thread:
    return next(one for one in phone.threads(mirrored.candidate) if one.channel == channel)


def test_texts_and_mails_are_two_threads(owner: Client, mirrored: Application) -> None:
    arrived(mirrored, "a text")
    arrived(mirrored, "a mail", channel="email")
    assert [note.body for note in thread(mirrored, "sms").notes] == ["a text"]
    assert [note.body for note in thread(mirrored, "email").notes] == ["a mail"]
    shown = owner.get("/demo/phone", {"application": "A-1"}).content.decode()
    assert shown.count('class="chat"') == 2


@pytest.mark.parametrize(
    ("delivery", "words"),
    [("", "handed over"), ("delivered", "delivered"), ("undelivered", "not delivered")],
)
def test_each_message_says_what_the_provider_last_told(
    owner: Client, mirrored: Application, delivery: str, words: str
) -> None:
    told(mirrored, arrived(mirrored, "Hello"), delivery)
    phone.read(mirrored.candidate, channel="sms")
    assert [note.delivery for note in thread(mirrored, "sms").notes] == [delivery]
    assert words in owner.get("/demo/phone", {"application": "A-1"}).content.decode()


def test_what_came_is_unread_until_its_thread_is_opened(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    arrived(mirrored, "Hello")
    arrived(mirrored, "Hello by mail", channel="email")
    assert len(thread(mirrored, "sms").unread) == 1
    owner.post(f"/demo/phone/{application.id}/read", {"channel": "sms"})
    assert not thread(mirrored, "sms").unread
    assert len(thread(mirrored, "email").unread) == 1
    arrived(mirrored, "And again")  # the thread is still open in somebody's hand
    assert not thread(mirrored, "sms").unread
    ThreadRead.objects.update(until=clock.wall() - timedelta(seconds=5))
    arrived(mirrored, "Much later")
    assert [note.body for note in thread(mirrored, "sms").unread][-1] == "Much later"


def test_the_seeded_history_has_been_read(mirrored: Application) -> None:
    arrived(mirrored, "Long ago")
    Seeding.objects.create(number=1, applications=1, done_at=clock.wall())
    assert not thread(mirrored, "sms").unread
    assert thread(mirrored, "sms").read


def test_whoever_answers_has_read(mirrored: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followthrough.demo.post.deliver", lambda *_: "")
    arrived(mirrored, "Hello")
    phone.write(mirrored.candidate, channel="sms", text="Yes")
    assert not thread(mirrored, "sms").unread
    assert [note.mine for note in thread(mirrored, "sms").notes] == [False, True]


def test_without_an_address_there_is_nothing_to_write_from(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    mirrored.candidate.contact_points.filter(kind="email").update(usable=False)
    path = f"/demo/phone/{application.id}/write"
    answer = owner.post(path, {"text": "Hello", "channel": "email"}, follow=True)
    shown = answer.content.decode()
    assert "There is no address to write from" in shown
    # … so there is no box to write in: what demo.css says of the class hides it
    assert shown.count('class="no-address"') == 1
    assert 'id="panel-quick-email" hx-swap-oob="true" class="no-address"' in shown
    assert not PhoneMessage.objects.exists()


def test_a_mail_may_be_answered_in_its_own_thread(
    owner: Client, application: AtsApplication, mirrored: Application
) -> None:
    arrived(mirrored, "Hello", channel="email")
    owner.post(f"/demo/phone/{application.id}/write", {"text": "Hi", "channel": "email"})
    assert thread(mirrored, "email").notes[-1].body == "Hi"


def test_the_answers_offered_fit_what_was_asked(town: Town) -> None:
    def offered() -> str:
        page = town.browser.get("/demo/phone", {"application": ana.external_id}).content.decode()
        return page[page.index('id="panel-quick-sms"') :].partition("</form>")[0]

    ana = town.arrives(101)
    town.post(f"/demo/phone/{ana.id}/read", channel="sms")
    assert 'value="Yes"' not in offered()
    town.moves(ana)
    town.goes_on(seconds=31)
    assert 'value="Yes"' in offered()
    assert "No, I can’t make it" in offered()
    town.says(ana, "Yes")
    assert 'value="Is there parking?"' in offered()
    assert 'value="Yes"' not in offered()
    town.says(ana, "STOP")
    assert 'value="START"' in offered()
    assert 'value="STOP"' not in offered()
