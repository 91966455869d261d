"""The rows as a table: for a terminal, and for a README."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from followthrough.demo.tour.rows import Row

MARKS = {"works": "✓", "not yet": "·", "fails": "✗"}
NAME, STATE = 29, 9  # columns
HEAD = f"  {'check':<{NAME}}  {'state':<{STATE}}what was seen"
LEAST = 40  # of the evidence, however narrow the terminal


def plain(row: Row, *, width: int) -> str:
    """One row, its evidence in a column of its own."""
    head = f"{row.number} {row.name:<{NAME}}{MARKS[row.state]} {row.state:<{STATE}}"
    lines = textwrap.wrap(row.evidence, max(LEAST, width - len(head))) or [""]
    return "\n".join([head + lines[0], *(" " * len(head) + line for line in lines[1:])])


def markdown(rows: Iterable[Row]) -> str:
    """All rows, as GitHub shows tables."""
    cells = [f"| {row.number} {row.name} | {row.state} | {_cell(row.evidence)} |" for row in rows]
    return "\n".join(["| check | | what was seen |", "|---|---|---|", *cells])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
