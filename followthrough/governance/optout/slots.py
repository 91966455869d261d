"""Which words stand for which slots, in one language.

Every set of slots that some word stands for has a character of its own; a message in code is one
such character for each word, so that a rule is a regular expression over very few characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from followthrough.core.tokens import plain
from followthrough.governance.optout.spelling import Folding

STOP, COMMA, QUESTION, OTHER, NUMBER = ".,?w0"  # signs, and words that stand for no slot
SIGNS = STOP + COMMA + QUESTION
_EMPTY = frozenset({"FILL", "POLITE", "NEXT"})  # words of these slots change nothing
_FIRST = 0x4E00  # where our characters begin: none of them means anything in an expression


class Slots:
    """The slots of a language, given as `name: words`, and the literal words of its rules.

    A word may end in `*` for all that begin so, or in `/name` for the endings of that name; `~`
    before it stands for each elided word of the language, or none (`~ecrire`: m'écrire).
    """

    def __init__(self, page: Mapping[str, Any], literals: Iterable[str]) -> None:
        self.fold = lru_cache(maxsize=20_000)(Folding(page.get("fold", ())))
        self._forms = _Forms(page)
        self._codes: dict[frozenset[str], str] = {}
        whole: dict[str, set[str]] = {}
        begun: dict[str, set[str]] = {}
        for name, word in self._given(page["slots"], literals):
            kind = begun if word.endswith("*") else whole
            kind.setdefault(self.fold(plain(word.rstrip("*"))), set()).add(name)
        self._begun = {start: self._code_of(_starts(begun, start)) for start in begun}
        self._whole = {
            word: self._code_of(names | _starts(begun, word)) for word, names in whole.items()
        }
        self._chars: dict[str, str] = {}
        for names, char in self._codes.items():
            for name in names:
                self._chars[name] = self._chars.get(name, "") + char
        self._telling = {
            char: tuple(sorted(one for one in names if one[0] != "=" and one not in _EMPTY))
            for names, char in self._codes.items()
        }
        self._longest = max(map(len, begun), default=0)
        self.pairs = lru_cache(maxsize=20_000)(self._pairs)
        self.code = lru_cache(maxsize=20_000)(self._code)

    def chars(self, name: str) -> str:
        """The characters of all words that stand for `name`. Raises ValueError when none does."""
        if name not in self._chars:
            raise ValueError(f"No word stands for {name}.")
        return self._chars[name]

    def telling(self, char: str) -> tuple[str, ...]:
        """The names of the slots that `char` stands for, without those that say little."""
        return self._telling.get(char, ())

    def _pairs(self, first: str, second: str) -> tuple[str, ...]:
        """Each slot of `first` before each of `second`, as `STOPS>MSG`."""
        return tuple(f"{one}>{two}" for one in self.telling(first) for two in self.telling(second))

    def _given(
        self, slots: Mapping[str, str], literals: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        for name, words in slots.items():
            for word in words.split():
                yield from ((name, form) for form in self._forms(word))
        for word in literals:
            yield from (("=" + word, form) for form in self._forms(word))

    def _code_of(self, names: set[str]) -> str:
        return self._codes.setdefault(frozenset(names), chr(_FIRST + len(self._codes)))

    def _code(self, word: str) -> str:
        """The character that stands for all slots of `word`."""
        folded = self.fold(word)
        if found := self._whole.get(folded):
            return found
        for length in range(min(len(folded), self._longest), 1, -1):
            if found := self._begun.get(folded[:length]):
                return found
        return NUMBER if word[:1].isdigit() else OTHER


def _starts(begun: Mapping[str, set[str]], word: str) -> set[str]:
    """The slots of every beginning of `word`."""
    return {name for end in range(1, len(word) + 1) for name in begun.get(word[:end], ())}


class _Forms:
    """What a word of a grammar's page is short for."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self._endings = {name: row.split() for name, row in page.get("endings", {}).items()}
        self._elided = ("", *page.get("elisions", "").split())

    def __call__(self, word: str) -> Iterator[str]:
        stem, slash, name = word.lstrip("~").partition("/")
        for ending in self._endings[name] if slash else ("",):
            for elided in self._elided if word[0] == "~" else ("",):
                yield elided + stem + ending
