"""How likely it is that a message asks for silence, where no rule says so or only perhaps.

A sum of weights, one for each feature (a word, two words in a row, a part of a word, a slot, two
slots in a row), learned by `training` from the study and kept beside this file, to be read.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from followthrough.core.tokens import Token
from followthrough.governance.optout.doubts import Reading
from followthrough.governance.optout.slots import QUESTION, STOP, Slots

WEIGHTS = Path(__file__).parent / "weights.json"
MOST = 400  # words that are looked at: who writes more says it before
WINDOW = 6  # words between two slots that belong together
PARTS = (3, 4, 5)  # letters of a part of a word

Features = Mapping[str, float]


def likelihood(seen: Sequence[Token], main: Reading) -> float:
    """From 0 to 1: that the message asks for silence; `main` is its reading in its language."""
    weighed = weights()
    total = weighed[""]
    for kind in _kinds(seen, main):
        known = [weighed[name] for name in kind if name in weighed]
        total += sum(known) * _share(kind)
    return logistic(total)


def probability(given: Features, weighed: Mapping[str, float]) -> float:
    """The same from features and weights of one's own."""
    total = sum(value * weighed[name] for name, value in given.items() if name in weighed)
    return logistic(total + weighed.get("", 0.0))


def logistic(total: float) -> float:
    """From 0 to 1, and 0.5 for 0."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(seen: Sequence[Token], main: Reading) -> Features:
    """The features of a message; those of one kind have the length 1 together."""
    return {name: _share(kind) for kind in _kinds(seen, main) for name in kind}


def _share(kind: Collection[str]) -> float:
    return 1 / math.sqrt(len(kind) or 1)


def _kinds(seen: Sequence[Token], main: Reading) -> tuple[Collection[str], ...]:
    seen, fold = seen[:MOST], main.grammar.slots.fold
    written = [fold(token.text) if token.is_word else token.text for token in seen]
    parts = frozenset().union(*map(_parts, written))
    return set(_words(written)), parts, set(_slots(main.grammar.slots, main.code[:MOST]))


def _words(written: Sequence[str]) -> Iterator[str]:
    yield from written
    for first, second in itertools.pairwise(written):
        yield f"{first} {second}"


@lru_cache(maxsize=20_000)
def _parts(word: str) -> frozenset[str]:
    padded = f"<{word}>"
    return frozenset(
        "~" + padded[place : place + length]
        for length in PARTS
        for place in range(len(padded) - length + 1)
    )


def _slots(slots: Slots, code: str) -> Iterator[str]:
    for place, char in enumerate(code):
        if not (names := slots.telling(char)):
            continue
        yield from names
        for later in code[place + 1 : place + 1 + WINDOW]:
            if later in (STOP, QUESTION):
                break
            yield from slots.pairs(char, later)


@lru_cache(maxsize=1)
def weights() -> Mapping[str, float]:
    """The weight of each feature; that of '' is what every message has."""
    found: dict[str, float] = json.loads(WEIGHTS.read_text("utf-8"))
    return found
