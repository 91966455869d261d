"""Keys that sort by the time they were made, and the shard a thing belongs to."""

from __future__ import annotations

import os
import threading
import time
import zlib
from struct import unpack
from uuid import UUID, SafeUUID

_lock = threading.Lock()
_last = 0
_chances: list[int] = []  # the lower half of each of the next ids: asking for more costs the same

_POOL = 512  # how many are asked for at once
_CHANCE, _VARIANT = 0x3FFF_FFFF_FFFF_FFFF, 0x2 << 62


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
            drawn = unpack(f"{_POOL}Q", os.urandom(_POOL * 8))
            _chances.extend(_VARIANT | chance & _CHANCE for chance in drawn)
        chance = _chances.pop()
    return _made((tick >> 12) << 80 | 0x7000 << 64 | (tick & 0xFFF) << 64 | chance)


_put, _UNKNOWN = object.__setattr__, SafeUUID.unknown  # a UUID forbids setting its fields


def _made(value: int) -> UUID:
    """`UUID(int=value)` without the checks of its constructor, which cost more than all the rest;
    as the driver makes those that it reads."""
    made = UUID.__new__(UUID)
    _put(made, "int", value)
    _put(made, "is_safe", _UNKNOWN)
    return made


def _forget_chances() -> None:
    _chances.clear()  # a child process must not draw what its parent draws


os.register_at_fork(after_in_child=_forget_chances)


def shard_of(text: str, *, shards: int) -> int:
    """The shard (0 … shards-1) of whatever `text` names; the same on every machine."""
    return zlib.crc32(text.encode()) % shards
