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

# Chances, chosen on the held-out part: from which a wish is believed that rules see or suspect, and
# one that none of them sees; from which somebody looks, and from which nobody needs to. Few words
# have little to weigh (NO, STOPWATCH, SÍ POR FAVOR), and where a rule knows what they mean (DON'T
# STOP …) it takes more to call somebody, too.
BELIEVED, SURE, POSSIBLE, CALM = 0.75, 0.9, 0.02, 0.6
POSSIBLE_IN_FEW, POSSIBLE_IF_EXPLAINED = {1: 0.6, 2: 0.12, 3: 0.12}, 0.5
# What leaves a wish open however likely it is: the opposite beside it, a condition, an end (until
# Monday).
OPEN = frozenset({"contrary", "condition", "limited"})
LIKELY = "likely"  # the rule of what only the scorer knows


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
    return _weighed(found, told)


def _weighed(found: Found | None, told: Told) -> Found | None:
    """Whether messages like it ask for silence, by the rules that spoke and by all its words.

    What is likely enough is believed. What a rule suspects, and what may be a wish, is for a person
    to look at.
    """
    chances = scorer.chances(told)
    if found is None:
        return _unsaid(told, chances)
    likely = chances.asks >= BELIEVED
    if found.outcome == "opt_out":
        return found if likely else found._replace(outcome=AMBIGUOUS, doubt="unlikely")
    if likely and found.doubt not in OPEN and not told.is_carriers:
        return found._replace(outcome="opt_out", rule=LIKELY, doubt="")
    return found


def _unsaid(told: Told, chances: Chances) -> Found | None:
    """Where no rule speaks: the scorer alone. It believes no single word, no question, and nothing
    that has a condition, the opposite or another meaning in it."""
    alone, possible = told.said == 1, POSSIBLE_IN_FEW.get(told.said, POSSIBLE)
    possible = max(possible, POSSIBLE_IF_EXPLAINED if told.harmless else 0)
    may_be = chances.asks >= possible and chances.calm < CALM
    if told.is_courtesy or not may_be:
        return None
    believed = chances.asks >= SURE and not (alone or told.is_doubtful)
    outcome = "opt_out" if believed else AMBIGUOUS
    return Found(outcome, LIKELY, _span(told.seen), language=told.main.grammar.language)


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
