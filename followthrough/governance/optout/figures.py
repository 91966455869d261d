"""`python -m followthrough.governance.optout.figures`: how well the labelled sets are read.

For each language and part: recall (of the messages that ask for silence, how many are read so),
precision (of those read so, how many do) and their 95 % bounds. Of the test part no message is
ever shown. Ends with 1 when a file is not the one that was committed, or a figure below the aim.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from followthrough.governance.optout.grammar import LANGUAGES
from followthrough.governance.optout.judging import AMBIGUOUS
from followthrough.governance.optout.reading import read

LABELLED = Path(__file__).resolve().parent.parent / "labelled"
PARTS = ("study", "held", "test")
RECALL, PRECISION = 0.98, 0.99  # the aim, on the test part
Z = 1.959964  # 95 %


HEAD = f"""\
Errors by what the message is and what it was read as: `out` asks for silence, `not` does not,
`amb` may, or calls a person; `none` is left alone.
{"":9}{"recall (95 %)":>35}{"precision (95 %)":>35}\
  out:amb   :none not:out amb:out not:amb   :none"""


class Example(NamedTuple):
    """A labelled message: opt_out, not or ambiguous; or disputed, where two readers of the test
    part saw different things in it. Those are in no figure."""

    label: str
    text: str


class Floor(NamedTuple):
    """What every change has to keep of what was reached, until the aim is."""

    recall: float
    precision: float
    heard: float


FLOORS = {"test": Floor(0.89, 0.95, 0.99), "held": Floor(0.83, 0.93, 0.98)}


class Share(NamedTuple):
    """`of` messages, and how many of them are as they should be."""

    right: int
    of: int

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Wilson's 95 % bounds."""
        if not self.of:
            return 0.0, 1.0
        spread = Z * math.sqrt(self.value * (1 - self.value) / self.of + (Z / self.of / 2) ** 2)
        middle, scale = self.value + Z * Z / self.of / 2, 1 + Z * Z / self.of
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


class Figures(NamedTuple):
    """What became of the messages of one part: how many of each label were read as what."""

    counts: Counter[tuple[str, str]]

    @property
    def recall(self) -> Share:
        return Share(self._opt_outs("opt_out"), self._labelled("opt_out"))

    @property
    def precision(self) -> Share:
        read_so = sum(self._opt_outs(label) for label in ("opt_out", "not", "ambiguous"))
        return Share(self._opt_outs("opt_out"), read_so)

    @property
    def good_enough(self) -> bool:
        return self.recall.value >= RECALL and self.precision.value >= PRECISION

    @property
    def heard(self) -> Share:
        """Of the messages that ask for silence, how many stop us or at least call a person."""
        paused = self.counts["opt_out", AMBIGUOUS]
        return Share(self._opt_outs("opt_out") + paused, self._labelled("opt_out"))

    @property
    def paused(self) -> Share:
        """Of those that ask for nothing of the kind, how many call a person all the same."""
        return Share(self.counts["not", AMBIGUOUS], self._labelled("not"))

    def _opt_outs(self, label: str) -> int:
        return self.counts[label, "opt_out"]

    def _labelled(self, label: str) -> int:
        return sum(count for (given, _), count in self.counts.items() if given == label)


def examples(language: str, part: str) -> Iterator[Example]:
    """The labelled messages of one part."""
    for line in (LABELLED / f"{language}.{part}.tsv").read_text("utf-8").splitlines():
        label, text = line.split("\t", 1)
        yield Example("disputed" if "|" in label else label, text.replace("\\n", "\n"))


def outcome(text: str) -> str:
    """What a message is read as; 'none' when it neither asks for silence nor seems to."""
    found = read(text, ask=None)
    return found.outcome if found and found.outcome in ("opt_out", AMBIGUOUS) else "none"


def figures(language: str, part: str) -> Figures:
    """How the messages of one part are read."""
    return Figures(Counter((one.label, outcome(one.text)) for one in examples(language, part)))


def changed() -> list[str]:
    """The labelled files that are not those whose hashes were committed."""
    listed = [row.split() for row in (LABELLED / "SHA256SUMS").read_text().splitlines() if row]
    names = {f"{language}.{part}.tsv" for language in LANGUAGES for part in PARTS}
    missing = names - {name for _, name in listed}
    return sorted(missing) + [name for digest, name in listed if _digest(name) != digest]


def _digest(name: str) -> str:
    return hashlib.sha256((LABELLED / name).read_bytes()).hexdigest()


def main() -> None:
    given = _arguments()
    if wrong := changed():
        sys.exit(f"Not the files that were committed: {', '.join(wrong)}. Restore them with git.")
    print(HEAD)
    enough = [
        _shown(language, part) for part in given.parts for language in LANGUAGES
    ]  # a list: all are shown
    if given.verbose:
        _show_errors()
    if not all(enough):
        sys.exit(f"Below the aim: recall {RECALL}, precision {PRECISION} on the test part.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make optout-figures", description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true", help="show the study's errors")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    return parser.parse_args()


def _shown(language: str, part: str) -> bool:
    """Print a row; whether it is good enough, which only the test part has to be."""
    found = figures(language, part)
    errors = [
        found.counts[read_as]
        for read_as in (
            ("opt_out", AMBIGUOUS), ("opt_out", "none"), ("not", "opt_out"),
            ("ambiguous", "opt_out"), ("not", AMBIGUOUS), ("ambiguous", "none"),
        )
    ]  # fmt: skip
    print(
        f"{language} {part:<6}{_written(found.recall):>35}{_written(found.precision):>35}  "
        + "".join(f"{count:>7}" for count in errors)
    )
    return part != "test" or found.good_enough


def _written(share: Share) -> str:
    low, high = share.bounds
    return f"{share.right} of {share.of}: {share.value:.3f} ({low:.3f}–{high:.3f})"


def _show_errors() -> None:
    """The study part's errors; those of the test part are nobody's to look at."""
    for language in LANGUAGES:
        for one in examples(language, "study"):
            said = outcome(one.text)
            if (one.label == "opt_out") != (said == "opt_out"):
                print(f"{language}  {one.label:<9} read as {said:<14}  {one.text!r}")


if __name__ == "__main__":
    main()
