"""Addresses so that their owner knows which is meant, and nobody else learns them."""

from __future__ import annotations

import phonenumbers

from followthrough.people.models import ContactPoint

GAP = "\N{NO-BREAK SPACE}"


def masked(point: ContactPoint) -> str:
    """`+1 ··· ··· 4821` or `m•••@example.org`."""
    return _phone(point.address) if point.kind == "phone" else _mail(point.address)


def _phone(number: str) -> str:
    """The country and the last four digits of a number in E.164."""
    try:
        country = f"+{phonenumbers.parse(number).country_code}{GAP}"
    except phonenumbers.NumberParseException:
        country = ""
    return f"{country}···{GAP}···{GAP}{number[-4:]}"


def _mail(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def written(number: str) -> str:
    """One of our own numbers as people dial it: `+1 775-200-0000`; as it is, if it is none."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
