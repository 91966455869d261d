"""Where a person may be, as far as the law is concerned: countries and regions, with the evidence.

Evidence is added up rather than weighed: the law of every place that is left binds, and the
strictest counts. See docs/adr/0013-places-by-evidence.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from babel.core import get_global

from followthrough.core.area_codes import TERRITORIES

Place = tuple[str, str]  # ISO 3166 country, ISO 3166-2 region without it; '' when not known

UNKNOWN: Place = ("", "")
EVIDENCE = ("stated", "address", "site", "area_code", "organization")  # strongest first
UNION = "EU"
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
MEMBERS = frozenset(_MEMBERS.split())


@dataclass(frozen=True)
class Places:
    """The places whose law binds, sorted, and which kinds of evidence named them (`a+b`)."""

    names: tuple[Place, ...]
    evidence: str


def plausible(evidence: Mapping[str, Iterable[Place]]) -> Places:
    """The places to respect, from what each kind of evidence says (kind -> places).

    What the candidate stated leaves out the site and the area code, but not the home address. The
    site speaks only where the address does not say enough; the area code always does, since some
    laws presume that people are where their number is from. Where nothing is known the
    organization's own country counts, and all that counts for people of an unknown country.
    """
    usable = {kind: _usable(evidence.get(kind, ())) for kind in EVIDENCE}
    kinds = [kind for kind in _speaking(usable) if usable[kind]]
    if not kinds:
        names, kinds = {UNKNOWN, *usable["organization"]}, ["organization"]
        return Places(tuple(sorted(names)), kinds[0] if usable["organization"] else "")
    found = {place for kind in kinds for place in usable[kind]}
    return Places(_exact(found, keep=usable["stated"]), "+".join(kinds))


def _usable(places: Iterable[Place]) -> set[Place]:
    return {normal(country, region) for country, region in places if country}


def normal(country: str, region: str) -> Place:
    """A place as rule packs have it: territories are regions, and `us-nv` is NV."""
    country, region = country.upper(), region.upper()
    if country in TERRITORIES:
        return TERRITORIES[country], country
    return country, region.removeprefix(f"{country}-")


def _speaking(usable: Mapping[str, set[Place]]) -> tuple[str, ...]:
    if usable["stated"]:
        return ("stated", "address")
    enough = any(region for _, region in usable["address"])
    return ("address", "area_code") if enough else ("address", "site", "area_code")


def _exact(found: set[Place], *, keep: set[Place]) -> tuple[Place, ...]:
    """A country alone says nothing where one of its regions is known; yet whoever said that they
    are elsewhere in it (`keep`) may be anywhere there."""
    closer = {country for country, region in found if region}
    return tuple(sorted(one for one in found if one[1] or one[0] not in closer or one in keep))


def named(place: Place) -> str:
    """A place as receipts and calendars have it: `US-NV`, `FR`; '' when unknown."""
    return "-".join(part for part in place if part)


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """The country of every zone that lies in one, also by the names it had (`US/Pacific`)."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    now = {row[2]: row[0] for row in rows}
    older, there = get_global("zone_aliases"), get_global("zone_territories")
    names = {**there, **{name: there.get(known) for name, known in older.items()}}
    before = {name: str(one) for name, one in names.items() if one in now.values()}
    return {**before, **now}


def of_zone(name: str) -> tuple[Place, ...]:
    """The country that a time zone lies in; () for a zone that is no place, or unknown."""
    found = _countries().get(name, "")
    return ((found, ""),) if found else ()


def stated(zone: str, *, home: Place, home_zone: str) -> tuple[Place, ...]:
    """Where somebody is who said which time zone they are in: at home where that fits, else
    anywhere in the zone's country. () for a zone that is no place."""
    there = of_zone(zone)
    fits = there == ((home[0], ""),) and home_zone in ("", zone)
    return (home,) if fits else there
