"""What receipts are asked for: it stands in the address, so it can be shared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from followthrough.core import clock
from followthrough.core.typed import cleaned

LONGEST = 200  # characters of any value in the address
FILTERS = (
    "verdict", "reason", "channel", "place", "site", "map", "stage", "purpose", "candidate", "name",
)  # fmt: skip
TIMES = ("when", "since", "until")
PLACES = ("after", "before")
LEFT_OUT = ("unread", "also")


class When(models.TextChoices):
    """A stretch of time by the clock of whoever looks."""

    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    WEEK = "7", _("Last 7 days")
    LAST_WEEK = "last-week", _("Last week")
    MONTH = "30", _("Last 30 days")
    LAST_MONTH = "last-month", _("Last month")


@dataclass(frozen=True)
class Asked:
    """Filters, and where in the list: after or before a receipt. `place` is a country, or a
    country and its state (`US-TX`); `since` and `until` are days (`2026-06-03`), both included;
    `unread` is what a question said that was not understood, `also` what it asked for beside
    something else of its kind."""

    verdict: str = ""
    reason: str = ""  # a code, or a group of them
    channel: str = ""
    place: str = ""
    site: str = ""
    map: str = ""
    stage: str = ""
    purpose: str = ""
    candidate: str = ""  # a key
    name: str = ""
    when: str = ""
    since: str = ""
    until: str = ""
    unread: str = ""
    also: str = ""
    after: str = ""
    before: str = ""

    def set_(self) -> Iterator[str]:
        """The names of the filters that are set."""
        return (name for name in (*FILTERS, *TIMES) if getattr(self, name))

    def without(self, *names: str) -> Asked:
        """The same from the beginning, with these not asked for."""
        return replace(self, **dict.fromkeys((*names, *PLACES, *LEFT_OUT), ""))

    def with_(self, **more: str) -> Asked:
        """The same from the beginning, with these as well."""
        return replace(self.without(), **more)

    def at(self, **place: str) -> str:
        """The address of another place in the same list."""
        return replace(self.without(), **place).address

    @property
    def query(self) -> str:
        """As it stands behind the question mark."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def address(self) -> str:
        return f"?{self.query}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every filter that is set, for a form that is about the same receipts."""
        return [(name, getattr(self, name)) for name in self.set_()]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What a form with its own fields for everything else has to carry along."""
        return [("candidate", self.candidate)] if self.candidate else []


class Stretch(NamedTuple):
    """From a moment (included) to another (not included); None: from the first or to the last."""

    since: datetime | None = None
    until: datetime | None = None


def of(given: QueryDict) -> Asked:
    """What an address asks for."""
    return Asked(**{name: cleaned(given.get(name, ""), longest=LONGEST) for name in vars(Asked())})


# --- times -----------------------------------------------------------------------------------


def stretch(asked: Asked, *, today: date | None = None) -> Stretch:
    """The moments that are asked for; days written out go before a stretch with a name."""
    first, last = day(asked.since), day(asked.until)
    if first or last:
        return Stretch(first and _midnight(first), last and _midnight(last + timedelta(days=1)))
    named = _NAMED.get(asked.when)
    if named is None:
        return Stretch()
    begin, end = named(today or timezone.localdate(clock.now()))
    return Stretch(_midnight(begin), _midnight(end + timedelta(days=1)))


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day(text: str) -> date | None:
    """`2026-06-03` as a day; None for anything else, and for days that no clock here shows."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2200 else None


def _midnight(at: date) -> datetime:
    return datetime.combine(at, time.min, tzinfo=timezone.get_current_timezone())


def _back(days: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=days - 1), today)


def _yesterday(today: date) -> tuple[date, date]:
    return today - timedelta(days=1), today - timedelta(days=1)


def _last_week(today: date) -> tuple[date, date]:
    """From Monday to Sunday."""
    monday = today - timedelta(days=today.weekday() + 7)
    return monday, monday + timedelta(days=6)


def _last_month(today: date) -> tuple[date, date]:
    """The month before this one, all of it."""
    end = today.replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


_NAMED: dict[str, Callable[[date], tuple[date, date]]] = {
    When.TODAY: _back(1),
    When.YESTERDAY: _yesterday,
    When.WEEK: _back(7),
    When.LAST_WEEK: _last_week,
    When.MONTH: _back(30),
    When.LAST_MONTH: _last_month,
}
