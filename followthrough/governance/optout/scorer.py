"""How likely it is that a message asks for silence, whatever the rules found, and that it does not.

Two sums of weights, one pair for each feature (words, two in a row, parts of words, slots, what
rules found and the words around that), learned by `training` and kept beside this file, to be read.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from followthrough.governance.optout.slots import QUESTION, STOP, Slots
from followthrough.governance.optout.telling import MOST, Told, around, marks, shape

WEIGHTS = Path(__file__).parent / "weights.jsonl"
WINDOW = 6  # words between two slots that belong together
PARTS = (2, 3, 4, 5)  # letters of a part of a word
_NOTHING = (0.0, 0.0)  # the weights of what nobody knows

Features = Mapping[str, float]


class Chances(NamedTuple):
    """From 0 to 1: that a message asks for silence, and that it asks for nothing of the kind. What
    is left between is in doubt."""

    asks: float
    calm: float


def chances(told: Told) -> Chances:
    """Those of a message."""
    asks, calm = weights()[""]
    for kind in _kinds(told):
        found = [_of_word(name) if kind.parts else _of(name) for name in kind.names]
        share = kind.share
        asks += share * sum(one for one, _ in found)
        calm += share * sum(one for _, one in found)
    return Chances(logistic(asks), logistic(calm))


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> tuple[float, float]:
    """The weights of all parts of a word."""
    found = [_of(part) for part in _parts(word)]
    return sum(one for one, _ in found), sum(one for _, one in found)


def _of(name: str) -> tuple[float, float]:
    return weights().get(name, _NOTHING)


def probability(given: Features, weighed: Mapping[str, float]) -> float:
    """A chance from features and weights of one's own."""
    total = sum(value * weighed[name] for name, value in given.items() if name in weighed)
    return logistic(total + weighed.get("", 0.0))


def logistic(total: float) -> float:
    """From 0 to 1, and 0.5 for 0."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(told: Told) -> Features:
    """The features of a message; those of one kind have the length 1 or so together."""
    found: dict[str, float] = {}
    for kind in _kinds(told):
        for given in kind.names:
            for name in _parts(given) if kind.parts else (given,):
                found[name] = found.get(name, 0.0) + kind.share
    return found


class _Kind(NamedTuple):
    """Features of one kind: their names, or words whose parts they are; what each counts."""

    names: Collection[str]
    share: float
    parts: bool = False


def _kinds(told: Told) -> Iterator[_Kind]:
    seen, slots = told.seen[:MOST], told.main.grammar.slots
    written = [slots.fold(token.text) if token.is_word else token.text for token in seen]
    words = set(written)
    yield _Kind(words, 1 / math.sqrt(sum(len(_parts(word)) for word in words)), parts=True)
    pairs = {f"{first} {second}" for first, second in itertools.pairwise(["<", *written, ">"])}
    found = set(_slots(slots, told.main.code[:MOST]))
    for names in (words, pairs, found, {*marks(told)}, {*shape(told)}, {*around(told, written)}):
        yield _Kind(names, 1 / math.sqrt(len(names) or 1))


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
def weights() -> Mapping[str, Chances]:
    """The weights of each feature; those of '' are what every message has. Read line by line, and
    equal numbers kept once: every process of a worker has them in memory."""
    read = json.JSONDecoder(parse_float=lru_cache(maxsize=None)(float)).decode
    with WEIGHTS.open(encoding="utf-8") as lines:
        return {name: Chances(asks, calm) for name, asks, calm in map(read, lines)}
