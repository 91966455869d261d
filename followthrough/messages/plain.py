"""Templates that only put texts into blanks: nearly all of them, filled in without the library.

What is not as plain as that (a filter, a condition, a value that is not a text or not there) is
left to the library, which also says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode

Steps = Sequence[str | Sequence[str]]  # texts as they are, and the paths of blanks


def steps(nodes: Sequence[Node]) -> Steps | None:
    """The texts and blanks of a template; None when there is more to it."""
    found = [_step(node) for node in nodes]
    return None if None in found else tuple(step for step in found if step is not None)


def _step(node: Node) -> str | Sequence[str] | None:
    if isinstance(node, ContentNode):
        return node.text
    expression = node.expression if isinstance(node, OutputNode) else None
    if not isinstance(expression, FilteredExpression) or expression.filters:
        return None
    path = expression.left.path if isinstance(expression.left, Path) else [None]
    return tuple(path) if all(isinstance(name, str) for name in path) else None


def filled(steps: Steps, values: Mapping[str, Any]) -> str | None:
    """The text; None when a value is missing or is no text."""
    parts = [step if isinstance(step, str) else _value(step, values) for step in steps]
    return None if None in parts else "".join(parts)  # type: ignore[arg-type]


def _value(path: Sequence[str], values: Mapping[str, Any]) -> str | None:
    found: Any = values
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None
