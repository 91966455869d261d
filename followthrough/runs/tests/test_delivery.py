"""That messages arrived, noted one by one and many at once: the same either way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followthrough.audit.models import Fact
from followthrough.channels.contract import DeliveryReport
from followthrough.channels.models import Sender
from followthrough.core.ids import uuid7
from followthrough.messages.models import Attempt, Message
from followthrough.runs import delivery
from tests import world
from tests.world import NOON

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(seconds=40)


@pytest.fixture
def sender() -> Sender:
    return world.sender(world.organization())


def handed_over(sender: Sender, provider_id: str, delivery: str = "") -> Message:
    """A message that the provider has taken under this id."""
    key = uuid7()
    given = {"organization_id": sender.organization_id, "channel": "sms", "sender_id": sender.id}
    Attempt.objects.create(
        **given, id=key, touch_id=uuid7(), number=1, address_key="", provider_id=provider_id,
        state="accepted", epoch=0,
    )  # fmt: skip
    return Message.objects.create(
        **given, id=key, attempt_id=key, direction="out", body="Hello", delivery=delivery, at=NOON
    )


def reports(sender: Sender) -> list[tuple[Sender, DeliveryReport]]:
    """Of one that is new, one that is known, one nobody has heard of, and the first once more."""
    return [
        (sender, DeliveryReport(one, "delivered", at=at))
        for one, at in (("new", SOON), ("known", SOON), ("strange", SOON), ("new", None))
    ]


def outcome() -> list[tuple]:
    messages = Message.objects.order_by("id").values_list("delivery", "delivery_at")
    facts = Fact.objects.filter(verb="reported").values_list("why", "at", "actor_kind")
    return [*messages, *facts]


def test_many_at_once_are_noted_as_one_by_one(sender: Sender) -> None:
    for name, before in (("new", ""), ("known", "delivered"), ("late", "undelivered")):
        handed_over(sender, name, before)
    told = [*reports(sender), (sender, DeliveryReport("late", "delivered"))]
    before = list(Message.objects.order_by("id").values("id", "delivery", "delivery_at"))
    said = [delivery.delivered(*one, now=NOON) for one in told]
    single = outcome()
    Fact.objects.all().delete()
    for row in before:
        Message.objects.filter(id=row["id"]).update(**row)
    assert delivery.arrived(told, now=NOON) == said
    assert sorted(outcome(), key=str) == sorted(single, key=str)
    assert said == ["delivered", delivery.KNOWN, delivery.OF_NONE, delivery.KNOWN, "delivered"]


def test_reports_are_kept_apart_by_their_senders(sender: Sender) -> None:
    mine = handed_over(sender, "same")
    theirs = handed_over(world.sender(sender.organization), "same")
    told = [(sender, DeliveryReport("same", "delivered"))]
    assert delivery.arrived(told, now=NOON) == ["delivered"]
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.delivery, mine.delivery_at, theirs.delivery) == ("delivered", NOON, "")


def test_it_takes_as_many_statements_for_many_as_for_few(
    sender: Sender, django_assert_max_num_queries
) -> None:
    told = []
    for number in range(150):
        handed_over(sender, f"p{number}")
        told.append((sender, DeliveryReport(f"p{number}", "delivered")))
    with django_assert_max_num_queries(6):
        delivery.arrived(told, now=NOON)
    assert not Message.objects.exclude(delivery="delivered").exists()
