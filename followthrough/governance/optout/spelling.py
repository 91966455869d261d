"""How people write on a phone: what is done to a word before it is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable

_AGAIN = re.compile(r"(.)\1+")
# Letters of other alphabets and signs that look like ours.
_LOOKS = str.maketrans("аеорсухіјѕтвмнкαοερτυνικ0134578@$", "aeopcyxijstbmhkaoeptuvikoieastbas")


class Folding:
    """Writes a word as it sounds: letters once, then the replacements of a language in turn."""

    def __init__(self, replacements: Iterable[str]) -> None:
        self._pairs = [
            (re.compile(old), new) for old, _, new in (one.partition(">") for one in replacements)
        ]

    def __call__(self, word: str) -> str:
        if len(word) > 40:
            word = word[:40]
        if not word.isascii() or not word.isalpha():
            word = _looks(word)
        word = _AGAIN.sub(r"\1", word)
        for old, new in self._pairs:
            word = old.sub(new, word)
        return word


def _looks(word: str) -> str:
    """`st0p` as stop; a number stays one."""
    return word if word.isdigit() else word.translate(_LOOKS)
