"""Links that open a page to one candidate and nobody else, without their signing in.

The token in such a link is made of a row's id and a secret key alone, so none has to be stored
for each message, and each lives as long as the row does: longer than the 60 days that Canada asks
for. It is the id, encrypted, with a tag that nobody can make without the key (the tag is the nonce
as well: a synthetic initialisation vector, as in RFC 5297). So it says nothing about anybody, and
one that was tampered with is as unknown as one that was made up.

A key that may have leaked is replaced (`LINK_KEY`) and, for as long as its links shall work, kept
in `LINK_KEYS_BEFORE`. Once a person is erased, their links lead nowhere.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

HALF = 16  # bytes of an id, and of a tag
# Where the web has the pages; it is further up the flow, and a test holds that this is so.
PREFERENCES, UNSUBSCRIBE = "/messages/", "/messages/off/"


class Kind(NamedTuple):
    """What a link is for: a token for one thing is none for another."""

    path: str
    person: bytes  # of BLAKE2b: sets the tokens of each kind apart


OF_CANDIDATE = Kind(PREFERENCES, b"preferences")
OF_ADDRESS = Kind(UNSUBSCRIBE, b"one-click")


def preferences(candidate_id: UUID) -> str:
    """The page on which a candidate chooses what they get."""
    return _url(OF_CANDIDATE, candidate_id)


def unsubscribe(contact_point_id: UUID) -> str:
    """Where a mail program unsubscribes a mail address with one click (RFC 8058)."""
    return _url(OF_ADDRESS, contact_point_id)


def _url(kind: Kind, key: UUID) -> str:
    return f"{settings.PUBLIC_URL}{kind.path}{token(kind, key)}"


def token(kind: Kind, key: UUID) -> str:
    """The token for a row, of 43 characters that need no quoting."""
    secret = _keys(settings.LINK_KEY)
    tag = _tag(kind, key.bytes, secret)
    return urlsafe_b64encode(tag + _masked(key.bytes, tag, secret)).decode().rstrip("=")


class Read(NamedTuple):
    """What a token may be of, and whether it is: `key` is found, or is not, before that is told,
    so that every bad token takes the same time."""

    key: UUID
    good: bool


def read(kind: Kind, given: str) -> list[Read]:
    """What a token says, for each key it may have been made with."""
    raw = _raw(given)
    secrets = (settings.LINK_KEY, *settings.LINK_KEYS_BEFORE)
    return [_read(kind, raw, _keys(secret)) for secret in secrets]


def _read(kind: Kind, raw: bytes, secret: Sequence[bytes]) -> Read:
    tag, masked = raw[:HALF], raw[HALF:]
    found = _masked(masked, tag, secret)
    return Read(UUID(bytes=found), hmac.compare_digest(tag, _tag(kind, found, secret)))


def _raw(given: str) -> bytes:
    """The bytes of a token; of what cannot be one, bytes that are none either."""
    try:
        raw = urlsafe_b64decode(f"{given}=") if len(given) == 43 and given.isascii() else b""
    except ValueError:
        raw = b""
    # One spelling only: the last character of base64 has bits to spare.
    exact = len(raw) == 2 * HALF and urlsafe_b64encode(raw).decode().rstrip("=") == given
    return raw if exact else bytes(2 * HALF)


@lru_cache(maxsize=16)
def _keys(secret: str) -> tuple[bytes, bytes]:
    """A key for tags and one for masks."""
    made = blake2b(secret.encode(), person=b"links", digest_size=64).digest()
    return made[:32], made[32:]


def _tag(kind: Kind, key: bytes, secret: Sequence[bytes]) -> bytes:
    return blake2b(key, key=secret[0], person=kind.person, digest_size=HALF).digest()


def _masked(data: bytes, tag: bytes, secret: Sequence[bytes]) -> bytes:
    """`data` masked, or what was masked brought back."""
    mask = blake2b(tag, key=secret[1], digest_size=HALF).digest()
    return (int.from_bytes(data) ^ int.from_bytes(mask)).to_bytes(HALF)
