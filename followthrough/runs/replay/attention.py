"""Whom a person is asked to see to, and how long automation is silent meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple
from uuid import UUID

from followthrough.conversations.handoffs import SILENT
from followthrough.core.ids import uuid7
from followthrough.governance.decisions import FreezeFact
from followthrough.runs.replay.moments import Cast
from followthrough.runs.replay.scene import HANDED_OVER, Scene, Setting


class Silence(NamedTuple):
    """One at a time for an application and a reason, as with handoffs."""

    application_id: UUID | None
    reason: str
    freeze: FreezeFact


class Asked(NamedTuple):
    """A person is asked; automation is silent `until` then (None: to the end)."""

    at: datetime
    reason: str
    until: datetime | None


class Attention:
    """It lasts as long as it really took, where a person really had the conversation then; else as
    long as people usually need."""

    def __init__(self, cast: Cast, setting: Setting, scene: Scene) -> None:
        self.cast, self.setting, self.scene = cast, setting, scene
        self._silences: dict[UUID, list[Silence]] = {}
        self._ends: list[tuple[datetime, int, UUID, Silence]] = []
        self._count = 0
        self.asked: list[Asked] = []

    def ask(
        self, candidate_id: UUID, application_id: UUID | None, reason: str, at: datetime
    ) -> None:
        """Somebody must see to them; where a person must speak first, automation is silent."""
        theirs = self._silences.setdefault(candidate_id, [])
        if reason not in SILENT or any(one[:2] == (application_id, reason) for one in theirs):
            return
        freeze = FreezeFact(uuid7(), "candidate", HANDED_OVER, None, candidate_id)
        silence = Silence(application_id, reason, freeze)
        theirs.append(silence)
        self.scene.freeze(freeze)
        until = self._until(candidate_id, at)
        self.asked.append(Asked(at, reason, until))
        if until is not None:
            self._count += 1
            heappush(self._ends, (until, self._count, candidate_id, silence))

    def _until(self, candidate_id: UUID, at: datetime) -> datetime | None:
        for since, until in self.cast.attended.get(candidate_id, ()):
            if since <= at and (until is None or until > at):
                return until
        return at + self.setting.usual

    def next(self) -> datetime | None:
        """When the next silence ends."""
        return self._ends[0][0] if self._ends else None

    def ended(self, at: datetime) -> Iterator[UUID]:
        """Whose last silence has ended by `at`."""
        while self._ends and self._ends[0][0] <= at:
            _, _, candidate_id, silence = heappop(self._ends)
            self._silences[candidate_id].remove(silence)
            self.scene.thaw(silence.freeze)
            if candidate_id not in self.scene.facts.freezes:
                yield candidate_id
