"""How many parts a text message is cut into: providers charge and limit by the part."""

from __future__ import annotations

import re
from collections.abc import Iterable

# GSM 03.38: one unit each; the extension table costs an escape, so two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}[]~\\|€\f")
_GSM = _BASIC | _EXTENDED
_NOT_BASIC = re.compile(f"[^{re.escape(''.join(sorted(_BASIC)))}]")


def count(text: str) -> int:
    """The parts of `text`: 160 GSM-7 units or 70 UTF-16 units in one, 153 or 67 in each of more."""
    if not _NOT_BASIC.search(text):  # nearly every text: each character one unit
        return 1 if 0 < len(text) <= 160 else -(-len(text) // 153)
    if _GSM.issuperset(text):
        return _parts((2 if char in _EXTENDED else 1 for char in text), single=160, each=153)
    return _parts((2 if ord(char) > 0xFFFF else 1 for char in text), single=70, each=67)


def _parts(widths: Iterable[int], *, single: int, each: int) -> int:
    total, parts, used = 0, 0, each
    for width in widths:
        total += width
        if used + width > each:  # a character of two units is never cut in half
            parts, used = parts + 1, 0
        used += width
    return 1 if 0 < total <= single else parts
