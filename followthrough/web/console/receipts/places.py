"""Countries and states by name, and those that a member's sites are in."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language

from followthrough.accounts.models import Member
from followthrough.people import scopes
from followthrough.people.models import Requisition, Site
from followthrough.web.console.listing.filters import Choice

# States and provinces of the countries whose laws know hours of their own. Names are names: they
# are the same in every language we speak, or nearly.
_STATES = {
    "US": "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|"
    "DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|"
    "IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|"
    "MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|"
    "NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|"
    "OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|"
    "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|"
    "WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming",
    "CA": "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and "
    "Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|"
    "PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon",
    "AU": "ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|"
    "QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia",
}
STATES = {
    f"{country}-{code}": name
    for country, listed in _STATES.items()
    for code, _space, name in (one.partition(" ") for one in listed.split("|"))
}


def country(code: str) -> str:
    """A country by its name in the reader's language."""
    return str(_locale(get_language() or "en").territories.get(code, code))


def countries() -> list[str]:
    """Every country's code."""
    return [one for one in Locale("en").territories if len(one) == 2 and one.isalpha()]


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def name(place: str) -> str:
    """`Texas` for US-TX, `France` for FR, the code itself for a state without a name here."""
    return STATES.get(place) or (place if "-" in place else country(place))


def split(place: str) -> tuple[str, str]:
    """Country and state ('' for all of the country)."""
    found, _dash, state = place.partition("-")
    return found, state


def choices(member: Member) -> list[Choice]:
    """The countries that the member's sites are in, and their states: where the candidates are."""
    keys = [key for key, _name in sites(member)]
    pairs = set(Site.objects.filter(id__in=keys).values_list("country", "region").distinct())
    countries = {found for found, _state in pairs if found}
    codes = countries | {f"{found}-{state}" for found, state in pairs if found and state}
    codes |= {one for one in STATES if split(one)[0] in countries}
    return sorted((Choice(one, name(one)) for one in codes), key=_order)


def _order(one: Choice) -> tuple[str, bool, str]:
    """States stand below their country."""
    return country(split(one.value)[0]), "-" in one.value, str(one.said)


def sites(member: Member) -> list[tuple[UUID, str]]:
    """The sites within what the member works for, by name."""
    found = Site.objects.filter(organization_id=member.organization_id)
    openings = scopes.requisitions(member)
    if openings is not None:
        there = Requisition.objects.filter(id__in=openings).values("site")
        found = found.filter(id__in=there)
    return list(found.order_by("name").values_list("id", "name"))
