"""How likely it is that a message asks for silence, where no rule says so or only perhaps.

A sum of weights, one for each feature (a word, two words in a row, a part of a word, a slot, two
slots in a row), learned by `training` from the study and kept beside this file, to be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from followthrough.core.tokens import Token
from followthrough.governance.optout.doubts import Reading
from followthrough.governance.optout.slots import QUESTION, STOP

WEIGHTS = Path(__file__).parent / "weights.json"
MOST = 400  # words that are looked at: who writes more says it before
WINDOW = 6  # words between two slots that belong together
PARTS = (3, 4, 5)  # letters of a part of a word

Features = Mapping[str, float]


def likelihood(seen: Sequence[Token], main: Reading) -> float:
    """From 0 to 1: that the message asks for silence; `main` is its reading in its language."""
    return probability(features(seen, main), weights())


def probability(given: Features, weighed: Mapping[str, float]) -> float:
    """The logistic function of the weighed sum of features."""
    total = weighed.get("", 0.0) + sum(
        value * weighed[name] for name, value in given.items() if name in weighed
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(seen: Sequence[Token], main: Reading) -> Features:
    """The features of a message; those of one kind have the length 1 together."""
    seen, code = seen[:MOST], main.code[:MOST]
    fold = main.grammar.slots.fold
    written = [fold(token.text) if token.is_word else token.text for token in seen]
    found: dict[str, float] = {}
    for kind in (set(_words(written)), set(_parts(written)), set(_slots(main, code))):
        value = 1 / math.sqrt(len(kind) or 1)
        found.update(dict.fromkeys(kind, value))
    return found


def _words(written: Sequence[str]) -> Iterator[str]:
    yield from written
    for first, second in zip(written, written[1:], strict=False):
        yield f"{first} {second}"


def _parts(written: Sequence[str]) -> Iterator[str]:
    for word in written:
        padded = f"<{word}>"
        for length in PARTS:
            for place in range(len(padded) - length + 1):
                yield "~" + padded[place : place + length]


def _slots(main: Reading, code: str) -> Iterator[str]:
    named = [main.grammar.slots.telling(char) for char in code]
    for place, names in enumerate(named):
        yield from names
        for later in range(place + 1, min(place + 1 + WINDOW, len(code))):
            if code[later] in (STOP, QUESTION):
                break
            for first in names:
                for second in named[later]:
                    yield f"{first}>{second}"


@lru_cache(maxsize=1)
def weights() -> Mapping[str, float]:
    """The weight of each feature; that of '' is what every message has."""
    found: dict[str, float] = json.loads(WEIGHTS.read_text("utf-8"))
    return found
