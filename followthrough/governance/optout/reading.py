"""Does a candidate ask for silence? Read before anything else, on every channel. Pure.

All languages are read, since nobody says beforehand which one they write, and many mix two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from followthrough.core.tokens import Token, tokens
from followthrough.governance.optout import scorer
from followthrough.governance.optout.judging import AMBIGUOUS
from followthrough.governance.optout.scorer import Chances
from followthrough.governance.optout.spelling import words
from followthrough.governance.optout.telling import Told, told_of

# Chances, chosen on the held-out part: below which a clear wish is doubted; from which a suspicion
# is believed, and a wish that no rule knows; from which nobody needs to look, and what may be in
# doubt but hardly about this (WHO IS THIS).
DOUBTED, BELIEVED, SURE, CALM = 0.6, 0.9, 0.95, 0.6
POSSIBLE = 0.005
# What a scorer may believe: a suspicion, and a wish that may only be told of or goes on with an
# unknown word. Not a question, a condition, or a carrier’s word in another sentence.
_SENTENCES = ("stop_contact", "no_contact", "no_more", "removal", "unsubscribe", "consent")
_MAY_BE_MEANT = {
    ("hint", ""),
    *((rule, doubt) for rule in _SENTENCES for doubt in ("unknown", "asking", "doubt")),
}


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
    told = told_of(seen, locale=locale)
    found = _found(told)
    if found and found.outcome not in ("opt_out", AMBIGUOUS):
        return found
    if found is None and ask is None and (said_yes := _yes(seen)):
        return said_yes
    if found and told.is_clear and (told.is_carriers or told.is_short):
        return found  # whatever else it says, the carriers' words count
    if ask is not None and (found is None or told.is_short):
        return found  # it is read as an answer first
    chances = scorer.chances(told)
    return weighed(found, chances) if found else _unsaid(told, chances)


def weighed(found: Found, chances: Chances) -> Found:
    """What rules found, and whether messages like it ask for silence: both have a say.

    A clear wish in an unlikely message goes to a person; what rules only suspect is a wish when it
    is very likely.
    """
    if found.outcome == "opt_out":
        if chances.asks >= DOUBTED:
            return found
        return found._replace(outcome=AMBIGUOUS, doubt="unlikely")
    if chances.asks >= BELIEVED and (found.rule, found.doubt) in _MAY_BE_MEANT:
        return found._replace(outcome="opt_out", rule="likely", doubt="")
    return found


def _unsaid(told: Told, chances: Chances) -> Found | None:
    """Where no rule speaks: the scorer alone opts out when it is very sure, and nothing in the
    message makes wishes doubtful; it calls a person when it may be one."""
    if told.is_courtesy:
        return None
    alone = told.said == 1  # one word has too little to weigh: NO, STOPWATCH
    sure = chances.asks >= SURE and not (told.is_doubtful or alone)
    may_be = chances.asks >= (DOUBTED if alone else POSSIBLE) and chances.calm < CALM
    if not sure and not may_be:
        return None
    outcome = "opt_out" if sure else AMBIGUOUS
    return Found(outcome, "likely", _span(told.seen), language=told.main.grammar.language)


def _found(told: Told) -> Found | None:
    if not (best := told.best):
        return None
    span = _span(told.seen[best.match.start : best.match.end])
    language = "" if best.match.rule.shared else best.language
    return Found(best.outcome, best.match.rule.id, span, best.doubt, language)


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
