"""Twenty-four hours as a strip: when messages may go out, when not, and by whose rule.

The hours are those the gate asks (`governance.hours`); nothing is worked out here but where on the
strip they lie. A strip is drawn in minutes: its SVG is 1440 wide and stretched by the stylesheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from followthrough.core.zones import Window
from followthrough.governance.hours import DAY, Hours

OPEN, QUIET, LAW = "open", "quiet", "law"

Windows = Mapping[int, Sequence[Window]]  # by weekday, Monday being 0


class Band(NamedTuple):
    """Minutes of a day (`start` … `start + length`) that are `kind`: OPEN, QUIET (the policy says
    no) or LAW (the law does)."""

    start: int
    length: int
    kind: str


def bands(hours: Hours, weekday: int) -> list[Band]:
    """A day from midnight to midnight, in bands."""
    allowed, lawful = _minutes(hours.both, weekday), _minutes(hours.legal, weekday)
    edges = sorted({0, DAY, *(edge for one in (*allowed, *lawful) for edge in one)})
    return _joined(
        Band(start, end - start, _kind(start, allowed, lawful)) for start, end in pairwise(edges)
    )


def _minutes(week: Windows | None, weekday: int) -> list[tuple[int, int]]:
    """The windows of a day in minutes. The gate's weeks have none that pass midnight."""
    if week is None:
        return [(0, DAY)]
    return [(_minute(one.start), _minute(one.end) or DAY) for one in week.get(weekday, ())]


def _minute(at: object) -> int:
    return at.hour * 60 + at.minute  # type: ignore[attr-defined]


def _kind(
    minute: int, allowed: Sequence[tuple[int, int]], lawful: Sequence[tuple[int, int]]
) -> str:
    if _within(minute, allowed):
        return OPEN
    return QUIET if _within(minute, lawful) else LAW


def _within(minute: int, windows: Sequence[tuple[int, int]]) -> bool:
    return any(start <= minute < end for start, end in windows)


def _joined(found: Iterator[Band]) -> list[Band]:
    """Neighbours of one kind as one band."""
    made: list[Band] = []
    for band in found:
        if made and made[-1].kind == band.kind:
            made[-1] = made[-1]._replace(length=made[-1].length + band.length)
        else:
            made.append(band)
    return made


def minute_of(at: datetime) -> int:
    """Where on the strip of its day a local time lies."""
    return at.hour * 60 + at.minute
