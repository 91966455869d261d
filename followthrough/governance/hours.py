"""Allowed hours, ready to be asked: pure, and remembered by the minute.

Windows begin and end on whole minutes and so do the offsets of zones, so an answer holds for a
whole minute, for everyone in the same zones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache

from followthrough.core import zones
from followthrough.core.zones import Week, Window

DAY = 24 * 60


@dataclass(frozen=True, eq=False)
class Hours:
    """The weeks that bind one channel in one jurisdiction; None: at any hour.

    `legal` is what the rule packs allow, `own` what the policy does, `both` their intersection.
    """

    legal: Compiled | None
    own: Compiled | None
    both: Compiled | None


ANY = Hours(legal=None, own=None, both=None)


class Compiled(dict[int, Sequence[Window]]):
    """A week that answers are remembered by: it is compiled once, and known by its identity."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def hours(legal: Sequence[Week], own: Week | None) -> Hours:
    """The hours of a channel from the weeks of its rule packs and the policy's own."""
    everything = [*legal, own] if own is not None else [*legal]
    return Hours(
        legal=Compiled(intersection(legal)) if legal else None,
        own=Compiled(own) if own is not None else None,
        both=Compiled(intersection(everything)) if everything else None,
    )


@lru_cache(maxsize=16_384)
def open_at(week: Compiled, names: tuple[str, ...], minute: int) -> bool:
    """Whether `week` allows this minute (since 1970) in every zone of `names`."""
    return zones.allowed(_instant(minute), zones=names, week=week)


@lru_cache(maxsize=16_384)
def opens(week: Compiled, names: tuple[str, ...], minute: int) -> datetime | None:
    """The first instant after a closed minute that `week` allows in every zone; None: never."""
    return zones.next_allowed(_instant(minute), zones=names, week=week)


def first_open(week: Compiled | None, names: tuple[str, ...], moment: datetime) -> datetime | None:
    """The first instant from `moment` on that `week` allows in every zone; None: never."""
    if week is None:
        return moment
    minute = int(moment.timestamp()) // 60
    return moment if open_at(week, names, minute) else opens(week, names, minute)


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def intersection(weeks: Sequence[Week]) -> Week:
    """The local minutes that all of `weeks` allow, as a week without windows past midnight."""
    common = set.intersection(*(_minutes(week) for week in weeks))
    return {day: found for day in range(7) if (found := _windows(common, day))}


def _minutes(week: Mapping[int, Sequence[Window]]) -> set[int]:
    """The allowed minutes of the week, Monday's midnight being 0."""
    found: set[int] = set()
    for day, windows in week.items():
        for window in windows:
            start, end = _minute(window.start), _minute(window.end)
            length = (end - start) % DAY or DAY
            first = day * DAY + start
            found.update(minute % (7 * DAY) for minute in range(first, first + length))
    return found


def _windows(minutes: set[int], day: int) -> tuple[Window, ...]:
    edges = [
        minute
        for minute in range(DAY + 1)
        if (minute < DAY and day * DAY + minute in minutes)
        != (minute > 0 and day * DAY + minute - 1 in minutes)
    ]
    return tuple(
        Window(_time(start), _time(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(minute % DAY // 60, minute % 60)
