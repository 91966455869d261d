"""The list in the order of columns that an index has: by name, and by when a stage was entered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from followthrough.people.models import Application
from followthrough.web.console.listing.asked import Rows, Stretch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Values = Sequence[Any]  # of the columns, for one row


class Order(NamedTuple):
    """Columns, the last of which is the key, and how a row's place in them is written and read."""

    columns: tuple[str, ...]
    descending: bool
    written: Callable[[Values], str]
    read: Callable[[Stretch], Values | None]


def _rows(order: Order, found: QuerySet[Application], part: Stretch) -> Rows:
    down = order.descending is not part.backwards
    values = order.read(part) if part.place else None
    if values is not None:
        found = found.filter(_beyond(order.columns, values, "lt" if down else "gt"))
    sign = "-" if down else ""
    rows = found.order_by(*(sign + name for name in order.columns)).values_list(*order.columns)
    return [(row[-1], order.written(row)) for row in rows[: part.limit]]


def _beyond(columns: Sequence[str], values: Values, way: str) -> Q:
    """Rows beyond `values` in the order of the columns. The first column is named once more, by
    itself: that is the condition an index is entered by."""
    same = dict(zip(columns, values, strict=True))
    beyond = (
        Q(**{name: same[name] for name in columns[:at]}, **{f"{column}__{way}": values[at]})
        for at, column in enumerate(columns)
    )
    return Q(**{f"{columns[0]}__{way}e": values[0]}) & reduce(or_, beyond)


# --- by name -----------------------------------------------------------------------------------

_NAME = ("candidate__plain_name", "candidate_id", "id")


def _person(part: Stretch) -> Values | None:
    """A name does not belong into an address: the place is the application's key."""
    rows = Application.objects.filter(organization=part.organization_id, id=_key(part.place))
    return rows.values_list(*_NAME).first()


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_BY_NAME = Order(_NAME, False, lambda row: str(row[-1]), _person)


def by_name(found: QuerySet[Application], part: Stretch) -> Rows:
    """People by their family name, each one's applications together."""
    same = found.filter(candidate__organization=F("organization"))  # the index begins with it
    return _rows(_BY_NAME, same, part)


# --- by stage ----------------------------------------------------------------------------------


def _since(part: Stretch) -> Values | None:
    number, _, key = part.place.partition(".")
    try:
        return EPOCH + int(number) * MICROSECOND, UUID(key)
    except (ValueError, OverflowError):
        return None


def _moment(row: Values) -> str:
    return f"{(row[0] - EPOCH) // MICROSECOND}.{row[1]}"


_BY_STAGE = Order(("stage_since", "id"), True, _moment, _since)


def by_stage(found: QuerySet[Application], part: Stretch) -> Rows:
    """Those who have just entered their stage first."""
    return _rows(_BY_STAGE, found, part)
