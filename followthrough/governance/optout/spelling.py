"""How people write on a phone: what is done to a message before its words are looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from followthrough.core.tokens import Token

LONGEST = 40  # letters; no word of a grammar has more
_JOINED = frozenset("\"“”«»[]*'&#@+%/_’‘„=~^|<>\\")  # signs that end no clause and mean nothing
_AGAIN = re.compile(r"(.)\1+")
# Letters of other alphabets, and digits, that look like ours.
_LOOKS = str.maketrans(
    "аеорсухіјѕтвмнкαοερτυνικ0134578",
    "aeopcyxijstbmhkaoeptuvikoieastb",
)


class Folding:
    """Writes a word as it sounds: each letter once, then the replacements of a language in turn
    (`qu>k`; the left side is an expression)."""

    def __init__(self, replacements: Iterable[str]) -> None:
        pairs = (one.partition(">") for one in replacements)
        self._pairs = [(re.compile(old), new) for old, _, new in pairs]

    def __call__(self, word: str) -> str:
        word = word[:LONGEST]
        if not word.isdigit():
            word = word.translate(_LOOKS)
        word = _AGAIN.sub(r"\1", word)
        for old, new in self._pairs:
            word = old.sub(new, word)
        return word


def words(given: Sequence[Token]) -> list[Token]:
    """The words, those in single letters put together, and of the signs those that end something,
    each once."""
    kept = [token for place, token in enumerate(given) if _counts(given, place)]
    found: list[Token] = []
    place = 0
    while place < len(kept):
        length = _spelled(kept, place)
        if length or not _same_sign(found, kept[place]):
            found.append(_together(kept[place : place + length]) if length else kept[place])
        place += length or 1
    return found


def _counts(given: Sequence[Token], place: int) -> bool:
    token = given[place]
    return token.is_word or not (token.text in _JOINED or _joins(given, place))


def _joins(given: Sequence[Token], place: int) -> bool:
    """Whether it is a hyphen inside of a word, as in `opt-out`."""
    return (
        given[place].text == "-"
        and 0 < place < len(given) - 1
        and given[place - 1].end == given[place].start
        and given[place].end == given[place + 1].start
    )


def _same_sign(found: Sequence[Token], token: Token) -> bool:
    return bool(found) and not token.is_word and found[-1].text == token.text


def _spelled(kept: Sequence[Token], place: int) -> int:
    """How many tokens spell a word in single letters (`S.T.O.P`) from here; 0 when none does."""
    end, letters, last = place, 0, place
    while end < min(len(kept), place + LONGEST) and len(kept[end].text) == 1:
        if kept[end].text.isalpha():
            letters, last = letters + 1, end + 1
        elif kept[end].text not in ".-" or not letters:
            break
        end += 1
    return last - place if letters > 2 else 0


def _together(letters: Sequence[Token]) -> Token:
    text = "".join(token.text for token in letters if token.is_word)
    return Token(text, letters[0].start, letters[-1].end)
