"""The panel of buttons: what each does, and what came of pressing it last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followthrough.core import clock
from followthrough.demo.models import AtsApplication, Trouble
from followthrough.demo.trouble import bulk, disorder, killed, outage, repeats
from followthrough.demo.trouble.told import Told

Kind = Trouble.Kind
RECENT = timedelta(minutes=30)  # later on the rows tell of other things as well


class Button(NamedTuple):
    """A trouble: what its button says, what it does, and the icon beside it."""

    kind: str
    name: str | Promise
    does: str | Promise
    icon: str
    tell: Callable[[Trouble], Told]


class Card(NamedTuple):
    """A button with what came of it last (None: it was never pressed)."""

    button: Button
    told: Told | None


BUTTONS: Sequence[Button] = (
    Button(
        Kind.OUTAGE,
        _("Take the provider down"),
        _("For 30 seconds it refuses every message, while eight people apply."),
        "connections",
        outage.told,
    ),
    Button(
        Kind.REPEATS,
        _("Repeat the last webhook"),
        _("Five times, two of them under new ids, as an ATS does that is not sure."),
        "again",
        repeats.told,
    ),
    Button(
        Kind.DISORDER,
        _("Send stages out of order"),
        _("Offer arrives first, and after it the Interview that came before."),
        "stage",
        disorder.told,
    ),
    Button(
        Kind.KILLED,
        _("Kill the worker"),
        _("The process that sends is ended in mid-work (kill -9), while eight people apply."),
        "stopped",
        killed.told,
    ),
    Button(
        Kind.BULK,
        _("Import many at once"),
        _("Eighty people come into the ATS in one go; every fourth had applied two days ago."),
        "candidates",
        bulk.told,
    ),
)


# What kept it from being made.
BUT_FOR = {
    Kind.OUTAGE: _("Nobody applied: there is no opening to apply for."),
    Kind.REPEATS: _("The ATS has not sent a webhook about this application yet."),
    Kind.BULK: _("Nobody was imported: there is no opening to apply for."),
    Kind.DISORDER: _("Nobody applied: there is no opening to apply for."),
    Kind.KILLED: _("No worker was killed: none is at work on this machine right now. After a kill"
                   " the next one is there within seconds."),
}  # fmt: skip


def cards(organization_id: UUID) -> list[Card]:
    """All of them, with what came of each by the rows of now."""
    last = {one.kind: one for one in _latest(organization_id)}
    return [Card(one, one.tell(last[one.kind]) if one.kind in last else None) for one in BUTTONS]


def _latest(organization_id: UUID) -> Sequence[Trouble]:
    rows = Trouble.objects.filter(organization_id=organization_id)
    rows = rows.filter(begun_at__gt=clock.wall() - RECENT)
    return list(rows.order_by("kind", "-id").distinct("kind"))


def make(kind: str, *, organization_id: UUID, chosen: AtsApplication | None) -> Trouble | None:
    """Make the trouble; None when there is nothing to make it with. Raises ValueError."""
    if kind == Kind.REPEATS:
        return repeats.begin(chosen) if chosen else None
    begin = {
        Kind.OUTAGE: outage.begin, Kind.DISORDER: disorder.begin, Kind.KILLED: killed.begin,
        Kind.BULK: bulk.begin,
    }  # fmt: skip
    return begin[Kind(kind)](organization_id)
