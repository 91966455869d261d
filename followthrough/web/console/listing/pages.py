"""The pages of the list.

A page begins after a row (or ends before one) and not at a number, so the last one is as fast as
the first. In the address the row is named by its place in the order: where it has moved meanwhile,
the page still begins where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import number_format

from followthrough.people.models import Application
from followthrough.web.console.listing import activity, columns
from followthrough.web.console.listing.asked import Asked, Rows, Sort, Stretch

PER_PAGE = 50
MOST_COUNTED = 2000  # beyond that, a list is searched or filtered and not read


class Count(NamedTuple):
    """How many there are; `more` when there are more than are counted."""

    n: int
    more: bool

    @property
    def said(self) -> str:
        """`1,843`, as numbers are written in the reader's language."""
        return number_format(self.n, force_grouping=True)


class Page(NamedTuple):
    """The applications of a page in order, and the places to go on from ('' at the ends)."""

    keys: list[UUID]
    before: str = ""
    after: str = ""


def count(found: QuerySet[Application]) -> Count:
    """How many are found, up to MOST_COUNTED."""
    n = found.order_by().values("id")[: MOST_COUNTED + 1].count()
    return Count(min(n, MOST_COUNTED), n > MOST_COUNTED)


def page(found: QuerySet[Application], asked: Asked, *, owner: UUID, many: bool) -> Page:
    """The page that is asked for. `owner` is the organization; `many`: there are more than are
    counted."""
    rows = _order(asked.sort, many=many)
    backwards = bool(asked.before or asked.last)
    place = asked.before if backwards else asked.after
    part = rows(found, Stretch(place, backwards, PER_PAGE + 1, owner))
    return _backwards(part, asked) if backwards else _forwards(part, asked)


def steps(shown: Page, at: Callable[..., str], *, last: bool = True) -> dict[str, str]:
    """The addresses of the other pages, as `at` gives them for a place; what is not there has none.
    `last`: whether one may go to the end."""
    return {
        "first": at() if shown.before else "",
        "before": at(before=shown.before) if shown.before else "",
        "after": at(after=shown.after) if shown.after else "",
        "last": at(last="1") if shown.after and last else "",
    }


def _order(sort: str, *, many: bool) -> Callable[[QuerySet[Application], Stretch], Rows]:
    if sort == Sort.ACTIVITY:
        return activity.of_many if many else activity.of_few
    return columns.by_stage if sort == Sort.STAGE else columns.by_name


def _forwards(rows: Rows, asked: Asked) -> Page:
    shown = rows[:PER_PAGE]
    before = shown[0][1] if shown and asked.after else ""
    after = shown[-1][1] if len(rows) > PER_PAGE else ""
    return Page([key for key, _ in shown], before, after)


def _backwards(rows: Rows, asked: Asked) -> Page:
    shown = rows[:PER_PAGE][::-1]
    before = shown[0][1] if len(rows) > PER_PAGE else ""
    after = shown[-1][1] if shown and asked.before else ""
    return Page([key for key, _ in shown], before, after)
