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
_BOOL = {True: b"\0\0\0\1\1", False: b"\0\0\0\1\0"}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def _uuid(value: UUID) -> bytes:
    return _SIXTEEN + value.int.to_bytes(16, "big")


def _text(value: str) -> bytes:
    data = value.encode()
    return _LENGTH(len(data)) + data


def _time(value: datetime) -> bytes:
    return _INT8(8, (value - _EPOCH) // _TICK)


class _Column(ListBinaryDumper):
    """Writes columns of one type. `write` gives a value with its length before it."""

    def __init__(self, element: int, array: int, write: Callable[[Any], bytes]) -> None:
        super().__init__(list)
        self.oid, self._element, self._write = array, element, write

    def dump(self, obj: list[Any]) -> Buffer:
        return _HEAD.pack(1, 1, self._element, len(obj), 1) + self._values(obj)

    def _values(self, obj: list[Any]) -> bytes:
        write, first = self._write, obj[0]
        if first == obj[-1] and obj.count(first) == len(obj):  # as half of all columns are
            return (_NULL if first is None else write(first)) * len(obj)
        return b"".join([_NULL if value is None else write(value) for value in obj])


_COLUMNS: dict[Hashable, _Column] = {
    UUID: _Column(2950, 2951, _uuid),
    str: _Column(25, 1009, _text),
    datetime: _Column(1184, 1185, _time),
    bool: _Column(16, 1000, _BOOL.__getitem__),
    _INT2: _Column(21, 1005, lambda value: _INT2(2, value)),
    _INT4: _Column(23, 1007, lambda value: _INT4(4, value)),
    _INT8: _Column(20, 1016, lambda value: _INT8(8, value)),
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
