"""What a list of Today is: its first rows, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 20  # rows shown; a list is worked off from the top


@dataclass(frozen=True)
class Shown:
    """The first rows of a list, and how many it has in all."""

    rows: Sequence[Any]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def first(rows: Iterable[Any]) -> Shown:
    """A list that is short enough to be read whole."""
    known = list(rows)
    return Shown(known[:MOST], len(known))
