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
    end offsets in the text); and what made a clear wish doubtful, if anything did."""

    outcome: str
    rule: str
    span: tuple[int, int]
    doubt: str = ""


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
    found = _found(seen, best) if best else None
    if found and found.outcome not in ("opt_out", AMBIGUOUS):
        return found
    if found is None and ask is None and (said_yes := _yes(seen)):
        return said_yes
    if best and best[0] == "opt_out" and best[1].rule.shared:
        return found  # whatever else it says, the carriers' words count
    if sum(token.is_word for token in seen) < SHORT:
        return found
    # With something asked, what no rule knows is read as an answer first.
    whole = _span(seen) if ask is None else None
    return weighed(found, likelihood(seen, main), whole=whole)


def weighed(found: Found | None, likely: float, *, whole: tuple[int, int] | None) -> Found | None:
    """What rules found, and whether messages like it ask for silence: both have a say.

    A clear wish in an unlikely message, and a likely one that no rule knows, go to a person; what
    rules only suspect is a wish when it is very likely. Without any rule nothing is one; `whole`
    is the span of a message that may be suspected without one.
    """
    if found and found.outcome == "opt_out":
        return found if likely >= DOUBTED else found._replace(outcome=AMBIGUOUS, doubt="unlikely")
    if found is None:
        return Found(AMBIGUOUS, "likely", whole) if whole and likely >= SUSPECTED else None
    if likely >= BELIEVED and (found.rule, found.doubt) in _MAY_BE_MEANT:
        return Found("opt_out", "likely", found.span)
    return found


Judged = tuple[str, Match, str]


def _best(judged: Iterable[Judged]) -> Judged | None:
    """The first clear wish, or else the first that says most."""
    best = None
    for one in judged:
        if one[0] == "opt_out":
            return one
        if best is None or _RANK[one[0]] < _RANK[best[0]]:
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


def _kept(readings: Sequence[Reading], main: Reading) -> Iterator[tuple[Reading, Match]]:
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
    """What a match comes to, and what made it doubtful."""
    if match.rule.outcome == DOUBTFUL:
        return AMBIGUOUS, match, ""
    if match.rule.outcome != "opt_out":
        return match.rule.outcome, match, ""
    why = doubt(readings, own=own, main=main, match=match)
    return AMBIGUOUS if why else "opt_out", match, why


def _found(seen: Sequence[Token], judged: Judged) -> Found:
    outcome, match, why = judged
    return Found(outcome, match.rule.id, _span(seen[match.start : match.end]), why)


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
