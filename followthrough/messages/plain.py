"""Templates that only put texts and times into blanks: nearly all, filled in without the library.

What is not as plain as that (a condition, another filter, a value that is not a text or not there)
is left to the library, which also says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode

Write = Callable[[Any, Any, Any], str | None]  # time, zone, locale -> words; None: it is no time


class Pieces(NamedTuple):
    """A template as pieces: texts as they are, '' where a blank is; and the blanks."""

    texts: list[str]
    blanks: list[tuple[int, str]]  # which piece, and the full name of what belongs there
    times: list[tuple[int, str, Write]]  # the same, and how it is written


def pieces(nodes: Sequence[Node], writers: Mapping[str, Write]) -> Pieces | None:
    """The texts and blanks of a template; None when there is more to it.

    `writers` are the filters that a time may go through, by name.
    """
    made = Pieces([""] * len(nodes), [], [])
    return made if all(_read(made, at, node, writers) for at, node in enumerate(nodes)) else None


def _read(made: Pieces, at: int, node: Node, writers: Mapping[str, Write]) -> bool:
    """Take one node into the pieces; whether it is as plain as that."""
    if isinstance(node, ContentNode):
        made.texts[at] = node.text
        return True
    name, filters = _blank(node)
    if name and not filters:
        made.blanks.append((at, name))
    elif name and len(filters) == 1 and filters[0] in writers:
        made.times.append((at, name, writers[filters[0]]))
    else:
        return False
    return True


def _blank(node: Node) -> tuple[str, Sequence[str]]:
    """The full name that belongs into a blank, and its filters; '' when it is no plain blank."""
    expression = node.expression if isinstance(node, OutputNode) else None
    if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
        return "", []
    path, filters = expression.left.path, expression.filters or []
    if any(one.args for one in filters) or any("." in str(part) for part in path):
        return "", []
    texts = all(isinstance(part, str) for part in path)
    return ".".join(map(str, path)) if texts else "", [one.name for one in filters]


def filled(pieces: Pieces, values: Mapping[str, Any]) -> str | None:
    """The text, from values by their full names; None when one is missing or is no text."""
    texts, blanks, times = pieces
    made: list[Any] = [*texts]
    try:
        for at, name in blanks:
            made[at] = values[name]
        for at, name, write in times:
            made[at] = write(values[name], values["zone"], values["locale"])
        return "".join(made)
    except (KeyError, TypeError):  # not there, or no text
        return None


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as the library looks for them: `site.name` in a dict called `site`."""
    found: dict[str, Any] = {}
    for full, value in values.items():
        group, _, name = full.rpartition(".")
        (found.setdefault(group, {}) if group else found)[name] = value
    return found
