"""Where a person may be: every time zone and every place whose law may bind what they get."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from followthrough.core import places, zones
from followthrough.core.phones import places_of, zones_of
from followthrough.core.places import Place, Places
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs.facts import Person

_PHONE = CHANNEL_KIND["sms"]


def zones_for(person: Person, sites: Iterable[str | None]) -> zones.Zones:
    """The zones `person` may be in, by what they said, their address, the sites, their number."""
    phone = person.points.get(_PHONE)
    area = zones_of(phone.address) if phone else ()
    return _plausible(person.zone_stated, person.zone_address, tuple(sites), area)


def places_for(person: Person, sites: Iterable[tuple[str | None, str | None]]) -> Places:
    """The places whose law binds what `person` gets, by the same evidence; `sites` are countries
    and regions."""
    phone = person.points.get(_PHONE)
    area = places_of(phone.address) if phone else ()
    address = person.country, person.region
    return _plausible_places(
        person.zone_stated, person.zone_address, address, tuple(sites), area, person.home
    )


@lru_cache(maxsize=65_536)
def _plausible(
    stated: str, address: str, sites: tuple[str | None, ...], area: tuple[str, ...]
) -> zones.Zones:
    known = {site for site in sites if site}
    return zones.plausible(
        {"stated": [stated], "address": [address], "site": known, "area_code": area}
    )


@lru_cache(maxsize=65_536)
def _plausible_places(
    zone_stated: str,
    zone_address: str,
    address: Place,
    sites: tuple[tuple[str | None, str | None], ...],
    area: tuple[Place, ...],
    home: str,
) -> Places:
    known = [(country, region or "") for country, region in sites if country]
    said = places.stated(zone_stated, home=address, home_zone=zone_address)
    return places.plausible(
        {"stated": said, "address": [address], "site": known, "area_code": area,
         "organization": [(home, "")]}
    )  # fmt: skip
