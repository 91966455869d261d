"""Installation-wide duties of the engine room."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore

from followthrough.audit import sealer
from followthrough.runs.engine import every


@every(seconds=1)
def seal() -> None:
    """Seal what has been committed since the last block."""
    sealer.seal()


@every(seconds=3600)
def forget_sessions() -> None:
    """Delete sessions that have run out; the real clock counts, as it does at the door."""
    SessionStore.clear_expired()
