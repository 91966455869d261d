"""Does a candidate ask for silence? Read before anything else, on every channel. Pure.

Clear words stop everything at once; words that may mean it pause the automation and call a
person; a stop at the office is no stop. The words themselves are data in `optout_words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from followthrough.core.tokens import Phrases, Token, tokens
from followthrough.governance.optout_words import (
    CLAUSE,
    CONNECTORS,
    COURTESY,
    DOUBTS,
    HARMLESS,
    RULES,
    YES,
    Rule,
)

AMBIGUOUS = "ambiguous_stop"
_JOINED = frozenset("-_/\"“”«»()[]*'")  # signs that neither end a clause nor mean anything
_LETTERS = 12  # no keyword has more letters


class Found(NamedTuple):
    """What was recognised: opt_out, ambiguous_stop, opt_in or help; the rule; and where (start
    and end offsets in the text)."""

    outcome: str
    rule: str
    span: tuple[int, int]


def _table(rules: Iterable[Rule]) -> dict[tuple[str, ...], Rule]:
    found: dict[tuple[str, ...], Rule] = {}
    for rule in rules:
        for phrase in rule.phrases:
            found.setdefault(tuple(token.text for token in tokens(phrase)), rule)
    return found


_EXACT = _table(RULES)
_POLITE = _table(rule for rule in RULES if rule.courtesy)
_CLAUSES = _table(rule for rule in RULES if rule.where == CLAUSE)
_YES = _table([YES])
_COURTESY = Phrases({"courtesy": COURTESY})
_HINTS = Phrases(
    {"": HARMLESS, **{rule.id: rule.phrases for rule in RULES if rule.hints and rule.phrases}}
)


def read(text: str, *, ask: str | None) -> Found | None:
    """What `text` says about opting out or in, if anything; `ask` is what we wait for, if we do.

    YES is a carrier's word for START, but with an open ask it is an answer to that.
    """
    return read_tokens(tokens(text), ask=ask)


def read_tokens(given: Sequence[Token], *, ask: str | None) -> Found | None:
    """`read` for a text that is cut into tokens already."""
    words = _spelled([token for token in given if token.is_word])
    if not words:
        return None
    doubtful = any(token.text in DOUBTS for token in given)
    return (
        _whole(words, ask=ask, doubtful=doubtful)
        or _clause(given, doubtful=doubtful)
        or _hint(words)
    )


def _spelled(words: list[Token]) -> list[Token]:
    """`S T O P` as one word."""
    if 2 < len(words) <= _LETTERS and all(len(word.text) == 1 for word in words):
        text = "".join(word.text for word in words)
        return [Token(text, words[0].start, words[-1].end)]
    return words


def _whole(words: list[Token], *, ask: str | None, doubtful: bool) -> Found | None:
    said_yes = ask is None and not doubtful and _texts(words) in _YES
    rule = YES if said_yes else _rule(words, _EXACT)
    rule = rule or _rule(_without_courtesy(words), _POLITE)
    return _found(rule, words, doubtful=doubtful) if rule else None


def _clause(given: Sequence[Token], *, doubtful: bool) -> Found | None:
    for clause in _clauses(given):
        words = _without_courtesy(clause)
        if rule := _rule(words, _CLAUSES):
            return _found(rule, words, doubtful=doubtful)
    return None


def _hint(words: list[Token]) -> Found | None:
    """The first hint that stands in no harmless phrase."""
    texts, place = [word.text for word in words], 0
    while place < len(texts):
        rule, length = _HINTS.at(texts, place) or ("", 1)
        if rule:
            return Found(AMBIGUOUS, rule, (words[place].start, words[place + length - 1].end))
        place += length
    return None


def _found(rule: Rule, words: list[Token], *, doubtful: bool) -> Found:
    outcome = AMBIGUOUS if doubtful and rule.outcome == "opt_out" else rule.outcome
    return Found(outcome, rule.id, (words[0].start, words[-1].end))


def _rule(words: list[Token], table: dict[tuple[str, ...], Rule]) -> Rule | None:
    """The rule whose phrase is all of `words`, written once or again and again."""
    texts = _texts(words)
    if texts[:1] and len(set(texts)) == 1:
        texts = texts[:1]
    return table.get(texts)


def _texts(words: Sequence[Token]) -> tuple[str, ...]:
    return tuple(word.text for word in words)


def _without_courtesy(words: list[Token]) -> list[Token]:
    kept, place, texts = [], 0, [word.text for word in words]
    while place < len(texts):
        found = _COURTESY.at(texts, place)
        if found is None:
            kept.append(words[place])
        place += found[1] if found else 1
    return kept


def _clauses(given: Sequence[Token]) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    for token in given:
        if token.is_word and token.text not in CONNECTORS:
            found[-1].append(token)
        elif token.text not in _JOINED:
            found.append([])
    return [clause for clause in found if clause]
