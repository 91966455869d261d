"""What the rules of every language find in a message, and what each finding comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from followthrough.core.tokens import Token
from followthrough.governance.optout.doubts import Reading, doubt
from followthrough.governance.optout.grammar import DOUBTFUL, HARMLESS, HINT, Match, grammars
from followthrough.governance.optout.slots import COMMA, QUESTION, STOP

AMBIGUOUS = HINT
_RANK = {"opt_out": 0, AMBIGUOUS: 1, "opt_in": 2, "help": 3}
_COMMAS = frozenset(",-–—¿¡")


class Judged(NamedTuple):
    """What a match in one language comes to, and what made it doubtful."""

    outcome: str
    match: Match
    doubt: str
    language: str


def best(judged: Iterable[Judged]) -> Judged | None:
    """The first clear wish, or else the first that says most."""
    found = None
    for one in judged:
        if one.outcome == "opt_out":
            return one
        if found is None or _RANK[one.outcome] < _RANK[found.outcome]:
            found = one
    return found


def judged(readings: Sequence[Reading], main: Reading) -> Iterator[Judged]:
    """What the matches that count come to, those of the main language first."""
    for own, match in _kept(readings, main):
        yield _judged(readings, own, main, match)


def in_every_language(seen: Sequence[Token], *, locale: str) -> tuple[Sequence[Reading], Reading]:
    """A message read in every language, and in the one it seems to be written in."""
    readings = _readings(seen)
    main = max(readings, key=lambda one: (one.known, one.grammar.language == locale[:2].lower()))
    return readings, main


def _readings(seen: Sequence[Token]) -> list[Reading]:
    """The message in the code of each language, and what its rules find in it."""
    signs = ["" if token.is_word else _sign(token) for token in seen]
    readings = []
    for grammar in grammars():
        code = "".join(
            [sign or grammar.code(token.text) for token, sign in zip(seen, signs, strict=True)]
        )
        readings.append(Reading(grammar, code, grammar.matches(code)))
    return readings


def _sign(token: Token) -> str:
    if token.text == "?":
        return QUESTION
    return COMMA if token.text in _COMMAS else STOP


def _kept(readings: Sequence[Reading], main: Reading) -> list[tuple[Reading, Match]]:
    """The matches that count: the main language's first, and in each the carriers' words."""
    found = _not_hidden(readings, main)
    return sorted(found, key=lambda one: (one[0] is not main, not _is_carriers(one[1])))


def _is_carriers(match: Match) -> bool:
    return match.rule.shared and match.rule.outcome == "opt_out"


def _not_hidden(readings: Sequence[Reading], main: Reading) -> Iterator[tuple[Reading, Match]]:
    """The matches that no harmless phrase hides: each language hides its own, and the one the
    message is mostly written in hides them all."""
    hidden_by_main = _places(main, HARMLESS, DOUBTFUL)
    for one in readings:
        hidden = hidden_by_main | _places(one, HARMLESS)
        for match in one.matches:
            if match.rule.outcome == DOUBTFUL or (
                match.rule.outcome != HARMLESS and hidden.isdisjoint((match.start, match.end - 1))
            ):
                yield one, match


def _places(reading: Reading, *outcomes: str) -> set[int]:
    return {
        place
        for match in reading.matches
        if match.rule.outcome in outcomes
        for place in range(match.start, match.end)
    }


def _judged(readings: Sequence[Reading], own: Reading, main: Reading, match: Match) -> Judged:
    outcome, why = match.rule.outcome, ""
    if outcome == "opt_out":
        why = doubt(readings, own=own, main=main, match=match)
    if why or outcome == DOUBTFUL:
        outcome = AMBIGUOUS
    return Judged(outcome, match, why, own.grammar.language)
