"""What a webhook must tell the front door before it is stored: who sent it and where it belongs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from followthrough.core.errors import Explained

Headers = Mapping[str, str]  # names in lower case


class BadSignature(Explained):
    """The webhook is not from whom it says, or was changed on the way: answered with 401."""


class Malformed(Explained):
    """The webhook's body cannot be read: answered with 400 and the reason."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A verified webhook: `dedupe_key` is the same for a repeat, `shard_key` names its subject.

    `probe` marks a vendor's test call, which is acknowledged and not stored.
    """

    dedupe_key: str
    shard_key: str
    probe: bool = False


def body_key(body: bytes) -> str:
    """A dedupe key for vendors that send no event id."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def sign(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.digest(secret.encode(), signed, "sha256").hex()


def check_signature(given: str, signed: bytes, *, secrets: Iterable[str]) -> None:
    """Raise BadSignature unless `given` is the HMAC of `signed` under one of the live secrets."""
    expected = [sign(secret, signed).encode() for secret in secrets]
    if not any(hmac.compare_digest(given.encode(errors="replace"), one) for one in expected):
        raise BadSignature(
            "The webhook's signature",
            reason="does not match any live secret of this connection.",
            remedy="Check the signing secret on both sides; while rotating, keep both.",
        )
