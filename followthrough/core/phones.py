"""Reading telephone numbers as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from followthrough.core.errors import Explained

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


@dataclass(frozen=True)
class Phone:
    """A number in E.164, its country (ISO 3166) and whether it can only be a landline."""

    e164: str
    country: str
    landline: bool


def read_phone(text: str, *, country: str) -> Phone:
    """Read `text` as a number, national ones in `country` (ISO 3166, two letters).

    Raises UnreadablePhone with the reason when no telephone can have this number.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as problem:
        raise UnreadablePhone("not_a_number") from problem
    if not phonenumbers.is_valid_number(number):
        found = phonenumbers.is_possible_number_with_reason(number)
        raise UnreadablePhone(_CODES.get(found, "not_in_use"))
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        country=phonenumbers.region_code_for_number(number) or country,
        landline=phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE,
    )


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
