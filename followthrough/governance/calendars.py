"""Days on which nothing may go out: public holidays, and an organization's own closed days.

Public holidays come from the `holidays` library, which is loaded when one is first asked for; a
year of a calendar is worked out once. Pure: no Django, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from followthrough.core.places import UNION, Place

OWN = "own"  # the calendar of an organization's own closed days
FEWEST_YEARS = (1900, 2100)  # outside of these nobody plans a message, and few calendars go


@dataclass(frozen=True)
class Closed:
    """Whole local days that are closed: by public calendars, or by name.

    `calendars` are codes as `FR` or `US-TX`; `days` are ISO dates, or `12-24` for every year.
    """

    calendars: tuple[str, ...] = ()
    days: tuple[tuple[str, str], ...] = ()  # day, and what it is called

    def __call__(self, day: date) -> bool:
        return bool(self.why(day))

    def why(self, day: date) -> str:
        """The first calendar that closes `day`: its code, or OWN; '' when none does."""
        text = day.isoformat()
        if any(one in (text, text[5:]) for one, _ in self.days):
            return OWN
        return next((code for code in self.calendars if day in public(code, day.year)), "")


def together(parts: Iterable[Closed | None]) -> Closed | None:
    """Closed where one of them is; None when none ever is."""
    known = [part for part in parts if part is not None]
    calendars = dict.fromkeys(code for part in known for code in part.calendars)
    days = dict.fromkeys(day for part in known for day in part.days)
    return Closed(tuple(calendars), tuple(days)) if calendars or days else None


@lru_cache(maxsize=4096)
def public(code: str, year: int) -> Mapping[date, str]:
    """The public holidays of a calendar in one year, with their names."""
    import holidays

    if not FEWEST_YEARS[0] <= year <= FEWEST_YEARS[1]:
        return {}
    country, _, region = code.partition("-")
    found = holidays.country_holidays(country, subdiv=region or None, years=year)
    return {day: name for day, name in found.items() if day.year == year}


@lru_cache(maxsize=1)
def supported() -> Mapping[str, Sequence[str]]:
    """Every country there is a calendar of, with the regions that have one of their own."""
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


def known(code: str) -> bool:
    """Whether there is a calendar of that name."""
    country, _, region = code.partition("-")
    return country in supported() and (not region or region in supported()[country])


@lru_cache(maxsize=4096)
def of_place(place: Place) -> str:
    """The calendar of a place: its region's, else its country's; '' when there is none."""
    country, region = place
    if not country or country == UNION or country not in supported():
        return ""
    return f"{country}-{region}" if region in supported()[country] else country
