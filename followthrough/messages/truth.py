"""What counts as true in a text's conditions: what is empty does not.

Liquid takes an empty text for true, so that `{% if site.address %}, {{ site.address }}{% endif %}`
would write a comma and nothing. Nobody who writes it means that.
"""

from __future__ import annotations

from collections.abc import Iterable

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import BooleanExpression
from liquid.builtin.expressions.logical import LogicalAndExpression, LogicalOrExpression
from liquid.expression import Expression


class _Filled(Expression):
    """Another expression, but for an empty text, which is nothing."""

    __slots__ = ("inner",)

    def __init__(self, inner: Expression) -> None:
        super().__init__(inner.token)
        self.inner = inner

    def evaluate(self, context: RenderContext) -> object:
        """What the other one is."""
        found = self.inner.evaluate(context)
        return None if isinstance(found, str) and not found.strip() else found

    def children(self) -> Iterable[Expression]:
        """The other one."""
        return [self.inner]


def mend(node: Node) -> None:
    """Let the conditions of a node, and no comparison in them, take what is empty for false."""
    for expression in node.expressions():
        if isinstance(expression, BooleanExpression):
            expression.expression = _mended(expression.expression)


def _mended(expression: Expression) -> Expression:
    if isinstance(expression, LogicalAndExpression | LogicalOrExpression):
        expression.left = _mended(expression.left)
        expression.right = _mended(expression.right)
    return _Filled(expression)
