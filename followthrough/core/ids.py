"""Keys that sort by the time they were made, and the shard a thing belongs to."""

from __future__ import annotations

import os
import threading
import time
import zlib
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of Unix milliseconds, then a counter, then chance.

    Within a process the value always rises: the 12 bits after the time count up within one
    millisecond and borrow from the next one when they run out.
    """
    global _last
    with _lock:
        _last = max(_last + 1, int(time.time() * 1000) << 12)
        tick = _last
    chance = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0x2 << 62 | chance)


def shard_of(text: str, *, shards: int) -> int:
    """The shard (0 … shards-1) of whatever `text` names; the same on every machine."""
    return zlib.crc32(text.encode()) % shards
