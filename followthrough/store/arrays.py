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
_ONE, _EIGHT, _SIXTEEN = _LENGTH(1), _LENGTH(8), _LENGTH(16)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def _uuids(values: Sequence[UUID]) -> bytes:
    numbers = [value.int for value in values]
    if numbers[0] == numbers[-1] and numbers.count(numbers[0]) == len(numbers):
        return (_SIXTEEN + numbers[0].to_bytes(16, "big")) * len(numbers)
    return _SIXTEEN + _SIXTEEN.join([number.to_bytes(16, "big") for number in numbers])


def _texts(values: Sequence[str]) -> bytes:
    return b"".join([_LENGTH(len(data)) + data for data in map(str.encode, values)])


def _times(values: Sequence[datetime]) -> bytes:
    ticks = [(value - _EPOCH) // _TICK for value in values]
    return b"".join([_EIGHT + tick.to_bytes(8, "big", signed=True) for tick in ticks])


def _bools(values: Sequence[bool]) -> bytes:
    return b"".join([_ONE + value.to_bytes(1, "big") for value in values])


def _ints(size: int) -> Callable[[Sequence[int]], bytes]:
    head = _LENGTH(size)
    return lambda values: b"".join(
        [head + value.to_bytes(size, "big", signed=True) for value in values]
    )


def _once(write: Callable[[Sequence[Any]], bytes]) -> Callable[[Sequence[Any]], bytes]:
    """Write only once what is the same in the whole column, as in half of all."""

    def written(values: Sequence[Any]) -> bytes:
        first = values[0]
        if first == values[-1] and values.count(first) == len(values):
            return write([first]) * len(values)
        return write(values)

    return written


class _Column(ListBinaryDumper):
    """Writes columns of one type.

    `write` gives values, each with its length before it. It raises when one of them is None.
    """

    def __init__(self, element: int, array: int, write: Callable[[Sequence[Any]], bytes]) -> None:
        super().__init__(list)
        self.oid, self._element, self._write = array, element, write

    def dump(self, obj: list[Any]) -> Buffer:
        return _HEAD.pack(1, 1, self._element, len(obj), 1) + self._values(obj)

    def _values(self, obj: list[Any]) -> bytes:
        try:
            return self._write(obj)
        except (AttributeError, TypeError):  # a null, which most columns do not have
            return b"".join([_NULL if value is None else self._write([value]) for value in obj])


_COLUMNS: dict[Hashable, _Column] = {
    UUID: _Column(2950, 2951, _uuids),
    str: _Column(25, 1009, _once(_texts)),
    datetime: _Column(1184, 1185, _once(_times)),
    bool: _Column(16, 1000, _once(_bools)),
    2: _Column(21, 1005, _once(_ints(2))),
    4: _Column(23, 1007, _once(_ints(4))),
    8: _Column(20, 1016, _once(_ints(8))),
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
    """The type of the values; of integers, how many bytes the widest of them takes."""
    first = next((value for value in values if value is not None), None)
    return _width(values) if type(first) is int else type(first)


def _width(values: Sequence[int | None]) -> Hashable:
    """The narrowest that holds them all; PostgreSQL widens by itself, and never narrows."""
    given = [value for value in values if value is not None]
    most = max(max(given), -min(given) - 1)
    return 2 if most < 1 << 15 else 4 if most < 1 << 31 else 8
