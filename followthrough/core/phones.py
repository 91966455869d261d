"""Reading telephone numbers as people write them."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc, timezone

from followthrough.core import area_codes
from followthrough.core.errors import Explained
from followthrough.core.places import Place

REASONS = {
    "not_a_number": "it is not a telephone number",
    "too_short": "it has too few digits",
    "too_long": "it has too many digits",
    "no_country": "no country has that code",
    "wrong_length": "no number there has that many digits",
    "not_in_use": "no such number is in use",
}
_CODES = {
    phonenumbers.ValidationResult.TOO_SHORT: "too_short",
    phonenumbers.ValidationResult.TOO_LONG: "too_long",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "no_country",
    phonenumbers.ValidationResult.INVALID_LENGTH: "wrong_length",
}


class UnreadablePhone(Explained):
    """A telephone number that nobody can be reached at; `code` is a key of `REASONS`."""

    def __init__(self, code: str) -> None:
        # The number itself is personal and errors reach logs, so it is not repeated here.
        reason, remedy = f"{REASONS[code]}.", "Correct it in the ATS."
        super().__init__("The telephone number", reason=reason, remedy=remedy)
        self.code = code


def read_phone(text: str, *, country: str) -> str:
    """Read `text` as a number, national ones in `country` (ISO 3166, two letters); in E.164.

    Raises UnreadablePhone with the reason when no telephone can have this number.
    """
    if is_plain(text):
        return text
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as problem:
        raise UnreadablePhone("not_a_number") from problem
    if not phonenumbers.is_valid_number(number):
        found = phonenumbers.is_possible_number_with_reason(number)
        raise UnreadablePhone(_CODES.get(found, "not_in_use"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# --- numbers that are in E.164 already ---------------------------------------------------------
# Systems mostly have them so, and the library takes 120 µs to find that out. What is asked here is
# what it asks, in one pattern made of its own; it is asked itself about all that does not match.

_E164 = re.compile(r"\+([1-9][0-9]{6,14})")
_KINDS = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail", "fixed_line", "mobile",
)  # fmt: skip


def is_plain(text: str) -> bool:
    """Whether `text` is a valid number of a country code's main region, written in E.164.

    False says nothing: it may be valid all the same.
    """
    found = _E164.fullmatch(text)
    if found is None:
        return False
    digits = found[1]
    code = next((n for n in (1, 2, 3) if int(digits[:n]) in _REGIONS), 0)
    plan = _plan(int(digits[:code])) if code else None
    return plan is not None and plan.match(digits, code) is not None


_REGIONS = phonenumbers.COUNTRY_CODE_TO_REGION_CODE


@lru_cache(maxsize=300)
def _plan(code: int) -> re.Pattern[str] | None:
    """The valid numbers of the main region that need no change: neither a leading zero nor what
    people dial before a number at home. None where a region is told by its leading digits."""
    found = PhoneMetadata.metadata_for_region(_REGIONS[code][0], None)
    if found is None or found.leading_digits is not None:
        return None
    kinds = "|".join(filter(None, (_valid(getattr(found, kind)) for kind in _KINDS)))
    dialled = found.national_prefix_for_parsing
    prefix = f"(?!{dialled})" if dialled else ""
    return re.compile(f"(?!0){prefix}(?={_valid(found.general_desc)})(?:{kinds})")


def _valid(numbers: PhoneNumberDesc | None) -> str:
    """A pattern for all of what is left of a text; '' when there are no such numbers."""
    if numbers is None or not numbers.national_number_pattern:
        return ""
    lengths = "|".join(f"[0-9]{{{n}}}" for n in numbers.possible_length) or "[0-9]+"
    return f"(?=(?:{lengths})\\Z)(?:{numbers.national_number_pattern})\\Z"


def zones_of(e164: str) -> tuple[str, ...]:
    """The IANA zones that a number's area code lies in, sorted; empty when nothing is known.

    Cached by the first nine digits: no area code is longer, and looking one up costs 60 µs.
    """
    return _zones_of_area(e164[:10], len(e164)) if e164 else ()


@lru_cache(maxsize=65_536)
def _zones_of_area(prefix: str, length: int) -> tuple[str, ...]:
    try:
        number = phonenumbers.parse(prefix.ljust(length, "5"))
    except phonenumbers.NumberParseException:
        return ()
    found = timezone.time_zones_for_geographical_number(number)
    return tuple(sorted(zone for zone in found if zone != timezone.UNKNOWN_TIMEZONE))


# --- where a number is from ---------------------------------------------------------------------


def places_of(e164: str) -> tuple[Place, ...]:
    """The countries, and in North America the states, that a number is from; () when unknown."""
    return _places_of_area(e164[:10], len(e164)) if e164 else ()


@lru_cache(maxsize=65_536)
def _places_of_area(prefix: str, length: int) -> tuple[Place, ...]:
    if prefix.startswith("+1") and (known := area_codes.PLACES.get(prefix[2:5])):
        return known
    try:
        number = phonenumbers.parse(prefix.ljust(length, "5"))
    except phonenumbers.NumberParseException:
        return ()
    code, found = number.country_code or 0, {phonenumbers.region_code_for_number(number)}
    if code != 1:  # small neighbours share a code, and what follows may be nobody's number yet
        found.add(phonenumbers.region_code_for_country_code(code))
    return tuple((one, "") for one in sorted(filter(None, found)) if one.isalpha() and one != "ZZ")
