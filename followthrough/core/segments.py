"""How many parts a text message is cut into: providers charge and limit by the part."""

from __future__ import annotations

import re
import sys
from collections.abc import Container, Sequence
from typing import Any

# GSM 03.38: one unit each; the extension table costs an escape, so two.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}[]~\\|€\f"
_LATIN = _BASIC.encode("latin-1", "ignore")  # all but the Greek letters
_NOT_GSM = re.compile(f"[^{re.escape(_BASIC + _EXTENDED)}]")
_COSTS_TWO = re.compile(f"[{re.escape(_EXTENDED)}]")
_ESCAPE = "\x1b"
_UTF_16 = f"utf-16-{sys.byteorder[0]}e"  # without a mark at its beginning
_HIGH_SURROGATES = range(0xD800, 0xDC00)


def count(text: str) -> int:
    """The parts of `text`: 160 GSM-7 units or 70 UTF-16 units in one, 153 or 67 in each of more."""
    latin = text.encode("latin-1", "ignore")
    if len(latin) == len(text) and not latin.translate(None, _LATIN):
        return _parts(latin, (), 160, 153)  # nearly every text: each character one unit
    if not _NOT_GSM.search(text):
        return _parts(_COSTS_TWO.sub(rf"{_ESCAPE}\g<0>", text), _ESCAPE, 160, 153)
    units = memoryview(text.encode(_UTF_16, "surrogatepass")).cast("H")
    return _parts(units, _HIGH_SURROGATES, 70, 67)


def odd_ones(text: str) -> str:
    """The characters, each once, for which a text is written in UCS-2 and holds less than half."""
    return "".join(dict.fromkeys(_NOT_GSM.findall(text)))


def _parts(units: Sequence[Any], halves: Container[Any], single: int, each: int) -> int:
    """The parts of `units`. What is in `halves` stays together with the unit after it."""
    if len(units) <= single:
        return 1 if units else 0
    parts = at = 0
    while at < len(units):
        at += each
        parts += 1
        if at < len(units) and units[at - 1] in halves:
            at -= 1
    return parts
