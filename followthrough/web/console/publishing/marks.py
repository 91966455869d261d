"""Two texts word by word: what is gone from the one, and what is new in the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, GONE, NEW = "", "del", "ins"
_WORDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\w+|\s+|[^\w\s]", re.DOTALL)  # a blank is one word
LONGEST = 4_000  # words of a text that are compared one by one


class Mark(NamedTuple):
    """A part of a text: SAME, GONE or NEW."""

    kind: str
    text: str


class Sides(NamedTuple):
    """What a text said and what it says, with marks."""

    before: Sequence[Mark]
    after: Sequence[Mark]


def sides(before: str, after: str) -> Sides:
    """Both texts with what differs marked; an empty one is all gone, or all new."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if not old or not new or max(len(old), len(new)) > LONGEST:
        return Sides(_all(GONE, before), _all(NEW, after))
    steps = _steps(old, new)
    left = [Mark(GONE if changed else SAME, "".join(old[a:b])) for changed, (a, b), _ in steps]
    right = [Mark(NEW if changed else SAME, "".join(new[c:d])) for changed, _, (c, d) in steps]
    return Sides([one for one in left if one.text], [one for one in right if one.text])


def _all(kind: str, text: str) -> list[Mark]:
    return [Mark(kind, text)] if text else []


Step = tuple[bool, tuple[int, int], tuple[int, int]]  # whether it differs, and where in each


def _steps(old: Sequence[str], new: Sequence[str]) -> list[Step]:
    """What is the same and what differs, in turns. A space alone between two changes is part of
    them: nobody reads islands of blanks."""
    found: list[Step] = []
    for step in _raw(old, new):
        changed, (a, b), (_, d) = step
        island = not changed and found and not "".join(old[a:b]).strip() and b < len(old)
        if found and found[-1][0] and (changed or island):
            _, (start, _), (begin, _) = found.pop()
            step = (True, (start, b), (begin, d))
        found.append(step)
    return found


def _raw(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield what != "equal", (a, b), (c, d)
