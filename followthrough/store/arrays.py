"""Columns of values as PostgreSQL's binary arrays.

The driver writes an array value by value, through a dumper made for each statement; with all the
columns of a batch, or all the short ones of a single message, that was a third of
the work.
These write the few types we have, each column in one go, and leave everything else to the driver.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta
from operator import eq, is_
from typing import Any
from uuid import UUID

from psycopg.abc import Buffer, PyFormat
from psycopg.types.array import ListBinaryDumper

_HEAD = struct.Struct("!iIIiI")  # dimensions, may have nulls, element's type, length, lower bound
_NULL = b"\xff\xff\xff\xff"
_LENGTH = struct.Struct("!i").pack
_SIXTEEN = _LENGTH(16)
_INT2 = struct.Struct("!ih").pack
_INT4 = struct.Struct("!ii").pack
_INT8 = struct.Struct("!iq").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def _uuids(values: Sequence[UUID]) -> bytes:
    return _SIXTEEN + _SIXTEEN.join([value.int.to_bytes(16, "big") for value in values])


def _texts(values: Sequence[str]) -> bytes:
    return b"".join([_LENGTH(len(data)) + data for data in map(str.encode, values)])


def _times(values: Sequence[datetime]) -> bytes:
    return b"".join([_INT8(8, (value - _EPOCH) // _TICK) for value in values])


def _bools(values: Sequence[bool]) -> bytes:
    return b"".join([b"\0\0\0\1\1" if value else b"\0\0\0\1\0" for value in values])


def _ints(size: int, pack: Callable[[int, int], bytes]) -> Callable[[Sequence[int]], bytes]:
    return lambda values: b"".join([pack(size, value) for value in values])


class _Column(ListBinaryDumper):
    """Writes columns of one type.

    `write` gives values, none of them None, each with its length before it; `same` compares two.
    """

    def __init__(
        self,
        element: int,
        array: int,
        write: Callable[[Sequence[Any]], bytes],
        same: Callable[[Any, Any], bool] = eq,
    ) -> None:
        super().__init__(list)
        self.oid, self._element, self._write, self._same = array, element, write, same

    def dump(self, obj: list[Any]) -> Buffer:
        return _HEAD.pack(1, 1, self._element, len(obj), 1) + self._values(obj)

    def _values(self, obj: list[Any]) -> bytes:
        first = obj[0]
        if self._same(first, obj[-1]) and obj.count(first) == len(obj):  # as half of them are
            return self._with_nulls([first]) * len(obj)
        given = [value for value in obj if value is not None]
        return self._write(obj) if len(given) == len(obj) else self._with_nulls(obj)

    def _with_nulls(self, obj: list[Any]) -> bytes:
        return b"".join([_NULL if value is None else self._write([value]) for value in obj])


_COLUMNS: dict[Hashable, _Column] = {
    # Python compares keys: asking whether two are equal costs more than writing both.
    UUID: _Column(2950, 2951, _uuids, same=is_),
    str: _Column(25, 1009, _texts),
    datetime: _Column(1184, 1185, _times),
    bool: _Column(16, 1000, _bools),
    _INT2: _Column(21, 1005, _ints(2, _INT2)),
    _INT4: _Column(23, 1007, _ints(4, _INT4)),
    _INT8: _Column(20, 1016, _ints(8, _INT8)),
}


class ColumnDumper(ListBinaryDumper):
    """Chooses by the first value there is, as every column holds values of one type."""

    def get_key(self, obj: list[Any], format: PyFormat) -> Any:
        kind = _kind(obj)
        return (list, kind) if kind in _COLUMNS else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: PyFormat) -> Any:
        found = _COLUMNS.get(_kind(obj))
        return found or super().upgrade(obj, format)


def _kind(values: Sequence[Any]) -> Hashable:
    first = next((value for value in values if value is not None), None)
    return _width(values) if type(first) is int else type(first)


def _width(values: Sequence[int | None]) -> Hashable:
    """The narrowest that holds them all; PostgreSQL widens by itself, and never narrows."""
    given = [value for value in values if value is not None]
    most = max(max(given), -min(given) - 1)
    return _INT2 if most < 1 << 15 else _INT4 if most < 1 << 31 else _INT8
