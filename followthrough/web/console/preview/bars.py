"""What happened beside what would have, as rows of a table and bars of a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

WIDTH, NUMBERS, ROW = 400, 50, 52  # of the picture: in all, for the numbers, and each name's height
MOST = 12  # bars


class Line(NamedTuple):
    """One row of a table: what, how many it were, how many it would have been."""

    name: str
    before: int
    after: int

    @property
    def by(self) -> int:
        return self.after - self.before


class Bar(NamedTuple):
    """One row of the picture, in its own units."""

    name: str
    before: int
    after: int
    y: int
    before_width: int
    after_width: int


def lines(
    before: Mapping[str, int], after: Mapping[str, int], name: Callable[[str], str]
) -> list[Line]:
    """Both sides of each, what differs most first."""
    keys = sorted({*before, *after})
    found = [Line(name(key), before.get(key, 0), after.get(key, 0)) for key in keys]
    return sorted((one for one in found if one.before or one.after), key=_difference)


def _difference(line: Line) -> tuple[int, int]:
    return -abs(line.by), -line.before


def bars(lines: Sequence[Line]) -> list[Bar]:
    """The first rows as bars, to one scale."""
    most = max((max(one.before, one.after) for one in lines), default=0) or 1
    room = WIDTH - NUMBERS
    return [
        Bar(
            one.name, one.before, one.after, number * ROW,
            round(one.before / most * room), round(one.after / most * room),
        )
        for number, one in enumerate(lines[:MOST])
    ]  # fmt: skip
