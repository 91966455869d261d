"""Does somebody write who is not the candidate? Pure, and sure: whatever leaves a doubt is left to
a person, since this takes an address away from somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from followthrough.conversations import wrong_number_words as words
from followthrough.core.tokens import Phrases, Token, tokens

MOST_BESIDE = 10  # words in other clauses, before it is a story that a person should read
_DOUBTS = frozenset("?¿")
_ENDS = frozenset(".,;:!?¿¡\n-–—()…")

Words = tuple[str, ...]


class Found(NamedTuple):
    """What was recognised: `rule` says by what, and its language; `span` is where (offsets)."""

    rule: str
    language: str
    span: tuple[int, int]


def _words(text: str) -> Words:
    return tuple(token.text for token in tokens(text))


_WRONG = {_words(phrase): name for name, phrases in words.WRONG.items() for phrase in phrases}
_COURTESY = Phrases({"courtesy": words.COURTESY})


def read(given: Sequence[Token], *, names: Iterable[str] = ()) -> Found | None:
    """That they are somebody else, if the message says so and leaves no doubt.

    `names` are those of the candidate: their given name, and the whole of it.
    """
    if any(token.text in _DOUBTS or token.text.isdigit() for token in given):
        return None
    clauses = list(_clauses(given))
    found = [one for one in clauses if _recognised(one, tuple(names))]
    beside = sum(len(one) for one in clauses) - sum(len(one) for one in found)
    if not found or beside > MOST_BESIDE:
        return None
    rule, language = _recognised(found[0], tuple(names)) or ("", "")
    return Found(rule, language, (found[0][0].start, found[0][-1].end))


def _clauses(given: Sequence[Token]) -> Iterator[list[Token]]:
    clause: list[Token] = []
    for token in given:
        if token.is_word:
            clause.append(token)
        elif token.text in _ENDS and clause:
            yield clause
            clause = []
    if clause:
        yield clause


def _recognised(clause: Sequence[Token], names: tuple[str, ...]) -> tuple[str, str] | None:
    """The rule, and its language, that the whole clause is, with polite words or without."""
    whole = tuple(token.text for token in clause)
    for said in (whole, _without_courtesy(whole)):
        if said in _WRONG:
            return "wrong_number", _WRONG[said]
        if language := _not_them(said, names):
            return "not_them", language
    return None


def _without_courtesy(said: Words) -> Words:
    kept, place = [], 0
    while place < len(said):
        found = _COURTESY.at(said, place)
        if found is None:
            kept.append(said[place])
        place += found[1] if found else 1
    return tuple(kept)


_NOT = {_words(before): name for name, starts in words.NOT.items() for before in starts}
_AFTER = frozenset(map(_words, words.AFTER))
_OF_THEIRS = frozenset(map(_words, words.AFTER_THEIRS))


def _not_them(said: Words, names: tuple[str, ...]) -> str | None:
    """The language of “Not Maria”, where it says that of one of the names."""
    for name in map(_words, names):
        if name and name[0] not in words.ALSO_WORDS:
            for spoken, after in ((name, _AFTER), ((*name[:-1], f"{name[-1]}s"), _OF_THEIRS)):
                if language := _around(said, spoken, after):
                    return language
    return None


def _around(said: Words, name: Words, after: frozenset[Words]) -> str | None:
    """The language of what stands before the name, where what stands after it fits."""
    for place in range(1, len(said) - len(name) + 1):
        end = place + len(name)
        if said[place:end] == name and said[end:] in after:
            return _NOT.get(said[:place])
    return None
