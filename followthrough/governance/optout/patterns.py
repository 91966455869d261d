"""A row of slots as a regular expression, and what it may begin with.

    STOP ME      a word of the slot STOP, then one of the slot ME
    alone        this very word (`report*`: all that begin so)
    X? X* X+     it may be missing; up to three times; up to nine times
    (X|Y Z)      one or the other
    _  __        up to three words that change nothing (slot FILL); up to four words of any kind
    ^  $         a clause begins here; it ends here, words that change nothing aside
    <  >  !      the message begins; it ends, words that change nothing aside; it ends, signs aside
    DIGITS WORD COMMA   a number; any word; a comma

Nothing is repeated without a bound, so that time is linear in the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from followthrough.governance.optout.slots import COMMA, NUMBER, SIGNS, Slots

PART = re.compile(r"[A-Z]+\b|[a-z0-9]+(?:/[a-z]+)?\*?|__|_|\S")
_TIMES = {"?": "?", "*": "{0,3}", "+": "{1,9}"}


class Pattern(NamedTuple):
    """An expression, the characters it may begin with, and whether it may match nothing."""

    expression: str
    first: frozenset[str]
    empty: bool

    def then(self, other: Pattern) -> Pattern:
        first = self.first | other.first if self.empty else self.first
        return Pattern(self.expression + other.expression, first, self.empty and other.empty)

    def times(self, sign: str) -> Pattern:
        return Pattern(self.expression + _TIMES[sign], self.first, self.empty or sign != "+")


NOTHING = Pattern("", frozenset(), True)


def literals(row: str) -> Iterator[str]:
    """The words that stand in a row as themselves."""
    return (part for part in PART.findall(row) if part[0].islower() or part[0].isdigit())


class Reader:
    """Reads rows in the slots of one language."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        polite, ends = slots.chars("POLITE"), SIGNS + slots.chars("AND")
        fill, after = polite + slots.chars("FILL"), ends + slots.chars("NEXT")
        self.fill = frozenset(fill)
        self._signs = {
            "_": Pattern(f"[{fill}]{{0,3}}", self.fill, True),
            "__": _nothing(f"[^{SIGNS}]{{0,4}}?"),
            "^": _nothing(f"(?<![^{ends}{polite}])"),
            "$": _nothing(f"(?=[{fill}]{{0,6}}(?:[{after}]|\\Z))"),
            "<": Pattern(f"\\A[{SIGNS}]{{0,9}}", frozenset(SIGNS), True),
            ">": _nothing(f"(?=[{SIGNS}{fill}]{{0,9}}\\Z)"),
            "!": _nothing(f"(?=[{SIGNS}]{{0,9}}\\Z)"),
            "DIGITS": _any_of(NUMBER),
            "COMMA": _any_of(COMMA),
            "WORD": _nothing(f"[^{SIGNS}]")._replace(empty=False),
        }

    def read(self, row: str) -> Pattern:
        """The pattern of a row. Raises ValueError when a part of it stands for no word."""
        parts = PART.findall(row)[::-1]  # the next one last
        found = self._alternatives(parts)
        if parts:
            raise ValueError(f"{row!r}: {parts[-1]!r} closes nothing.")
        return found

    def _alternatives(self, parts: list[str]) -> Pattern:
        found = [self._sequence(parts)]
        while parts and parts[-1] == "|":
            parts.pop()
            found.append(self._sequence(parts))
        if len(found) == 1:
            return found[0]
        expression = "|".join(one.expression for one in found)
        first = frozenset().union(*(one.first for one in found))
        return Pattern(f"(?:{expression})", first, any(one.empty for one in found))

    def _sequence(self, parts: list[str]) -> Pattern:
        found = NOTHING
        while parts and parts[-1] not in "|)":
            found = found.then(self._repeated(parts))
        return found

    def _repeated(self, parts: list[str]) -> Pattern:
        found = self._one(parts)
        if parts and parts[-1] in _TIMES:
            return found._replace(expression=f"(?:{found.expression})").times(parts.pop())
        return found

    def _one(self, parts: list[str]) -> Pattern:
        part = parts.pop()
        if part == "(":
            found = self._alternatives(parts)
            parts.pop()  # the bracket
            return found
        if part in self._signs:
            return self._signs[part]
        return _any_of(self._slots.chars(part if part[0].isupper() else "=" + part))


def _nothing(expression: str) -> Pattern:
    return Pattern(expression, frozenset(), True)


def _any_of(chars: str) -> Pattern:
    return Pattern(f"[{chars}]", frozenset(chars), False)
