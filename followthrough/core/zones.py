"""Local time: the one place where an instant meets a wall clock.

Instants are UTC; a person has an IANA zone *with its evidence*. Where the evidence conflicts a
message must be fine in every plausible zone, and where there is none nothing is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from followthrough.core.errors import Explained

EVIDENCE = ("stated", "address", "site", "area_code")  # strongest first
HORIZON = timedelta(days=8)  # an allowed minute comes within a week, or never
# Unless whole days are closed besides: holidays may fall on the only allowed day again and again.
FAR_HORIZON = timedelta(days=60)


class UnknownZone(Explained):
    """A zone name that the time zone database does not have."""


@dataclass(frozen=True)
class Zones:
    """The zones a person may be in, and which kind of evidence says so ('' when none does)."""

    names: tuple[str, ...]
    evidence: str
    unknown: tuple[str, ...] = ()  # what was said to be a zone and is none


@dataclass(frozen=True)
class Window:
    """Allowed minutes of a local day: from `start` up to, not including, `end`.

    `end` may be 24:00, written as `time(0, 0)`; a window past midnight has `end` before `start`
    and belongs to the day it starts on.
    """

    start: time
    end: time


Week = Mapping[int, Sequence[Window]]  # weekday (Monday is 0) -> windows; none: a silent day
Closed = Callable[[date], bool]  # whether a whole local day is silent, whatever its windows


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone called `name`; raises UnknownZone when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise UnknownZone(
            f"The time zone {name!r}",
            reason="is not in the time zone database.",
            remedy="Use an IANA name such as 'America/Chicago'.",
        ) from problem


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Every zone name the time zone database has."""
    return frozenset(available_timezones())


def plausible(evidence: Mapping[str, Iterable[str]]) -> Zones:
    """The zones to respect, from what each kind of evidence says (kind -> zone names).

    What the candidate said stands alone. Otherwise the zones of the address, the site and the
    area code are all kept when they disagree, since each may be true. Names that the database
    does not have are left out and named in `unknown`: where nothing else is known the answer is
    empty, and nothing is allowed.
    """
    said = {kind: {name for name in evidence.get(kind, ()) if name} for kind in EVIDENCE}
    usable = {kind: names & known_zones() for kind, names in said.items()}
    kinds = ["stated"] if usable["stated"] else [kind for kind in EVIDENCE if usable[kind]]
    names = {name for kind in kinds for name in usable[kind]}
    unknown = {_shown(name) for names in said.values() for name in names - known_zones()}
    return Zones(tuple(sorted(names)), "+".join(kinds), tuple(sorted(unknown)))


_LIKE_A_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}")


def _shown(name: str) -> str:
    """A name as a receipt may keep it: anything might stand where a zone should."""
    return name if _LIKE_A_ZONE.fullmatch(name) else "?"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def local(moment: datetime, name: str) -> datetime:
    """The wall-clock time of `moment` (aware) in the zone `name`; in the first and last hours that
    a calendar has, that of UTC."""
    try:
        return moment.astimezone(zone(name))
    except OverflowError:
        return moment.astimezone(UTC)


def instant(day: date, at: time, name: str) -> datetime:
    """The UTC instant of a wall-clock time (RFC 5545 §3.3.5).

    A time in the spring gap takes the offset before the gap; a time that happens twice in autumn
    is its first occurrence. Both are what `fold=0` means.
    """
    return datetime.combine(day, at, tzinfo=zone(name)).replace(fold=0).astimezone(UTC)


def allowed(
    moment: datetime, *, zones: Sequence[str], week: Week, closed: Closed | None = None
) -> bool:
    """Whether `moment` is in an allowed window in *every* zone; never when there is no zone.

    `closed` local days are silent from midnight to midnight.
    """
    return bool(zones) and all(_open(local(moment, name), week, closed) for name in zones)


def next_allowed(
    moment: datetime, *, zones: Sequence[str], week: Week, closed: Closed | None = None
) -> datetime | None:
    """The first instant from `moment` on that is allowed in every zone, or None within 8 days
    (60 days where days are `closed`).

    Candidates are `moment` itself and, in every zone, the start of every window, every midnight
    and every jump of the clock: the intersection of half-open intervals can only begin where one
    of them begins.
    """
    if allowed(moment, zones=zones, week=week, closed=closed):
        return moment
    found = _first(moment, HORIZON, zones, week, closed)
    return _first(moment, FAR_HORIZON, zones, week, closed) if closed and not found else found


def _first(
    moment: datetime, horizon: timedelta, zones: Sequence[str], week: Week, closed: Closed | None
) -> datetime | None:
    starts = {
        begin
        for name in zones
        for begin in _starts(moment, horizon, name, week)
        if moment < begin <= moment + horizon
    }
    fine = (one for one in sorted(starts) if allowed(one, zones=zones, week=week, closed=closed))
    return next(fine, None)


def _open(wall: datetime, week: Week, closed: Closed | None) -> bool:
    if closed is not None and closed(wall.date()):
        return False
    today, yesterday = wall.weekday(), (wall.weekday() - 1) % 7
    clock = wall.time()
    return any(_within(clock, window) for window in week.get(today, ())) or any(
        _past_midnight(window) and clock < window.end for window in week.get(yesterday, ())
    )


def _within(clock: time, window: Window) -> bool:
    if window.end == time(0) or _past_midnight(window):
        return clock >= window.start
    return window.start <= clock < window.end


def _past_midnight(window: Window) -> bool:
    return time(0) < window.end <= window.start


def _starts(moment: datetime, horizon: timedelta, name: str, week: Week) -> Iterator[datetime]:
    first = local(moment, name).date() - timedelta(days=1)
    for offset in range(horizon.days + 3):
        day = first + timedelta(days=offset)
        yield from _jumps(day, name)
        yield from (instant(day, time(0), name), _second_instant(day, time(0), name))
        for window in week.get(day.weekday(), ()):
            yield instant(day, window.start, name)
            yield _second_instant(day, window.start, name)


def _second_instant(day: date, at: time, name: str) -> datetime:
    """The later of the two instants of a time that happens twice; else the same as `instant`.

    In the spring gap it is an hour early; whoever asks must check that it is allowed.
    """
    return datetime.combine(day, at, tzinfo=zone(name)).replace(fold=1).astimezone(UTC)


@lru_cache(maxsize=65_536)
def _jumps(day: date, name: str) -> tuple[datetime, ...]:
    """The instant within the UTC day `day` at which the zone's offset changes, if there is one."""
    low = datetime.combine(day, time(0), tzinfo=UTC)
    high = low + timedelta(days=1)
    before = local(low, name).utcoffset()
    if local(high, name).utcoffset() == before:
        return ()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if local(middle, name).utcoffset() == before else (low, middle)
    return (high,)
