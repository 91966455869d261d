"""The signature of our own webhooks: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`."""

from __future__ import annotations

from collections.abc import Sequence

from followthrough.core import clock
from followthrough.core.hooks import BadSignature, check_signature, sign

HEADER = "Followthrough-Signature"
TOLERANCE = 300  # seconds by the wall clock, so that a recorded request cannot be sent again later


def make(body: bytes, *, secret: str, sent: float | None = None) -> str:
    """The header's value for `body`, sent at `sent` (Unix seconds; now when not given)."""
    at = int(clock.wall().timestamp() if sent is None else sent)
    return f"t={at},v1={sign(secret, _signed(str(at), body))}"


def check(header: str, body: bytes, *, secrets: Sequence[str]) -> str:
    """Return the time `t` of a good signature; raise BadSignature otherwise.

    Several `v1` are allowed (the sender rotates its secret), and several live secrets (we do).
    """
    at, given = _read(header)
    for signature in given[:-1]:
        try:
            check_signature(signature, _signed(at, body), secrets=secrets)
            break
        except BadSignature:
            continue
    else:
        check_signature(given[-1], _signed(at, body), secrets=secrets)
    if abs(clock.wall().timestamp() - int(at)) > TOLERANCE:
        raise BadSignature(
            "The webhook's signature",
            reason="is more than five minutes old.",
            remedy="Sign each request when it is sent, and keep the sender's clock right.",
        )
    return at


def _signed(at: str, body: bytes) -> bytes:
    return at.encode() + b"." + body


def _read(header: str) -> tuple[str, list[str]]:
    """The time (digits) and the signatures in a header."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    at = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"]
    if len(at) != 1 or not (at[0].isascii() and at[0].isdigit()) or len(at[0]) > 12 or not given:
        raise BadSignature(
            f"The header {HEADER}",
            reason="is missing or cannot be read.",
            remedy='Send t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">.',
        )
    return at[0], given[:5]
