"""Somebody with two numbers, and somebody whose number is another person's by now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from followthrough.core import clock
from followthrough.governance.models import AddressBlock
from followthrough.messages.models import Message
from followthrough.people.models import Application, ContactPoint
from followthrough.runs import engine
from tests import door
from tests.properties.life import PEOPLE, Life, lived, snapshot

pytestmark = pytest.mark.django_db
FIRST, SECOND = "+17752000001", "+17752000009"


@pytest.fixture
def life() -> Iterator[Life]:
    with lived() as made:
        known = snapshot("app-1")["candidate"]
        made.ats("app-1", stage="New", candidate=known | {"phones": [FIRST, SECOND]})
        engine.drain()
        yield made


def writes(life: Life, text: str, number: str) -> list[tuple[str, str]]:
    """What goes out after it: to whom, and what."""
    before = len(life.provider.gone)
    life.numbers += 1
    sender = life.company.senders["sms"]
    event = {"type": "inbound", "id": f"in-{life.numbers}", "from": number, "text": text}
    door.from_provider(sender, *door.signed_by_provider(sender, event))
    life.passes(timedelta(seconds=1))
    return [(call.to, call.body) for call in life.provider.gone[before:]]


def test_who_wrote_is_answered_and_nobody_at_a_number_that_is_stopped(life: Life) -> None:
    ((stopped, _),) = writes(life, "STOP", SECOND)
    assert stopped == SECOND
    ((started, _),) = writes(life, "START", SECOND)
    assert started == SECOND
    blocked = set(AddressBlock.objects.filter(lifted_at=None, channel="sms").values_list(
        "address_key", flat=True
    ))  # fmt: skip
    assert blocked == {ContactPoint.objects.get(written=FIRST).address_key}


def test_what_comes_next_goes_to_the_number_that_is_open(life: Life) -> None:
    writes(life, "STOP", SECOND)
    writes(life, "START", SECOND)
    before = len(life.provider.gone)
    life.ats("app-1", stage="Screen")
    life.passes(timedelta(minutes=5))
    life.passes(timedelta(hours=24))
    texts = [call for call in life.provider.gone[before:] if call.channel == "sms"]
    assert {call.to for call in texts} == {SECOND}


def test_a_number_that_went_to_somebody_else_speaks_for_them(life: Life) -> None:
    moved = snapshot("app-1")["candidate"] | {"phones": [FIRST]}
    clock.advance(timedelta(minutes=1))
    life.ats("app-1", candidate=moved)  # SECOND is gone
    other = PEOPLE[1] | {"phones": [SECOND], "country": "US", "region": "NV"}
    life.ats("app-3", stage="New", candidate=other)
    engine.drain()
    writes(life, "STOP", SECOND)
    theirs = Application.objects.get(external_id="app-3").candidate
    assert Message.objects.filter(direction="in").get().candidate == theirs
    blocked = set(AddressBlock.objects.values_list("address_key", flat=True))
    assert blocked == {point.address_key for point in theirs.contact_points.all()}
