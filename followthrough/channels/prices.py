"""What a part of a text message costs, as far as somebody has said so: for people to see, never to
decide by."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from uuid import UUID

from babel.core import get_global
from babel.numbers import format_currency

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.channels.models import Sender

KEY = "price"  # in a sender's config
MOST = Decimal(100)


class Price(NamedTuple):
    """What one part costs, in a currency by its ISO code."""

    amount: Decimal
    currency: str

    def of(self, parts: int, *, locale: str = "en") -> str:
        """What so many parts cost, as people write it: `$0.0166`, `$212.48`."""
        cost = self.amount * parts
        small = cost < 1  # then cents alone would hide the difference
        return format_currency(
            cost.normalize() if small else cost, self.currency, locale=locale.replace("-", "_"),
            decimal_quantization=not small,
        )  # fmt: skip


def read(raw: Mapping[str, Any]) -> Price | None:
    """The price in a sender's config; None where there is none that makes sense."""
    given = raw.get(KEY)
    if not isinstance(given, Mapping):
        return None
    try:
        amount = Decimal(str(given.get("amount")))
    except InvalidOperation:
        return None
    currency = str(given.get("currency"))
    known = currency in get_global("all_currencies") and amount.is_finite()
    return Price(amount, currency) if known and 0 < amount <= MOST else None


def of(organization_id: UUID, channel: str = "sms") -> Price | None:
    """What a part costs an organization on a channel."""
    senders = Sender.objects.filter(organization=organization_id, channel=channel, active=True)
    found = senders.order_by("id").values_list("config", flat=True).first()
    return read(found or {})


def put(sender: Sender, price: Price | None, *, by: Actor) -> None:
    """Say what a part costs (None: nobody knows), on record."""
    rest = {name: value for name, value in sender.config.items() if name != KEY}
    said = {KEY: {"amount": str(price.amount), "currency": price.currency}} if price else {}
    sender.config = {**rest, **said}
    sender.save(update_fields=["config"])
    facts.record(
        organization_id=sender.organization_id, actor=by, verb="set_price",
        subject_kind="sender", subject_id=sender.id, why=said,
    )  # fmt: skip
