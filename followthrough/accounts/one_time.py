"""Tokens that are shown once. Only their hash is kept, so whoever reads the database has none."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple


class Token(NamedTuple):
    """What is handed out, and what is kept."""

    shown: str
    kept: str


def token() -> Token:
    """A new one, of 256 random bits."""
    shown = secrets.token_urlsafe(32)
    return Token(shown, hashed(shown))


def hashed(shown: str) -> str:
    """What is kept of a token: as random as it is, so no slower hash is needed."""
    return hashlib.sha256(shown.encode()).hexdigest()
