"""An iterator that can be looked at before it is taken from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Peek(Generic[T]):
    """`head` is the next item, or None at the end. The first one is read at once."""

    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self.head: T | None = next(source, None)

    def take_while(self, fits: Callable[[T], bool]) -> Iterator[T]:
        """Take items from the front as long as they fit."""
        while self.head is not None and fits(self.head):
            taken, self.head = self.head, next(self._source, None)
            yield taken
