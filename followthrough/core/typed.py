"""What people type, or what stands in an address, as it may be kept."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[0-9]{1,6}")


def cleaned(text: str, *, longest: int) -> str:
    """At most `longest` characters of a text, without the space around it and without the NUL
    character: it is no text, and PostgreSQL takes none."""
    return text.replace("\0", "").strip()[:longest]


def number(text: str) -> int | None:
    """A whole number below a million, as an address has it; None for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None
