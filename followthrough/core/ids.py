"""Keys that sort by the time they were made, and the shard a thing belongs to."""

from __future__ import annotations

import os
import threading
import time
import zlib
from datetime import datetime
from struct import unpack
from typing import Any
from uuid import UUID, SafeUUID

import orjson

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
        tick = _last = max(_last + 1, int(time.time() * 1000) << 12)
        if not _chances:
            _draw()
        chance = _chances.pop()
    return _made(tick, chance)


def uuid7s(count: int) -> list[UUID]:
    """As many keys as `count` calls of `uuid7` would make, for much less."""
    global _last
    with _lock:
        first = max(_last + 1, int(time.time() * 1000) << 12)
        _last = first + count - 1
        while len(_chances) < count:
            _draw()
        chances = [_chances.pop() for _ in range(count)]
    return [_made(tick, chance) for tick, chance in enumerate(chances, first)]


def _draw() -> None:
    drawn = unpack(f"{_POOL}Q", os.urandom(_POOL * 8))
    _chances.extend([_VARIANT | chance & _CHANCE for chance in drawn])


_new, _UNKNOWN = object.__new__, SafeUUID.unknown
_set_int: Any = UUID.__dict__["int"].__set__
_set_safe: Any = UUID.__dict__["is_safe"].__set__


def _made(tick: int, chance: int) -> UUID:
    """`UUID(int=…)` without the checks of its constructor, which cost more than all the rest (a
    UUID forbids setting its fields); as the driver makes those that it reads."""
    made = _new(UUID)
    _set_int(made, ((tick >> 12) << 16 | 0x7000 | tick & 0xFFF) << 64 | chance)
    _set_safe(made, _UNKNOWN)
    return made


def _forget_chances() -> None:
    _chances.clear()  # a child process must not draw what its parent draws


os.register_at_fork(after_in_child=_forget_chances)


def earliest(at: datetime) -> UUID:
    """The smallest key that can have been made at `at` (an aware time of the wall clock)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def text_of(key: UUID) -> str:
    """`str(key)`, at a third of its price."""
    return orjson.dumps(key)[1:-1].decode()


def shard_of(text: str, *, shards: int) -> int:
    """The shard (0 … shards-1) of whatever `text` names; the same on every machine."""
    return zlib.crc32(text.encode()) % shards
