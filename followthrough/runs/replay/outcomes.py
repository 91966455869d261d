"""What really became of the map's touches, read from their receipts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from followthrough.core import segments
from followthrough.journeys import versions
from followthrough.runs.replay.fates import (
    CANCELLED,
    DROPPED,
    MERGED,
    SENT,
    WAITS,
    Fate,
    Held,
    plain,
    stage_of,
)
from followthrough.runs.replay.moments import Waiting

TOUCHES = """
SELECT id, application_id, candidate_id, key, occurrence, state, due_at, held_for, planned_at,
  ended_at, version_id, channels->>0
FROM messaging_touch WHERE run_id = ANY(%s) ORDER BY id
"""
RECEIPTS = """
SELECT r.touch_id, r.at, r.verdict, r.code, r.until, r.channel
FROM messaging_touch t JOIN messaging_receipt r ON r.touch_id = t.id
WHERE t.run_id = ANY(%s) ORDER BY r.id
"""
REFUSED = """
SELECT t.application_id, t.key, t.occurrence, a.channel
FROM messaging_touch t JOIN messaging_attempt a ON a.touch_id = t.id AND a.state = 'failed'
WHERE t.run_id = ANY(%s) AND split_part(a.error, ':', 1) IN ('unreachable', 'rejected', 'opted_out')
"""
# Whether a provider took it or not: the map and the gate had decided.
_VERDICTS = {
    "planned": WAITS, "dropped": DROPPED, "merged": MERGED, "cancelled": CANCELLED,
}  # fmt: skip

Receipts = Sequence[tuple[Any, ...]]
Known = tuple[UUID, str, str]  # application, key, occurrence


class Outcomes:
    """What became of touches, by application."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self.fates: dict[UUID, list[Fate]] = defaultdict(list)
        self.ids: dict[UUID, dict[Known, UUID]] = defaultdict(dict)
        self.waiting: dict[UUID, dict[Known, Waiting]] = defaultdict(dict)

    def add(self, touch: tuple[Any, ...], receipts: Receipts, bodies: Mapping[UUID, str]) -> None:
        """Add one touch with its receipts, in order."""
        id, application_id, _, key, occurrence = touch[:5]
        if occurrence.endswith("+"):  # another channel, after a delivery report: none is replayed
            return
        known = (application_id, key, plain(occurrence))
        self.ids[application_id][known] = id
        receipts = [row for row in receipts if row[1] < self.until]
        fate = _fate(touch, receipts, self.since)
        if fate.at is None or fate.at >= self.since:
            self._wait(known, receipts)
            if fate.happened:
                fate.parts = segments.count(bodies[id]) if fate.sent and id in bodies else 0
                self.fates[application_id].append(fate)

    def _wait(self, known: Known, receipts: Receipts) -> None:
        """When it was due as the window began, and held for what."""
        before = [row for row in receipts if row[1] < self.since and row[2] == "hold"]
        due_at = max(self.since, before[-1][4] or self.since) if before else self.since
        self.waiting[known[0]][known] = Waiting(due_at, before[-1][3] if before else "")


def read(
    touches: Iterable[tuple[Any, ...]],
    receipts: Iterable[tuple[Any, ...]],
    messages: Iterable[tuple[UUID, str]],
    *,
    since: datetime,
    until: datetime,
) -> Outcomes:
    """What became of `touches` within a time; `messages` are the texts of what went out by text
    message, by touch."""
    said: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for row in receipts:
        said[row[0]].append(row)
    found, bodies = Outcomes(since, until), dict(messages)
    for touch in touches:
        found.add(touch, said.get(touch[0], ()), bodies)
    return found


def _fate(touch: tuple[Any, ...], receipts: Receipts, since: datetime) -> Fate:
    _, application_id, candidate_id, key, occurrence, state, due_at, *_ = touch
    fate = Fate(
        application_id, candidate_id, key, plain(occurrence), due_at, channel=touch[-1] or "",
        stage=stage_of(versions.document(touch[-2]), key) if touch[-2] else "",
    )  # fmt: skip
    fate.verdict = _VERDICTS.get(state, SENT)
    fate.holds = [
        Held(code, at, until)
        for _, at, verdict, code, until, _ in receipts
        if verdict == "hold" and at >= since
    ]
    for row in receipts:
        _note(fate, row)
    if fate.at is None:  # what ended it came later
        fate.verdict = WAITS
    return fate


def _note(fate: Fate, row: tuple[Any, ...]) -> None:
    """The last receipt of what was decided in the end."""
    _, at, verdict, code, _, channel = row
    if verdict == fate.verdict:
        fate.at, fate.code, fate.channel = at, code, channel or fate.channel
    elif verdict == "hold" and fate.verdict == WAITS:
        fate.channel = channel or fate.channel
