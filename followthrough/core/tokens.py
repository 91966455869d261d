"""The words of a text that a person wrote, with where each stands.

Case, accents, apostrophes, look-alike widths and invisible characters are taken away, so that a
table of plain words is enough to recognise what was written. Time is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple


class Token(NamedTuple):
    """A word, a number, one sign (`?`, `.` …) or one pictogram; `start` and `end` are offsets."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


_DROPPED = {"'", "’", "ʼ", "`", "´", "‘"}  # can't, can’t and cant are one word
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
# Where a mail program begins to quote: "On <a date>, somebody wrote:" (maybe on two lines), a rule
# with "Original Message", or the head of the mail that is answered.
_QUOTE_BEGINS = re.compile(
    r"^[ \t]*(?:"
    r"(?=[^\n]*\d)(?:On|El|Le|Em|A)\b[^\n]{0,200}(?:\n[^\n]{0,200})?"
    r"\b(?:wrote|escribi[oó]|a écrit|escreveu)\s?:[ \t]*$"
    r"|-{2,} ?(?:Original Message|Mensaje original|Message d.origine|Mensagem original)[^\n]*$"
    r"|(?:From|De|Da|Von):[^\n]{1,200}\n(?:[^\n]{0,200}\n){0,2}"
    r"[ \t]*(?:Sent|Date|To|Enviado|Fecha|Para|Envoyé|À|Data|Enviada)[^\n]{0,20}:[^\n]*$"
    r")",
    re.MULTILINE | re.IGNORECASE,
)


def tokens(text: str) -> list[Token]:
    """The tokens of `text` in order; what a mail program quoted is left out."""
    found: list[Token] = []
    word: list[str] = []
    start = end = 0
    for place, char in _kept(text):
        for plain in _plain(char):
            if plain.isalnum():
                start = start if word else place
                word.append(plain)
                end = place + 1
                continue
            if word:
                found.append(Token("".join(word), start, end))
                word = []
            if not plain.isspace():
                found.append(Token(plain, place, place + 1))
            elif plain == "\n":
                found.append(Token("\n", place, place + 1))
    if word:
        found.append(Token("".join(word), start, end))
    return found


def _kept(text: str) -> Iterator[tuple[int, str]]:
    """What somebody wrote themselves; all of it, where nothing else would be left."""
    own = list(_outside(text, _quotes(text)))
    if not any(char.isalnum() for _, char in own):
        own = list(_outside(text, [one.span() for one in _QUOTED.finditer(text)]))
    yield from own


def _outside(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    place = 0
    for start, end in sorted(spans):
        yield from zip(range(place, start), text[place:start], strict=False)
        place = max(place, end)
    yield from zip(range(place, len(text)), text[place:], strict=True)


def _quotes(text: str) -> list[tuple[int, int]]:
    """The lines that are quoted, and what a mail program writes above them. Where it marks no line,
    all that follows is the quote."""
    found = [one.span() for one in _QUOTED.finditer(text)]
    for header in _QUOTE_BEGINS.finditer(text):
        if text[header.end() :].lstrip().startswith(">"):
            found.append((header.start(), header.end() + 1))  # with its line break
        else:
            return [*found, (header.start(), len(text))]
    return found


def plain(text: str) -> str:
    """`text` as it is compared: without case, accents, apostrophes and what nobody sees."""
    return "".join(map(_plain, text))


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """`char` without case, accent and width; '' when nobody sees it."""
    if char in _DROPPED:
        return ""
    parts = unicodedata.normalize("NFKD", char).casefold().translate(_BARE)
    return "".join(part for part in parts if unicodedata.category(part) not in _UNSEEN)


_UNSEEN = {"Mn", "Me", "Cf", "Sk"}  # accents, joiners and zero-width signs, skin tones
# Letters that Unicode does not take apart, as people write them on a keyboard that has them not.
_BARE = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe"}
)

Phrase = tuple[str, ...]


class Phrases:
    """A table of phrases with a value each, found longest first at any place of a token list."""

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[Phrase, str]]] = {}
        for value, phrases in table.items():
            for phrase in phrases:
                words = tuple(token.text for token in tokens(phrase))
                self._by_first.setdefault(words[0], []).append((words, value))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def at(self, words: Sequence[str], place: int) -> tuple[str, int] | None:
        """The value of the longest phrase that begins at `place`, and its length in words."""
        for phrase, value in self._by_first.get(words[place], ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                return value, len(phrase)
        return None
