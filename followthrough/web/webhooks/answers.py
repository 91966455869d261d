"""What the door answers: small JSON documents, made once where they are always the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from followthrough.core.errors import Explained


class Answer(NamedTuple):
    """A status, a JSON body, and headers beyond content type and length."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()


def explained(status: int, problem: Explained) -> Answer:
    """An error with its thing, reason and remedy."""
    found = {"thing": problem.thing, "reason": problem.reason, "remedy": problem.remedy}
    return Answer(status, orjson.dumps(found))


def _error(
    status: int, thing: str, *, reason: str, remedy: str, header: tuple[bytes, bytes] | None = None
) -> Answer:
    plain = explained(status, Explained(thing, reason=reason, remedy=remedy))
    return plain._replace(headers=[header]) if header else plain


_STORED = orjson.dumps({"stored": True})
_DUPLICATE = orjson.dumps({"stored": False, "duplicate": True})
_PROBE = orjson.dumps({"stored": False, "probe": True})


def stored(status: int) -> Answer:
    """It is in the database, committed."""
    return Answer(status, _STORED)


def duplicate(status: int) -> Answer:
    """It was in the database already."""
    return Answer(status, _DUPLICATE)


def probe(status: int) -> Answer:
    """A vendor's test call: verified, and not kept."""
    return Answer(status, _PROBE)


NOT_FOUND = _error(
    404,
    "This address",
    reason="is not the address of a webhook.",
    remedy="Copy the address from the connection's or the sender's page.",
)
NOT_ALLOWED = _error(
    405,
    "This address",
    reason="only takes POST.",
    remedy="Send the webhook as a POST request.",
    header=(b"allow", b"POST"),
)
LENGTH_REQUIRED = _error(
    411,
    "The request",
    reason="has neither a Content-Length nor a chunked body.",
    remedy="Send the length of the body.",
)
BAD_LENGTH = _error(
    400,
    "The header Content-Length",
    reason="is not a number.",
    remedy="Send the length of the body in bytes.",
)
TOO_LARGE = _error(
    413,
    "The body",
    reason="is larger than 1 MiB.",
    remedy="Send one application per request, or only its id.",
)
NO_ROOM = _error(
    503,
    "The webhook",
    reason="could not be stored now; nothing of it was kept.",
    remedy="Send it again in a few seconds.",
    header=(b"retry-after", b"5"),
)
FAILED = _error(
    500,
    "The webhook",
    reason="could not be stored because of a fault on our side.",
    remedy="Send it again; if it stays so, tell the operator the time of the request.",
)
