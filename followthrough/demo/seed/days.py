"""Days and hours in the company's life: when people apply, when recruiters work, when they meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from followthrough.core.zones import instant, local
from followthrough.demo.seed.company import RENO, Place

WEEKS = 8
HOME = RENO.zone  # where the company's day is reckoned
EIGHT = time(8)
SATURDAY, SUNDAY = 5, 6

BY_WEEKDAY = (1.25, 1.2, 1.1, 1.0, 0.85, 0.6, 0.7)  # Monday first
BY_WEEK = (0.75, 0.8, 0.9, 1.0, 1.2, 1.3, 1.1, 1.05)  # the oldest first: an advert ran in the sixth
BY_HOUR = (0, 0, 0, 0, 0, 1, 2, 3, 5, 6, 6, 6, 8, 7, 5, 5, 6, 7, 8, 9, 9, 8, 5, 2)


def today(until: datetime) -> date:
    """The company's day at `until`."""
    return local(until, HOME).date()


def begin(until: datetime) -> datetime:
    """When the history begins: the same for the whole of a day."""
    return instant(today(until) - timedelta(weeks=WEEKS), time(0), HOME)


def arrivals(chance: Random, places: Sequence[Place], *, until: datetime) -> list[datetime]:
    """When somebody applies at each of `places`: more on Mondays and in the evening."""
    days = [today(until) - timedelta(days=back) for back in range(WEEKS * 7 - 1, -1, -1)]
    weights = [BY_WEEKDAY[day.weekday()] * BY_WEEK[number // 7] for number, day in enumerate(days)]
    chosen = chance.choices(days, weights=weights, k=len(places))
    return [_arrival(chance, day, place, until) for day, place in zip(chosen, places, strict=True)]


def _arrival(chance: Random, day: date, place: Place, until: datetime) -> datetime:
    hour = chance.choices(range(24), weights=BY_HOUR)[0]
    found = instant(day, time(hour, chance.randrange(60)), place.zone)
    while found > until - timedelta(minutes=5):
        found -= timedelta(days=1)
    return found


def working(
    chance: Random, place: Place, after: datetime, *, days: tuple[float, float]
) -> datetime:
    """Some days later, while recruiters work: Monday to Friday, 8 to 17 at the site."""
    moment = local(after + timedelta(days=chance.uniform(*days)), place.zone)
    if not 8 <= moment.hour < 17:
        moment += timedelta(hours=(8 - moment.hour) % 24)
    while moment.weekday() >= SATURDAY:
        moment += timedelta(days=1)
    found = instant(moment.date(), time(moment.hour, moment.minute), place.zone)
    return max(found, after + timedelta(minutes=5))


def meeting(chance: Random, place: Place, after: datetime, *, days: tuple[int, int]) -> datetime:
    """A time for an interview: on the half hour, any day but Sunday."""
    day = local(after + timedelta(days=chance.randint(*days)), place.zone).date()
    if day.weekday() == SUNDAY:
        day += timedelta(days=1)
    hour = chance.randint(9, 13 if day.weekday() == SATURDAY else 16)
    return instant(day, time(hour, chance.choice((0, 30))), place.zone)


def next_slot(place: Place, after: datetime, *, later: int = 0) -> datetime:
    """The first half hour from `after` on at which somebody could be seen at `place`; in a morning
    after closed doors, so many half hours `later`: not everybody comes at nine."""
    moment = local(after, place.zone).replace(second=0, microsecond=0)
    moment += timedelta(minutes=-moment.minute % 30)
    if not _doors_open(moment):
        while not _doors_open(moment):
            moment += timedelta(minutes=30)
        moment += timedelta(minutes=30 * later)
    return instant(moment.date(), time(moment.hour, moment.minute), place.zone)


def _doors_open(moment: datetime) -> bool:
    return 9 <= moment.hour < 17 and moment.weekday() != SUNDAY


def at_desk(place: Place, after: datetime) -> datetime:
    """The same time, or when somebody is at a desk there next: later on weekends."""
    moment = local(after, place.zone)
    while not _open(moment):
        moment = (moment + timedelta(hours=1)).replace(minute=moment.minute % 20)
    return instant(moment.date(), moment.time(), place.zone)


def _open(moment: datetime) -> bool:
    first, last = ((8, 18), (9, 15), (11, 15))[max(0, moment.weekday() - 4)]
    return first <= moment.hour < last


def last_at_desk(place: Place, before: datetime) -> datetime:
    """The same time, or when somebody was at work there last: any day but Sunday, 8 to 17."""
    moment = local(before, place.zone)
    while not 8 <= moment.hour < 17 or moment.weekday() == SUNDAY:
        moment -= timedelta(hours=1)
    return instant(moment.date(), moment.time(), place.zone)


def awake(place: Place, after: datetime) -> datetime:
    """The same time, or the next morning when people there are asleep."""
    while not _up(local(after, place.zone)):
        after += timedelta(hours=1)
    return after


def last_awake(place: Place, before: datetime) -> datetime:
    """The same time, or late last evening when people there are asleep."""
    while not _up(local(before, place.zone)):
        before -= timedelta(hours=1)
    return before


def _up(moment: datetime) -> bool:
    return 7 <= moment.hour < 23
