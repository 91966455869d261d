"""What people type, or what stands in an address, as it may be kept."""

from __future__ import annotations


def cleaned(text: str, *, longest: int) -> str:
    """At most `longest` characters of a text, without the space around it and without the NUL
    character: it is no text, and PostgreSQL takes none."""
    return text.replace("\0", "").strip()[:longest]
