"""Reading telephone numbers as people write them."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from followthrough.core.errors import Explained

_REASONS = {
    phonenumbers.ValidationResult.TOO_SHORT: "it has too few digits",
    phonenumbers.ValidationResult.TOO_LONG: "it has too many digits",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "no country has that code",
    phonenumbers.ValidationResult.INVALID_LENGTH: "no number there has that many digits",
}


class UnreadablePhone(Explained):
    """A telephone number that nobody can be reached at; `reason` says why."""


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
        raise _unreadable("it is not a telephone number") from problem
    if not phonenumbers.is_valid_number(number):
        code = phonenumbers.is_possible_number_with_reason(number)
        raise _unreadable(_REASONS.get(code, "no such number is in use"))
    return Phone(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        country=phonenumbers.region_code_for_number(number) or country,
        landline=phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE,
    )


def zones_of(e164: str) -> tuple[str, ...]:
    """The IANA zones that a number's area code lies in, sorted; empty when nothing is known."""
    try:
        found = timezone.time_zones_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(sorted(zone for zone in found if zone != timezone.UNKNOWN_TIMEZONE))


def _unreadable(reason: str) -> UnreadablePhone:
    # The number itself is personal and errors reach logs, so it is not repeated here.
    return UnreadablePhone(
        "The telephone number", reason=f"{reason}.", remedy="Correct it in the ATS."
    )
