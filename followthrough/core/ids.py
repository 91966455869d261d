"""Keys that sort by the time they were made, and the shard a thing belongs to."""

from __future__ import annotations

import os
import threading
import time
import zlib
from uuid import UUID, SafeUUID

_lock = threading.Lock()
_last = 0
_chances: list[bytes] = []  # eight bytes for each of the next ids: asking for more costs the same

_POOL = 4096  # bytes


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of Unix milliseconds, then a counter, then chance.

    Within a process the value always rises: the 12 bits after the time count up within one
    millisecond and borrow from the next one when they run out.
    """
    global _last
    with _lock:
        _last = max(_last + 1, int(time.time() * 1000) << 12)
        tick = _last
        if not _chances:
            pool = os.urandom(_POOL)
            _chances.extend(pool[at : at + 8] for at in range(0, _POOL, 8))
        chance = int.from_bytes(_chances.pop()) & 0x3FFF_FFFF_FFFF_FFFF
    return _made((tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0x2 << 62 | chance)


_put = object.__setattr__  # a UUID forbids its own


def _made(value: int) -> UUID:
    """`UUID(int=value)` without the checks of its constructor, which cost more than all the rest;
    as the driver makes those that it reads."""
    made = UUID.__new__(UUID)
    _put(made, "int", value)
    _put(made, "is_safe", SafeUUID.unknown)
    return made


def _forget_chances() -> None:
    _chances.clear()  # a child process must not draw what its parent draws


os.register_at_fork(after_in_child=_forget_chances)


def shard_of(text: str, *, shards: int) -> int:
    """The shard (0 … shards-1) of whatever `text` names; the same on every machine."""
    return zlib.crc32(text.encode()) % shards
