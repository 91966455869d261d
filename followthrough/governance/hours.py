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
from followthrough.governance import calendars
from followthrough.governance.calendars import Closed

DAY = 24 * 60


class Compiled(dict[int, Sequence[Window]]):
    """A week that answers are remembered by: it is compiled once, and known by its identity.

    `closed` are days on which nothing goes out, whatever the windows say.
    """

    closed: Closed | None = None
    __hash__ = object.__hash__  # type: ignore[assignment]

    @classmethod
    def of(cls, week: Week, closed: Closed | None = None) -> Compiled:
        """Compile a week."""
        made = cls(week)
        made.closed = closed
        return made


@dataclass(frozen=True, eq=False)
class Hours:
    """The weeks that bind one channel in one jurisdiction; None: at any hour.

    `legal` is what the rule packs allow, `own` what the policy does, `both` their intersection.
    `laws` are the rule packs' weeks one by one, by id.
    """

    legal: Compiled | None
    own: Compiled | None
    both: Compiled | None
    laws: Sequence[tuple[str, Compiled]] = ()

    @property
    def packs(self) -> tuple[str, ...]:
        """The ids of the rule packs that have hours here."""
        return tuple(id for id, _ in self.laws)


ANY = Hours(legal=None, own=None, both=None)


@lru_cache(maxsize=4096)
def hours(laws: tuple[tuple[str, Compiled], ...], own: Compiled | None) -> Hours:
    """The hours of a channel from the weeks of its rule packs (by id) and the policy's own."""
    legal = together(tuple(week for _, week in laws))
    return Hours(legal=legal, own=own, both=narrowed(legal, own), laws=laws)


@lru_cache(maxsize=4096)
def together(weeks: tuple[Compiled, ...]) -> Compiled | None:
    """What all of `weeks` allow; None without any."""
    if not weeks:
        return None
    return Compiled.of(intersection(weeks), calendars.together(week.closed for week in weeks))


@lru_cache(maxsize=4096)
def narrowed(one: Compiled | None, other: Compiled | None) -> Compiled | None:
    """What both allow, such as the policy and a map; None allows everything."""
    return together(tuple(week for week in (one, other) if week is not None))


# --- asking --------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def open_at(week: Compiled, names: tuple[str, ...], minute: int) -> bool:
    """Whether `week` allows this minute (since 1970) in every zone of `names`."""
    return zones.allowed(_instant(minute), zones=names, week=week, closed=week.closed)


def opens(week: Compiled, names: tuple[str, ...], minute: int) -> datetime | None:
    """The first instant after a closed minute that `week` allows in every zone; None: never.

    Between a closed minute and that instant every minute has the same answer.
    """
    known = _gaps(week, names, minute // DAY)
    for since, until, found in known:
        if since <= minute < until:
            return found
    found = zones.next_allowed(_instant(minute), zones=names, week=week, closed=week.closed)
    until = minute + 1 if found is None else -int(-found.timestamp() // 60)
    known.append((minute, until, found))
    return found


@lru_cache(maxsize=16_384)
def _gaps(
    week: Compiled, names: tuple[str, ...], day: int
) -> list[tuple[int, int, datetime | None]]:
    """What was found out for minutes of one day: from which minute until which it is closed, and
    what opens then."""
    return []


def first_open(week: Compiled | None, names: tuple[str, ...], moment: datetime) -> datetime | None:
    """The first instant from `moment` on that `week` allows in every zone; None: never."""
    if week is None:
        return moment
    minute = int(moment.timestamp()) // 60
    return moment if open_at(week, names, minute) else opens(week, names, minute)


@lru_cache(maxsize=16_384)
def holiday(week: Compiled, names: tuple[str, ...], minute: int) -> str:
    """The calendar that closes this minute in one of the zones; '' when none does."""
    if week.closed is None:
        return ""
    days = [zones.local(_instant(minute), name).date() for name in names]
    return next((why for day in days if (why := week.closed.why(day))), "")


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
