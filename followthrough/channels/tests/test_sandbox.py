import asyncio
from time import monotonic, sleep

import pytest
from django.db import connection

from followthrough.channels.contract import (
    Accepted,
    Envelope,
    Misconfigured,
    Rejected,
    SenderConfig,
)
from followthrough.channels.models import SandboxMessage
from followthrough.channels.sandbox.adapter import Sandbox
from followthrough.core.ids import uuid7
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
sandbox = Sandbox()

OPENED = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend'"
)


def opened():
    with connection.cursor() as cursor:
        cursor.execute(OPENED)
        return cursor.fetchone()[0]


@pytest.fixture
def sender():
    stored = world.sender(world.organization())
    return SenderConfig(stored.id, "sandbox", "sms", stored.address)


def envelope(sender, **given):
    return Envelope(**{"key": "k", "sender": sender, "to": "+1555", "body": "Hi", **given})


def send_all(envelopes):
    async def together():
        return await asyncio.gather(*map(sandbox.send, envelopes), return_exceptions=True)

    return asyncio.run(together())


def test_a_message_is_kept_as_it_was_handed_over(sender):
    send_all([envelope(sender, subject="S" * 600, body="Hello\nthere")])
    kept = SandboxMessage.objects.get()
    assert (kept.key, kept.to, kept.body) == ("k", "+1555", "Hello\nthere")
    assert kept.subject == "S" * 500
    assert kept.sender_id == sender.id
    assert kept.organization_id == kept.sender.organization_id


def test_the_same_key_is_the_same_message(sender):
    first, again = send_all([envelope(sender)]), send_all([envelope(sender)] * 3)
    assert first == [Accepted("sandbox-k")]
    assert again == first * 3
    assert SandboxMessage.objects.get().times == 4


def test_it_can_tell_what_it_took(sender):
    send_all([envelope(sender)])
    assert asyncio.run(sandbox.look_up(envelope(sender))) == Accepted("sandbox-k")
    assert asyncio.run(sandbox.look_up(envelope(sender, key="other"))) is None


def test_one_bad_message_does_not_spoil_the_others(sender):
    envelopes = [envelope(sender, key=f"k{n}", body="\0" if n == 3 else "Hi") for n in range(8)]
    outcomes = send_all(envelopes)
    assert [type(one) for one in outcomes] == [Accepted] * 3 + [Rejected] + [Accepted] * 4
    assert SandboxMessage.objects.count() == 7


def test_a_sender_that_is_gone_is_the_operators_to_mend(sender):
    gone = SenderConfig(uuid7(), "sandbox", "sms", "+1555")
    fine, lost = send_all([envelope(sender), envelope(gone, key="other")])
    assert fine == Accepted("sandbox-k")
    assert isinstance(lost, Misconfigured)


def test_many_go_in_together_and_no_connection_is_left_behind(sender):
    before = opened()
    send_all([envelope(sender, key=f"k{n}") for n in range(1000)])
    end = monotonic() + 10
    while opened() > before and monotonic() < end:  # the server takes a moment to see it gone
        sleep(0.01)
    assert opened() == before
    assert SandboxMessage.objects.count() == 1000
