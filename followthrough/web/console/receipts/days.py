"""Days as people say them: "since 2026-06-03", "between June and August", "the last 10 days"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils import dates, timezone
from django.utils.translation import get_language

from followthrough.core import clock
from followthrough.people.plain import words
from followthrough.web.console.receipts.asked import day


class Days(NamedTuple):
    """From a day to another, both included; None: from the first or to the last."""

    since: date | None = None
    until: date | None = None

    @property
    def filters(self) -> dict[str, str]:
        return {name: at.isoformat() for name, at in self._asdict().items() if at}


class Said(NamedTuple):
    """A stretch of time with the words for it; filters are those of `Asked`."""

    words: str
    filters: Mapping[str, str]


def read(text: str) -> tuple[str, list[Said]]:
    """The days that are written out in a text, and the rest of it."""
    text, today = " ".join(text.split()), timezone.localdate(clock.now())
    found = []
    for pattern, meaning in _patterns(get_language() or "en"):
        said = pattern.search(text)
        if said and (days := meaning(said, today)):
            found.append(Said(said[0].strip(), days.filters))
            text = f"{text[: said.start()]} {text[said.end() :]}"
    return text, _together(found)


def _together(found: list[Said]) -> list[Said]:
    """`since` one day and `until` another are one stretch."""
    if len(found) == 2 and not found[0].filters.keys() & found[1].filters.keys():
        both = Said(f"{found[0].words} {found[1].words}", {**found[0].filters, **found[1].filters})
        return [both] if both.filters["since"] <= both.filters["until"] else found
    return found


def in_doubt(unread: Iterable[str]) -> bool:
    """Whether what was not understood may have said something about the time."""
    said = {one for text in unread for one in words(text)}
    return any(one[0].isdigit() for one in said) or not said.isdisjoint(
        _BOUNDS | _months(get_language() or "en").keys()
    )


# --- what is known -------------------------------------------------------------------------------

_BOUNDS = {"between", "since", "until", "till", "before", "after", "through", "during"}
_Meaning = Callable[[re.Match[str], date], Days | None]
_DATE = r"\d{4}-\d{2}-\d{2}"


@lru_cache(maxsize=16)
def _months(language: str) -> dict[str, int]:
    """The months by name and in short, in a language (it is the one that is in use)."""
    named = [(str(name), n) for both in (dates.MONTHS, dates.MONTHS_3) for n, name in both.items()]
    return {name.lower().rstrip("."): n for name, n in named}


@lru_cache(maxsize=16)
def _patterns(language: str) -> list[tuple[re.Pattern[str], _Meaning]]:
    """What is looked for, in order. A month alone may be somebody's name, and one beside a number
    is a day that is written in another way than we read."""
    names = "|".join(sorted(map(re.escape, _months(language)), key=len, reverse=True))
    name = rf"(?<!\d )(?<!\d(?:st|nd|rd|th) )(?<!\d(?:st|nd|rd|th) of )(?:{names})\b"
    year = rf"{name},? \d{{4}}(?![\w/.-])"
    exact, any_ = rf"(?:{_DATE}|{year})", rf"(?:{_DATE}|{year}|{name}(?!,? \d))"
    to = r"(?: (?:to|until|till|through|before) | ?– ?| - )"
    listed = [
        (rf"\bbetween ({any_}) and ({any_})", _stretch),
        (rf"\b(?:from|since|after) ({any_}){to}({any_})", _stretch),
        (rf"({exact}){to}({exact})", _stretch),
        (rf"\b(?:since|after) ({any_})|\bfrom ({exact})", _since),
        (rf"\b(?:until|till|before|through) ({any_})|\bto ({exact})", _until),
        (rf"\b(?:in|during) ({any_})|(?:\bon )?({exact})", _within),
        (r"\b(?:last|past) (\d{1,3}) days\b", _last),
        (r"\bthis (week|month)\b", _this),
    ]
    return [(re.compile(text, re.IGNORECASE), meaning) for text, meaning in listed]


def _stretch(said: re.Match[str], today: date) -> Days | None:
    """A month without a year is the last one before the end."""
    end = _days(said[2], today)
    begin = end and _days(said[1], end.until or today)
    if not begin or not end or not begin.since or not end.until or begin.since > end.until:
        return None
    return Days(begin.since, end.until)


def _since(said: re.Match[str], today: date) -> Days | None:
    found = _days(said[1] or said[2], today)
    return found and Days(since=found.since)


def _until(said: re.Match[str], today: date) -> Days | None:
    found = _days(said[1] or said[2], today)
    return found and Days(until=found.until)


def _within(said: re.Match[str], today: date) -> Days | None:
    return _days(said[1] or said[2], today)


def _last(said: re.Match[str], today: date) -> Days | None:
    """Seven and thirty have names of their own."""
    n = int(said[1])
    return None if n in (7, 30) else Days(since=today - timedelta(days=max(n, 1) - 1))


def _this(said: re.Match[str], today: date) -> Days | None:
    if said[1].lower() == "month":
        return _month(today.year, today.month)
    monday = today - timedelta(days=today.weekday())
    return Days(monday, monday + timedelta(days=6))


def _days(text: str, latest: date) -> Days | None:
    """A day, or a month; one without a year is the last that has begun by `latest`."""
    if text[0].isdigit():
        at = day(text)
        return Days(at, at) if at else None
    name, _space, year = text.replace(",", "").lower().partition(" ")
    month = _months(get_language() or "en")[name]
    if not year:
        return _month(latest.year - (month > latest.month), month)
    return _month(int(year), month) if 2000 <= int(year) < 2200 else None


def _month(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
