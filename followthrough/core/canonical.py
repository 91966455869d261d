"""One way to write a value as bytes, so that a hash of it means something."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def dumps(value: Any) -> bytes:
    """JSON with sorted keys and no spaces; datetimes in UTC, UUIDs as text."""
    return orjson.dumps(value, default=str, option=_OPTIONS)


def digest(value: Any) -> str:
    """The SHA-256 of `dumps(value)`, in hex."""
    return hashlib.sha256(dumps(value)).hexdigest()


def iso(moment: datetime) -> str:
    """An aware time as UTC text that sorts like the time: `2026-06-03T17:00:00.000000Z`."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
