"""`python -m followthrough.governance.optout.training`: learns the scorer's weights anew.

Logistic regression by stochastic gradient descent (AdaGrad), from what everybody may read: the
study and what is there to be learned from. The same data give the same weights.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from followthrough.core.tokens import tokens
from followthrough.governance.optout import figures, scorer
from followthrough.governance.optout.grammar import LANGUAGES
from followthrough.governance.optout.spelling import words
from followthrough.governance.optout.telling import told_of

PARTS = ("study", "learned")
ROUNDS, STEP, KEPT_SMALL = 10, 0.5, 2e-5  # rounds, first step, what pulls weights towards 0
SELDOM = 4  # messages that must have a feature: what fewer have teaches little
SMALLEST = 0.12  # weights that are kept


class Known(NamedTuple):
    """A message whose label is known: its features, and whether what is learned is true of it."""

    features: scorer.Features
    true: bool


def known(text: str) -> scorer.Features:
    """The features of a message."""
    return scorer.features(told_of(words(tokens(text))))


def usual(given: Sequence[scorer.Features]) -> list[scorer.Features]:
    """The same without the features that few messages have."""
    counts = Counter(name for one in given for name in one)
    return [{name: value for name, value in one.items() if counts[name] >= SELDOM} for one in given]


def everything() -> list[figures.Example]:
    """All that may be learned from."""
    return [
        one
        for part in PARTS
        for language in LANGUAGES
        for one in figures.examples(language, part)
        if any(token.is_word for token in tokens(one.text))
    ]


def learned(given: Sequence[Known], *, rounds: int = ROUNDS) -> dict[str, float]:
    """The weights that tell the messages apart."""
    weights: dict[str, float] = defaultdict(float)
    steepness: dict[str, float] = defaultdict(lambda: 1e-6)
    order, chance = list(given), random.Random(7)  # noqa: S311 - an order, no secret
    for _ in range(rounds):
        chance.shuffle(order)
        for one in order:
            wrong = scorer.probability(one.features, weights) - one.true
            for name, value in (*one.features.items(), ("", 1.0)):
                slope = wrong * value + KEPT_SMALL * weights[name]
                steepness[name] += slope * slope
                weights[name] -= STEP * slope / math.sqrt(steepness[name])
    return weights


def main() -> None:
    argparse.ArgumentParser(prog="optout.training", description=__doc__).parse_args()
    given = everything()
    described = usual([known(one.text) for one in given])
    asks, calm = (
        learned([Known(has, one.label == label) for has, one in zip(described, given, strict=True)])
        for label in ("opt_out", "not")
    )
    pairs = {name: (round(asks[name], 2), round(calm[name], 2)) for name in sorted(asks)}
    kept = {name: pair for name, pair in pairs.items() if max(map(abs, pair)) >= SMALLEST}
    lines = (json.dumps([name, *pair], ensure_ascii=False) for name, pair in kept.items())
    scorer.WEIGHTS.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    sys.stdout.write(f"{len(kept)} weights in {scorer.WEIGHTS}\n")


if __name__ == "__main__":
    main()
