"""Contact points: reading addresses as the ATS has them, and the key that outlives an address."""

from __future__ import annotations

import hmac
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from followthrough.core.phones import UnreadablePhone, read_phone

CHANNEL_KIND = {"sms": "phone", "email": "email"}  # which contact point a channel needs


class Address(NamedTuple):
    """A contact point as read: `address` is '' and `problem` a code when it cannot be used."""

    kind: str
    written: str
    address: str
    problem: str
    key: str  # the keyed hash of `address`


def read_address(kind: str, written: str, *, country: str) -> Address:
    """Normalise a phone number (E.164) or a mail address (lower case)."""
    address, problem = (_phone if kind == "phone" else _email)(written.strip(), country)
    return Address(kind, written, address, problem, address_key(address))


def address_key(address: str) -> str:
    """The keyed hash of a normalised address: finds it again without saying what it was."""
    if not address:
        return ""
    return hmac.digest(settings.ADDRESS_KEY.encode(), address.encode(), "sha256").hex()


def _phone(written: str, country: str) -> tuple[str, str]:
    try:
        return read_phone(written, country=country), ""
    except UnreadablePhone as problem:
        return "", problem.code


def _email(written: str, _country: str) -> tuple[str, str]:
    try:
        validate_email(written)
    except ValidationError:
        return "", "not_an_address"
    return written.lower(), ""
