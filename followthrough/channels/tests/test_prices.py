"""What a part of a text costs: read, said, and kept on record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from followthrough.audit.facts import SYSTEM
from followthrough.audit.models import Fact
from followthrough.channels import prices
from followthrough.channels.models import Sender
from followthrough.channels.prices import Price
from tests import world

DOLLARS = Price(Decimal("0.0083"), "USD")


@pytest.mark.parametrize(("parts", "locale", "said"), [
    (0, "en", "$0.00"), (1, "en", "$0.0083"), (2, "en", "$0.0166"), (1000, "en", "$8.30"),
    (123_456, "en", "$1,024.68"), (1000, "es-US", "$8.30"),
])  # fmt: skip
def test_it_is_said_as_people_write_it(parts: int, locale: str, said: str) -> None:
    assert DOLLARS.of(parts, locale=locale) == said


def given(amount: object, currency: str = "USD") -> dict[str, Any]:
    return {"price": {"amount": amount, "currency": currency}}


@pytest.mark.parametrize("raw", [
    {}, {"price": None}, {"price": 1}, given("much"), given("0.01", "XXZ"), given("-1"),
    given("NaN"), given("1e9"), {"price": {"currency": "USD"}},
])  # fmt: skip
def test_what_makes_no_sense_is_no_price(raw: dict[str, Any]) -> None:
    assert prices.read(raw) is None


@pytest.mark.django_db
def test_it_is_put_and_taken_away_on_record() -> None:
    sender = Sender.objects.create(
        organization=world.organization(), channel="sms", adapter="sandbox", name="Texts",
        address="+1555", token="t", config={"base_url": "x"},
    )  # fmt: skip
    prices.put(sender, DOLLARS, by=SYSTEM)
    assert prices.of(sender.organization_id) == DOLLARS
    prices.put(sender, None, by=SYSTEM)
    assert prices.of(sender.organization_id) is None
    sender.refresh_from_db()
    assert sender.config == {"base_url": "x"}
    assert Fact.objects.filter(verb="set_price", subject_id=sender.id).count() == 2
