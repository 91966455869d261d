"""What the gateway's answers mean: its statuses and codes as our closed set of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from followthrough.channels.contract import (
    Misconfigured,
    OptedOut,
    OutcomeUnknown,
    Rejected,
    SendError,
    Throttled,
    Unreachable,
)
from followthrough.core import clock

AFTER = 5.0  # seconds to wait when the gateway does not say
AFTER_AT_MOST = 3600.0

CODES: Mapping[str, type[SendError]] = {  # of a 400 or 422; every other code is a rejection
    "opted_out": OptedOut,
    "unreachable": Unreachable,
    "landline": Unreachable,
    "unknown_number": Unreachable,
}
MISCONFIGURED = (401, 403, 404, 405)
THROTTLED = (408, 425, 429, 503)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: `retry_after` as sent, '' when it was not."""

    status: int
    body: bytes
    retry_after: str = ""

    def json(self) -> Mapping[str, Any]:
        """The body as an object; {} when it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


def check(answer: Answer) -> None:
    """Raise the SendError that a status other than 2xx means."""
    status, code = answer.status, f"http_{answer.status}"
    if 200 <= status < 300:
        return
    if status in THROTTLED:
        raise Throttled(code, after=_seconds(answer.retry_after))
    if status in MISCONFIGURED or 300 <= status < 400:
        raise Misconfigured(code)
    if 400 <= status < 500:
        raise _refusal(answer, default=code)
    raise OutcomeUnknown(code)


def message_id(answer: Answer) -> str:
    """The gateway's id of an accepted message. Accepted without one: we have to ask."""
    return _id(answer.json())


def known_ids(answer: Answer) -> list[str]:
    """The ids of the messages the gateway has with our key; none: it never took it."""
    found = answer.json().get("messages")
    if not isinstance(found, list):
        raise OutcomeUnknown("no_messages")
    return [_id(one) for one in found]


def _id(message: object) -> str:
    found = message.get("id") if isinstance(message, Mapping) else None
    if not isinstance(found, str) or not 0 < len(found) <= 200:
        raise OutcomeUnknown("no_id")
    return found


def _refusal(answer: Answer, *, default: str) -> SendError:
    code = answer.json().get("code")
    if not isinstance(code, str) or not code:
        return Rejected(default)
    return CODES.get(code, Rejected)(code[:30])


def _seconds(retry_after: str) -> float:
    try:
        wanted = float(retry_after) if retry_after else AFTER
    except ValueError:
        wanted = _until(retry_after)
    return min(max(wanted, 0.1), AFTER_AT_MOST)


def _until(date: str) -> float:
    try:
        return (parsedate_to_datetime(date) - clock.wall()).total_seconds()
    except (ValueError, TypeError):
        return AFTER
