"""Replays as long work: started, watched, cancelled; the row is all that is written."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from followthrough.core import clock
from followthrough.core.canonical import digest
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap
from followthrough.journeys.upgrades import upgraded
from followthrough.runs import jobs
from followthrough.runs.engine import job
from followthrough.runs.models import Replay
from followthrough.runs.replay import contrast
from followthrough.runs.replay.contrast import Contrast
from followthrough.runs.replay.happened import Window
from followthrough.runs.replay.trial import Trial
from followthrough.runs.replay.whom import Whom
from followthrough.store import sql

log = logging.getLogger(__name__)

DAYS = (7, 14, 30, 60, 90)  # how far one may look back
LOST = timedelta(seconds=30)  # without a heartbeat for so long, nobody works on it any more
SAY_SECONDS = 1.0
MOST_TRIES = 3  # what ends its process so often in mid-work does so again


class Stopped(Exception):
    """Somebody cancelled it, or has taken it up elsewhere."""


def start(
    map: MessageMap,
    document: MapDocument,
    *,
    days: int,
    by: str,
    at: datetime,
    whom: Whom | None = None,
) -> Replay:
    """Have a document tried on the last `days` of whoever ran through the map, or of `whom`. The
    same that waits or runs already stands for both. Raises ValueError for days that are not among
    DAYS."""
    if days not in DAYS:
        raise ValueError(f"A replay looks back {', '.join(str(one) for one in DAYS)} days.")
    content = document.dump()
    others = Whom() if whom is None or whom.map_id == map.id else whom
    about: dict[str, Any] = {
        "map": map, "content_hash": digest(content), "days": days,
        "of_map_id": others.map_id, "family": others.family,
    }  # fmt: skip
    under_way = Replay.objects.filter(**about, state__in=["waiting", "running"]).first()
    return under_way or Replay.objects.create(
        organization_id=map.organization_id, **about, document=content, by=by, created_at=at
    )


def cancel(replay: Replay, *, at: datetime) -> bool:
    """Stop it. Returns whether it had not ended."""
    waits = Replay.objects.filter(id=replay.id, state__in=["waiting", "running"])
    return bool(waits.update(state=Replay.State.CANCELLED, ended_at=at))


def replays_of(map: MessageMap, content_hash: str) -> QuerySet[Replay]:
    """The replays of a content, the newest first: of a version, those of its own."""
    found = Replay.objects.filter(map=map, content_hash=content_hash).select_related("of_map")
    return found.defer("document", "result").order_by("-created_at", "-id")


_WAITING = """
SELECT id FROM runs_replay WHERE state = 'waiting'
   OR (state = 'running' AND beat_at < clock_timestamp() - %s)
ORDER BY row_number() OVER (PARTITION BY organization_id ORDER BY created_at), created_at
"""
_TAKE = """
UPDATE runs_replay SET state = 'running', beat_at = clock_timestamp(), done = 0, tries = tries + 1
WHERE id = %s AND (state = 'waiting' OR (state = 'running' AND beat_at < clock_timestamp() - %s))
RETURNING tries
"""
_SAY = """
UPDATE runs_replay SET done = %s, total = %s, beat_at = clock_timestamp()
WHERE id = %s AND state = 'running' AND tries = %s
"""


def waiting() -> list[UUID]:
    """The replays that nobody works on; organizations take turns."""
    return [row[0] for row in sql.rows(_WAITING, (LOST,))]


@job(waiting=waiting)
def replay(row_id: UUID) -> None:
    """Do one, unless somebody else does."""
    if not sql.rows(_TAKE, (row_id, LOST)):
        return
    row = Replay.objects.select_related("map").get(id=row_id)
    if row.tries > MOST_TRIES:
        _end(row, Replay.State.FAILED, problem=f"Its process ended {MOST_TRIES} times in mid-work.")
        return
    try:
        result = _lived(row)
    except Stopped:
        return
    except Exception as problem:
        log.exception("The replay %s failed", row_id)
        _end(row, Replay.State.FAILED, problem=f"{type(problem).__name__}: {problem}"[:300])
    else:
        _end(row, Replay.State.DONE, result=result)


def _end(row: Replay, state: str, **found: Any) -> None:
    running = Replay.objects.filter(id=row.id, state=Replay.State.RUNNING, tries=row.tries)
    running.update(state=state, ended_at=clock.now(), **found)


def _lived(row: Replay) -> dict[str, Any]:
    window = Window(row.created_at - timedelta(days=row.days), row.created_at)
    others = Whom(row.of_map_id, row.family)
    document = MapDocument.model_validate(upgraded(row.document))
    trial = Trial(row.map, document, window, whom=others if any(others) else None)
    found, progress = Contrast(), _Progress(row, len(trial))
    for part in contrast.parts(trial, processes=jobs.processes):
        found.join(part)
        progress.say(found.runs)
    progress.say(found.runs, now=True)
    return found.plain()


class _Progress:
    """Says about once a second how far it is; raises Stopped when nobody wants to know."""

    def __init__(self, row: Replay, total: int) -> None:
        self.row, self.total, self._said = row, total, 0.0
        self.say(0, now=True)

    def say(self, done: int, *, now: bool = False) -> None:
        if not now and monotonic() - self._said < SAY_SECONDS:
            return
        self._said = monotonic()
        if not sql.run(_SAY, (done, self.total, self.row.id, self.row.tries)):
            raise Stopped
