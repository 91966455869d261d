"""Templates that only put texts into blanks: nearly all of them, filled in without the library.

What is not as plain as that (a filter, a condition, a value that is not a text or not there) is
left to the library, which also says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode

class Pieces(NamedTuple):
    """A template as pieces: texts as they are, '' where a blank is; and the blanks' paths."""

    texts: Sequence[str]
    blanks: Sequence[tuple[int, Sequence[str]]]  # which piece, and what belongs there


def pieces(nodes: Sequence[Node]) -> Pieces | None:
    """The texts and blanks of a template; None when there is more to it."""
    steps = [_step(node) for node in nodes]
    if None in steps:
        return None
    texts = [step if isinstance(step, str) else "" for step in steps]
    blanks = [(at, step) for at, step in enumerate(steps) if step and not isinstance(step, str)]
    return Pieces(texts, blanks)


def _step(node: Node) -> str | Sequence[str] | None:
    if isinstance(node, ContentNode):
        return node.text
    expression = node.expression if isinstance(node, OutputNode) else None
    if not isinstance(expression, FilteredExpression) or expression.filters:
        return None
    path = expression.left.path if isinstance(expression.left, Path) else [None]
    return tuple(path) if all(isinstance(name, str) for name in path) else None


def filled(pieces: Pieces, values: Mapping[str, Any]) -> str | None:
    """The text; None when a value is missing or is no text."""
    texts, blanks = pieces
    made = [*texts]
    try:
        for at, path in blanks:
            found: Any = values
            for name in path:
                found = found[name]
            made[at] = found
        return "".join(made)  # a TypeError for what is no text
    except (KeyError, TypeError):
        return None
