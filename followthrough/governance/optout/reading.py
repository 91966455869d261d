"""Does a candidate ask for silence? Read before anything else, on every channel. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from followthrough.core.tokens import Token, tokens
from followthrough.governance.optout.grammar import (
    COMMA,
    DOUBTFUL,
    HARMLESS,
    OTHER,
    QUESTION,
    STOP,
    Grammar,
    Match,
    grammars,
)

AMBIGUOUS = "ambiguous_stop"
_JOINED = frozenset("\"“”«»[]*'&#@+%/_’‘„=~^|<>")  # signs that neither end a clause nor mean anything


class Found(NamedTuple):
    """What was recognised: opt_out, ambiguous_stop, opt_in or help; the rule; and where (start
    and end offsets in the text)."""

    outcome: str
    rule: str
    span: tuple[int, int]


def read(text: str, *, ask: str | None, locale: str = "") -> Found | None:
    return read_tokens(tokens(text), ask=ask, locale=locale)


def read_tokens(given: Sequence[Token], *, ask: str | None, locale: str = "") -> Found | None:
    """`read` for a text that is cut into tokens already."""
    words = _words(given)
    signs = [_sign(token) for token in words]
    codes = [
        (grammar, "".join([sign or grammar.code(word.text) for word, sign in zip(words, signs)]))
        for grammar in grammars()
    ]
    best_one = max(codes, key=lambda one: (len(one[1]) - one[1].count(OTHER), one[0].language == locale[:2]))[0] if codes[0][1] else None
    found: list = []
    masked = []
    quiet: set[int] = set()
    for grammar, code in codes:
        plain = list(code)
        own: set[int] = set()
        for match in grammar.matches(code):
            places = range(match.start, match.end)
            if match.rule.outcome in (HARMLESS, DOUBTFUL):
                own.update(places)
                if grammar is best_one:
                    quiet.update(places)
            elif own.isdisjoint((match.start, match.end - 1)):
                found.append((grammar, code, match))
                if match.rule.outcome == "opt_out" and not match.rule.shared:
                    plain[match.start : match.end] = OTHER * len(places)
            if match.rule.outcome == DOUBTFUL:
                found.append((grammar, code, match))
        masked.append((grammar, "".join(plain)))
    best = None
    for grammar, code, match in found:
        outcome = match.rule.outcome
        if outcome != DOUBTFUL and not quiet.isdisjoint((match.start, match.end - 1)):
            continue
        if outcome == DOUBTFUL:
            outcome = AMBIGUOUS
        why = ""
        if outcome == "opt_out":
            why = doubt(codes, masked, grammar, code, best_one, match)
            if why:
                outcome = AMBIGUOUS
        if best is None or _RANK[outcome] < _RANK[best[0]]:
            best = outcome, match, why
    if best is None:
        return None
    outcome, match, why = best
    return Found(outcome, match.rule.id+("/" + why if why else ""), (words[match.start].start, words[match.end - 1].end))


_RANK = {"opt_out": 0, AMBIGUOUS: 1, "opt_in": 2, "help": 3}


def doubt(codes, masked, own, own_code, best_one, match: Match) -> str:
    """What makes a clear wish doubtful; '' when nothing does."""
    if match.rule.firm:
        return ""
    if not match.rule.shared and match.rule.id not in ("consent", "unsubscribe") and own_code[match.end : match.end + 1] == OTHER:
        return "unknown"
    if match.rule.shared and QUESTION in own_code[match.end :] and not any(
        g.signs["request"].search(c, match.end) for g, c in codes
    ):
        return "question"
    for grammar, code in codes:
        if grammar is own or match.rule.shared:
            start = max(code.rfind(STOP, 0, match.start), code.rfind(QUESTION, 0, match.start)) + 1
            end = _sentence_end(code, match.end)
            signs = grammar.signs
            if code[end : end + 1] == QUESTION and not any(g.signs["request"].search(c, start, end) for g, c in codes):
                return "asked"
            if signs["asking"].search(code, max(start, code.rfind(COMMA, 0, match.start) + 1, match.start - 8), match.start) and not signs["request"].search(code, start, end):
                return "asking"
            bare = match.end
            while bare > match.start and code[bare - 1] in grammar.fill:
                bare -= 1
            if signs["limited"].match(code, match.end, end) or signs["limited"].match(code, bare, end):
                return "limited"
            if signs["condition"].search(code, start, end):
                return "condition"
    for grammar, code in masked:
        if grammar is not own and grammar is not best_one and not match.rule.shared:
            continue
        start = max(code.rfind(STOP, 0, match.start), code.rfind(QUESTION, 0, match.start)) + 1
        end = _sentence_end(code, _sentence_end(code, match.end) + 1)
        if grammar.signs["doubt"].search(code, start, end):
            return "doubt-" + grammar.language
        if grammar.signs["contrary"].search(code):
            return "contrary-" + grammar.language
    return ""


def _sentence_end(code: str, place: int) -> int:
    while place < len(code) and code[place] not in (STOP, QUESTION):
        place += 1
    return place


def _words(given: Sequence[Token]) -> list[Token]:
    """The words, letters written apart put together, and the signs that end something."""
    kept: list[Token] = []
    for place, token in enumerate(given):
        if token.is_word or not (token.text in _JOINED or token.text == "-" and _inside(given, place)):
            kept.append(token)
    found: list[Token] = []
    place = 0
    while place < len(kept):
        length = _letters(kept, place)
        if found and not kept[place].is_word and found[-1].text == kept[place].text:
            place += 1
        elif length > 2:
            text = "".join(one.text for one in kept[place : place + length] if one.is_word)
            found.append(Token(text, kept[place].start, kept[place + length - 1].end))
            place += length
        else:
            found.append(kept[place])
            place += 1
    return found


def _inside(given: Sequence[Token], place: int) -> bool:
    """Whether a hyphen joins two words."""
    return (
        0 < place < len(given) - 1
        and given[place - 1].end == given[place].start
        and given[place + 1].start == given[place].end
    )


def _letters(kept: list[Token], place: int) -> int:
    end = place
    last = place
    while end < len(kept) and end - place < 24 and (
        (kept[end].is_word and len(kept[end].text) == 1 and kept[end].text.isalpha()) or (kept[end].text in ".-" and end > place)
    ):
        if kept[end].is_word:
            last = end + 1
        end += 1
    n = sum(one.is_word for one in kept[place:last])
    return last - place if n > 2 else 0


def _sign(token: Token) -> str:
    if token.is_word:
        return ""
    if token.text == "?":
        return QUESTION
    return COMMA if token.text in ",¿¡-–—" else STOP
