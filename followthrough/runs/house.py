"""Installation-wide duties of the engine room."""

from __future__ import annotations

from followthrough.audit import sealer
from followthrough.runs.engine import every


@every(seconds=1)
def seal() -> None:
    """Seal what has been committed since the last block."""
    sealer.seal()
