"""A message as far as the rules can tell: what the scorer weighs and may not overrule."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from followthrough.core.tokens import Token
from followthrough.governance.optout.doubts import Reading
from followthrough.governance.optout.grammar import HARMLESS
from followthrough.governance.optout.judging import (
    Judged,
    best,
    in_every_language,
    judged,
)
from followthrough.governance.optout.slots import QUESTION, SIGNS

SHORT = 5  # words; in fewer there is too little to doubt a clear wish
MOST = 400  # words that are looked at: who writes more says it before
MOST_FOUND = 30  # findings that are weighed
# Signs that it is no plain wish, wherever they stand.
_DOUBTS = frozenset({"condition", "contrary", "doubt", "perhaps"})
_NO_SIGNS = str.maketrans("", "", SIGNS)


class _Parts(NamedTuple):
    seen: Sequence[Token]
    main: Reading
    readings: Sequence[Reading]
    judged: Sequence[Judged]
    best: Judged | None


class Told(_Parts):
    """The words of a message, its readings, what rules found, and what says most of that."""

    @cached_property
    def said(self) -> int:
        """How many words it has."""
        return sum(token.is_word for token in self.seen)

    @property
    def is_short(self) -> bool:
        return self.said < SHORT

    @property
    def is_clear(self) -> bool:
        return self.best is not None and self.best.outcome == "opt_out"

    @property
    def is_carriers(self) -> bool:
        return self.best is not None and self.best.match.rule.shared

    @cached_property
    def signs(self) -> list[str]:
        """The signs of doubt that stand somewhere in it."""
        code = self.main.code[:MOST]
        return [name for name, sign in self.main.grammar.signs.items() if sign.search(code)]

    @cached_property
    def harmless(self) -> set[str]:
        """The rules that explain some of its words as something else."""
        found = (match.rule for one in self.readings for match in one.matches[:MOST_FOUND])
        return {rule.id for rule in found if rule.outcome == HARMLESS}

    @property
    def is_courtesy(self) -> bool:
        """Whether it has no word but those that change nothing."""
        return self.main.grammar.fill.issuperset(self.main.code.translate(_NO_SIGNS))

    @property
    def is_doubtful(self) -> bool:
        """Whether it asks, sets conditions, or has words that only look like a wish."""
        asks = any(QUESTION in one.code for one in self.readings)
        return asks or bool(self.harmless) or not _DOUBTS.isdisjoint(self.signs)


def told_of(seen: Sequence[Token], *, locale: str = "") -> Told:
    """What the rules can tell of a message."""
    readings, main = in_every_language(seen, locale=locale)
    every = judged(readings, main)
    weighed = list(itertools.islice(every, MOST_FOUND))
    return Told(seen, main, readings, weighed, best(itertools.chain(weighed, every)))


def marks(told: Told) -> Iterator[str]:
    """What the rules found, as features: each finding, the best one, and what is harmless."""
    for one in told.judged:
        yield from (f"#{name}" for name in _names(one))
    if told.best is None:
        yield "#none"
    else:
        yield from (f"#best {name}" for name in _names(told.best))
    yield from (f"#harmless {name}" for name in told.harmless)


def _names(one: Judged) -> tuple[str, str, str]:
    rule = one.match.rule.id
    return rule, f"{rule}:{one.doubt}", f"{one.outcome}:{one.doubt}"


def shape(told: Told) -> Iterator[str]:
    """Length, language, questions and signs of doubt, as features."""
    yield f"#words {told.said.bit_length()}"
    yield f"#language {told.main.grammar.language}"
    yield f"#questions {min(2, told.main.code[:MOST].count(QUESTION))}"
    yield from (f"#sign {name}" for name in told.signs)


def around(told: Told, written: Sequence[str]) -> Iterator[str]:
    """The words before and after what says most, as features."""
    if told.best is None or told.best.match.end > MOST:
        return
    rule, start, end = told.best.match
    after, before = [*written[end : end + 3], ">"], ["<", *written[max(0, start - 2) : start]]
    yield from (f"# {' '.join(after[:length])}" for length in (1, 2, 3))
    yield from (f"{' '.join(before[-length:])} #" for length in (1, 2))
    yield from (f"{rule.id} {after[0]}", f"{before[-1]} {rule.id}")
