"""Does a candidate ask for silence? Read before anything else, on every channel. Pure.

All languages are read, since nobody says beforehand which one they write, and many mix two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from followthrough.core.tokens import Token, tokens
from followthrough.governance.optout.doubts import Reading, doubt
from followthrough.governance.optout.grammar import DOUBTFUL, HARMLESS, HINT, Match, grammars
from followthrough.governance.optout.scorer import likelihood
from followthrough.governance.optout.slots import COMMA, QUESTION, STOP
from followthrough.governance.optout.spelling import words

AMBIGUOUS = HINT
_RANK = {"opt_out": 0, AMBIGUOUS: 1, "opt_in": 2, "help": 3}
# Likelihoods, found on messages that the weights were not learned from: below which a clear wish
# is doubted, and from which one is suspected or believed without a rule.
DOUBTED, SUSPECTED, BELIEVED = 0.4, 0.4, 0.75
SHORT = 5  # words; in fewer there is too little to weigh
# What a scorer may believe: a suspicion, and a wish that may only be told of or goes on with an
# unknown word. Not a question, a condition, or a carrier’s word in another sentence.
_SENTENCES = ("stop_contact", "no_contact", "no_more", "removal", "unsubscribe", "consent")
_MAY_BE_MEANT = {
    ("hint", ""),
    *((rule, doubt) for rule in _SENTENCES for doubt in ("unknown", "asking", "doubt")),
}
_COMMAS = frozenset(",-–—¿¡")


class Found(NamedTuple):
    """What was recognised: opt_out, ambiguous_stop, opt_in or help; the rule; where (start and
    end offsets in the text); what made a clear wish doubtful, if anything did; and the language of
    the words, '' for the carriers' own."""

    outcome: str
    rule: str
    span: tuple[int, int]
    doubt: str = ""
    language: str = ""


def read(text: str, *, ask: str | None, locale: str = "") -> Found | None:
    """What `text` says about opting out or in, if anything; `ask` is what we wait for, if we do.

    YES is a carrier's word for START, but with an open ask it is an answer to that. `locale`
    decides which language a text is in when its words do not.
    """
    return read_tokens(tokens(text), ask=ask, locale=locale)


def read_tokens(given: Sequence[Token], *, ask: str | None, locale: str = "") -> Found | None:
    """`read` for a text that is cut into tokens already."""
    seen = words(given)
    if not any(token.is_word for token in seen):
        return None
    readings, main = in_every_language(seen, locale=locale)
    best = _best(_judged(readings, one, main, match) for one, match in _kept(readings, main))
    found = best.found(seen) if best else None
    if found and found.outcome not in ("opt_out", AMBIGUOUS):
        return found
    if found is None and ask is None and (said_yes := _yes(seen)):
        return said_yes
    if best and best.outcome == "opt_out" and best.match.rule.shared:
        return found  # whatever else it says, the carriers' words count
    if sum(token.is_word for token in seen) < SHORT:
        return found
    likely = likelihood(seen, main)
    if found:
        return weighed(found, likely)
    if ask is None and likely >= SUSPECTED:  # else it is read as an answer first
        return Found(AMBIGUOUS, "likely", _span(seen), language=main.grammar.language)
    return None


def weighed(found: Found, likely: float) -> Found:
    """What rules found, and whether messages like it ask for silence: both have a say.

    A clear wish in an unlikely message goes to a person; what rules only suspect is a wish when it
    is very likely.
    """
    if found.outcome == "opt_out":
        return found if likely >= DOUBTED else found._replace(outcome=AMBIGUOUS, doubt="unlikely")
    if likely >= BELIEVED and (found.rule, found.doubt) in _MAY_BE_MEANT:
        return found._replace(outcome="opt_out", rule="likely", doubt="")
    return found


class Judged(NamedTuple):
    """What a match in one language comes to, and what made it doubtful."""

    outcome: str
    match: Match
    doubt: str
    language: str

    def found(self, seen: Sequence[Token]) -> Found:
        span = _span(seen[self.match.start : self.match.end])
        language = "" if self.match.rule.shared else self.language
        return Found(self.outcome, self.match.rule.id, span, self.doubt, language)


def _best(judged: Iterable[Judged]) -> Judged | None:
    """The first clear wish, or else the first that says most."""
    best = None
    for one in judged:
        if one.outcome == "opt_out":
            return one
        if best is None or _RANK[one.outcome] < _RANK[best.outcome]:
            best = one
    return best


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


def _yes(seen: Sequence[Token]) -> Found | None:
    """YES alone lets messages in again."""
    said = [token for token in seen if token.is_word]
    doubtful = any(token.text == "?" for token in seen)
    if doubtful or {token.text for token in said} != {"yes"}:
        return None
    return Found("opt_in", "start_yes", (said[0].start, said[-1].end))


def _span(seen: Sequence[Token]) -> tuple[int, int]:
    said = [token for token in seen if token.is_word]
    return said[0].start, said[-1].end
