"""Where people may be, by what is known of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from pkgutil import iter_modules

import phonenumbers.geodata
import pytest

from followthrough.core import area_codes, places
from followthrough.core.phones import places_of

NV, FL, TX, US = ("US", "NV"), ("US", "FL"), ("US", "TX"), ("US", "")


def plausible(**evidence):
    found = places.plausible(evidence)
    return found.names, found.evidence


@pytest.mark.parametrize(
    ("evidence", "names", "kinds"),
    [
        ({"address": [TX]}, (TX,), "address"),
        ({"address": [TX], "site": [NV]}, (TX,), "address"),
        ({"address": [TX], "area_code": [FL]}, (FL, TX), "address+area_code"),
        ({"site": [NV], "area_code": [FL]}, (FL, NV), "site+area_code"),
        ({"site": [NV, TX]}, (NV, TX), "site"),
        ({"address": [US], "site": [NV]}, (NV,), "address+site"),
        ({"address": [("FR", "")], "area_code": [NV]}, (("FR", ""), NV), "address+area_code"),
        ({"stated": [TX], "site": [NV], "area_code": [FL]}, (TX,), "stated"),
        ({"stated": [US], "address": [TX]}, (US, TX), "stated+address"),
        ({"organization": [US]}, (("", ""), US), "organization"),
        ({"site": [("", "NV")], "organization": [US]}, (("", ""), US), "organization"),
        ({}, (("", ""),), ""),
    ],
)
def test_evidence_is_added_up(evidence, names, kinds):
    assert plausible(**evidence) == (names, kinds)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (("us", "nv"), NV),
        (("US", "US-NV"), NV),
        (("PR", ""), ("US", "PR")),
        (("GB", ""), ("GB", "")),
    ],
)
def test_places_are_written_in_one_way(given, place):
    assert places.normal(*given) == place


@pytest.mark.parametrize(
    ("zone", "home", "home_zone", "found"),
    [
        ("America/Chicago", TX, "", (TX,)),
        ("America/Chicago", TX, "America/Chicago", (TX,)),
        ("America/New_York", TX, "America/Chicago", (US,)),  # away from home: anywhere there
        ("Europe/Paris", TX, "America/Chicago", (("FR", ""),)),
        ("Europe/Paris", ("", ""), "", (("FR", ""),)),
        ("UTC", TX, "", ()),
        ("", TX, "", ()),
    ],
)
def test_a_stated_zone_says_where_somebody_is(zone, home, home_zone, found):
    assert places.stated(zone, home=home, home_zone=home_zone) == found


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+17752000001", (NV,)),
        ("+13055550123", (FL,)),
        ("+14055550123", (("US", "OK"),)),
        ("+15035550123", (("US", "OR"),)),
        ("+19025550123", (("CA", "NS"), ("CA", "PE"))),
        ("+18005550123", (US,)),
        ("+33612345678", (("FR", ""),)),
        ("+447400123456", (("GB", ""),)),
        ("+447911123456", (("GB", ""), ("GG", ""))),  # Guernsey
        ("+18765550123", (("JM", ""),)),
        ("+919876543210", (("IN", ""),)),
        ("", ()),
    ],
)
def test_a_number_is_from_somewhere(number, found):
    assert places_of(number) == found


def test_the_area_codes_are_those_of_the_carriers_data():
    """Every city that the library knows of lies in the state that the table names."""
    counted = defaultdict(Counter)
    for module in iter_modules(phonenumbers.geodata.__path__):
        if not module.name.startswith("data"):
            continue
        found = __import__(f"phonenumbers.geodata.{module.name}", fromlist=["data"]).data
        for prefix, names in found.items():
            city, _, state = names.get("en", "").rpartition(", ")
            if prefix.startswith("1") and city and len(state) == 2:
                counted[prefix[1:4]][state] += 1
    assert len(counted) > 200
    del counted["340"]  # the Virgin Islands have a country code
    for code, states in counted.items():
        (state, _), *_ = states.most_common(1)
        assert state in {region for _, region in area_codes.PLACES[code]}, code
