"""What became of a touch, in reality or in a replay: the same words for both."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.journeys.definition import MapDocument

SENT, DROPPED, MERGED, CANCELLED, WAITS = "send", "drop", "merge", "cancel", "waits"
_MOVED = re.compile(r"\.m[0-9a-f]+")


class Held(NamedTuple):
    """A touch was held: for what, from when until when."""

    code: str
    at: datetime
    until: datetime | None


@dataclass(slots=True)
class Fate:
    """One touch: what was decided in the end (`verdict`, by the check `code`), when, and by which
    channel it went or would have gone. `parts`: of a text message, as the carrier counts them;
    `stage`: as of `stage_of`."""

    application_id: UUID
    candidate_id: UUID
    key: str
    occurrence: str
    due_at: datetime
    verdict: str = WAITS
    code: str = ""
    at: datetime | None = None
    channel: str = ""
    parts: int = 0
    stage: str = ""
    holds: list[Held] = field(default_factory=list)

    @property
    def sent(self) -> bool:
        return self.verdict == SENT

    @property
    def happened(self) -> bool:
        """Whether anything was decided about it."""
        return self.verdict != WAITS or bool(self.holds)


def stage_of(document: MapDocument, key: str) -> str:
    """The stage whose message it is; '' for one that a member sends by hand, and for an answer:
    when those go out is no affair of the map's."""
    touch = document.touches.get(key)
    return "" if touch is None or touch.trigger.manual else document.stage_of[key]


def plain(occurrence: str) -> str:
    """An occurrence without the mark of the move after which it was planned, nor of a fallback."""
    return _MOVED.sub("", occurrence.rstrip("+"))
