"""Which ATS adapters there are."""

from __future__ import annotations

from followthrough.core.errors import Explained
from followthrough.intake.ats.contract import Ats
from followthrough.intake.ats.generic import GENERIC
from followthrough.intake.ats.greenhouse import GREENHOUSE

ADAPTERS: dict[str, Ats] = {ats.name: ats for ats in (GENERIC, GREENHOUSE)}


class UnknownAts(Explained):
    """A connection of a kind that is not installed."""


def adapter(kind: str) -> Ats:
    """The adapter for connections of this kind. Raises UnknownAts."""
    if kind not in ADAPTERS:
        raise UnknownAts(
            f"The ATS {kind!r}",
            reason="has no adapter here.",
            remedy=f"Use one of: {', '.join(sorted(ADAPTERS))}.",
        )
    return ADAPTERS[kind]
