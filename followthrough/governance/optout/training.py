"""`python -m followthrough.governance.optout.training`: learns the scorer's weights anew.

Logistic regression by stochastic gradient descent (AdaGrad), from what everybody may read: the
study and what was written besides. The same data give the same weights.
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
from followthrough.governance.optout.reading import in_every_language
from followthrough.governance.optout.spelling import words

PARTS = ("study", "more")
ROUNDS, STEP, KEPT_SMALL = 24, 0.5, 2e-5  # rounds, first step, what pulls weights towards 0
AMBIGUOUS_COUNTS = 2.0  # times: few are known, and each must not be taken for a wish
SMALLEST = 0.1  # weights that are kept


class Known(NamedTuple):
    """A message whose label is known: its features, whether it asks for silence, and how much it
    counts."""

    features: scorer.Features
    asks: bool
    weight: float = 1.0


def known(text: str, label: str) -> Known:
    """A labelled message with its features."""
    seen = words(tokens(text))
    _, main = in_every_language(seen, locale="")
    weight = AMBIGUOUS_COUNTS if label == "ambiguous" else 1.0
    return Known(scorer.features(seen, main), label == "opt_out", weight)


def usual(given: Sequence[Known]) -> list[Known]:
    """The same without the features that only one message has, which teach nothing."""
    counts = Counter(name for one in given for name in one.features)
    return [
        one._replace(
            features={name: value for name, value in one.features.items() if counts[name] > 1}
        )
        for one in given
    ]


def everything() -> list[Known]:
    """All that may be learned from."""
    return [
        known(one.text, one.label)
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
            wrong = one.weight * (scorer.probability(one.features, weights) - one.asks)
            for name, value in (*one.features.items(), ("", 1.0)):
                slope = wrong * value + KEPT_SMALL * weights[name]
                steepness[name] += slope * slope
                weights[name] -= STEP * slope / math.sqrt(steepness[name])
    return weights


def main() -> None:
    argparse.ArgumentParser(prog="optout.training", description=__doc__).parse_args()
    found = learned(usual(everything()))
    kept = {name: round(one, 2) for name, one in sorted(found.items()) if abs(one) >= SMALLEST}
    lines = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {one}" for name, one in kept.items()
    )
    scorer.WEIGHTS.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    sys.stdout.write(f"{len(kept)} weights in {scorer.WEIGHTS}\n")


if __name__ == "__main__":
    main()
