"""What becomes of the runs of a map when another version of it is published.

They stay, or move with their next stage (`MessageMap.moves_to`, read by `runs.advance` with each
run), or now: a `BulkMove`, worked off in batches by whichever worker does the house's duties. With
that they are to move with the next stage too, so that nobody is overtaken by it on the way.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.journeys import versions
from followthrough.journeys.models import MessageMap, Running, Version
from followthrough.runs import advance, engine
from followthrough.runs.burst import batches
from followthrough.runs.models import BulkMove
from followthrough.runs.published import moving
from followthrough.runs.published.affected import Affected, affected
from followthrough.store import sql

__all__ = [
    "Affected",
    "Overtaken",
    "affected",
    "can_go_on",
    "cancel",
    "go_on",
    "order",
    "resume",
    "waiting",
]

log = logging.getLogger(__name__)

NOW = "now"  # why a run moved, when it was not to wait
BATCH = 200  # runs moved in one transaction
MOST_LEFT = 500  # left behind: then it is not the runs, and the move stops
TURN = 0.4  # seconds of one turn of the house: other duties wait for it
UNDER_WAY = (BulkMove.State.WAITING, BulkMove.State.RUNNING)
NOT_OVER = (*UNDER_WAY, BulkMove.State.FAILED)


class Overtaken(Explained):
    """A newer version was published since: where its runs go was chosen with that one."""

    def __init__(self, number: int, newest: int) -> None:
        super().__init__(
            f"The move to version {number}",
            reason=f"was overtaken: version {newest} is the newest now.",
            remedy="Publish again what should count, and choose there who moves to it.",
        )
        self.number, self.newest = number, newest


@transaction.atomic
def order(version: Version, running: str, *, by: str, at: datetime) -> BulkMove | None:
    """Carry out what was chosen (`Running`) for the open runs of the map's older versions.

    It replaces whatever was chosen for them before, and ends what was begun: what an error stopped
    would take everybody back. Returns the move, where one has begun.
    """
    for earlier in BulkMove.objects.select_for_update().filter(
        map_id=version.map_id, state__in=NOT_OVER
    ):
        _stop(earlier, by, at)
    _choose(version, running != Running.STAY)
    total = _count(_older(version))
    _record(version, running, total, by, at)
    if running != Running.NOW or not total:
        return None
    return BulkMove.objects.create(
        organization_id=version.organization_id, map_id=version.map_id, to_version=version,
        why=NOW, by=by, total=total, created_at=at,
    )  # fmt: skip


def _older(version: Version) -> list[UUID]:
    """Those whose runs may move to it. Never newer ones: nobody is taken back."""
    found = Version.objects.filter(map_id=version.map_id, number__lt=version.number)
    return list(found.values_list("id", flat=True))


def _choose(version: Version, chosen: bool) -> None:
    """Whether the runs of older versions move to this one with their next stage: one word, however
    many there are."""
    to = version.number if chosen else None
    MessageMap.objects.filter(id=version.map_id).update(moves_to=to)


def waiting(version: Version) -> int:
    """How many open runs move to a version with their next stage."""
    chosen = MessageMap.objects.filter(id=version.map_id, moves_to=version.number).exists()
    return _count(_older(version)) if chosen else 0


def _count(others: list[UUID]) -> int:
    query = "SELECT count(*) FROM journeys_run WHERE version_id = ANY(%s) AND ended_at IS NULL"
    return sql.rows(query, (others,))[0][0]


def _record(version: Version, running: str, total: int, by: str, at: datetime) -> None:
    facts.record(
        organization_id=version.organization_id,
        actor=_actor(by),
        verb="chose_for_running_runs",
        subject_kind="version",
        subject_id=version.id,
        why={"choice": running, "runs": total},
        at=at,
    )


# --- moving now ----------------------------------------------------------------------------------


@engine.every(seconds=0.5)
def go_on() -> int:
    """Go on with the moves that are under way, the oldest first; returns how many runs moved."""
    until = time.monotonic() + TURN
    moved = 0
    for key in (
        BulkMove.objects.filter(state__in=UNDER_WAY)
        .order_by("created_at")
        .values_list("id", flat=True)
    ):
        while time.monotonic() < until and (batch := _batch_of(key)):
            moved += batch
    return moved


def _batch_of(key: UUID) -> int:
    """Look at the next BATCH runs; returns how many. A run that cannot be moved is left behind; any
    other error stops the move, until somebody lets it go on."""
    try:
        with transaction.atomic():
            return _move_some(key)
    except Exception as problem:
        log.exception("Moving runs stopped")
        BulkMove.objects.filter(id=key, state__in=UNDER_WAY).update(
            state=BulkMove.State.FAILED, problem=_said(problem), ended_at=clock.now()
        )
        return 0


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]


class _ToMove(NamedTuple):
    run_id: UUID
    application_id: UUID


_OPEN = """
SELECT id, application_id FROM journeys_run
WHERE version_id = ANY(%s) AND ended_at IS NULL AND application_id <> ALL(%s::uuid[]) LIMIT %s
"""
_STILL = """
SELECT id, application_id FROM journeys_run
WHERE version_id = ANY(%s) AND ended_at IS NULL AND id = ANY(%s)
"""


def _move_some(key: UUID) -> int:
    # Two may believe to be the house for a moment: the row is worked on by one of them. The map is
    # locked with it, so that nobody publishes half-way; whoever just does goes first.
    found = BulkMove.objects.select_for_update(
        skip_locked=True, no_key=True, of=("self", "map")
    ).filter(id=key, state__in=UNDER_WAY)
    move = found.select_related("to_version", "map").first()
    if move is None:
        return 0
    now = clock.now()
    if not (runs := _locked(move)):
        _finish(move, now)
        return 0
    before = len(move.left_behind)
    _take(move, runs, now)
    move.state = BulkMove.State.RUNNING
    move.done += len(runs) - (len(move.left_behind) - before)
    if len(move.left_behind) >= MOST_LEFT:
        _choose(move.to_version, False)
        _end(move, BulkMove.State.FAILED, now)
    move.save(update_fields=["state", "done", "left_behind", "problem"])
    return len(runs)


def _locked(move: BulkMove) -> list[_ToMove]:
    """Some runs that are to move and, now that nobody else can write to them, still are."""
    older = _older(move.to_version)
    while some := sql.rows(_OPEN, (older, move.left_behind, BATCH)):
        advance.lock(row[1] for row in some)
        if still := sql.rows(_STILL, (older, [row[0] for row in some])):
            return [_ToMove(*row) for row in still]
    return []


def _take(move: BulkMove, runs: Sequence[_ToMove], now: datetime) -> None:
    """Move some together; where that cannot be done one by one, and who cannot is left behind."""
    ahead = max(0, move.total - move.done - len(move.left_behind) - len(runs))
    try:
        _move(move, runs, now, ahead)
    except Exception:
        log.exception("Some runs could not be moved together; going one by one")
        for place, run in enumerate(runs, 1):
            try:
                _move(move, [run], now, ahead + len(runs) - place)
            except Exception as problem:
                _leave(move, run, problem, now)


@transaction.atomic
def _move(move: BulkMove, runs: Sequence[_ToMove], now: datetime, left: int) -> None:
    moving.move(
        [one.run_id for one in runs], to_version=move.to_version_id, why=move.why,
        actor=_actor(move.by), now=now, left=left,
    )  # fmt: skip


def _leave(move: BulkMove, run: _ToMove, problem: Exception, now: datetime) -> None:
    """It stays in its version: counted, named, and not tried again by itself."""
    log.exception("The run %s could not be moved", run.run_id)
    move.left_behind.append(str(run.application_id))
    move.problem = _said(problem)
    facts.record(
        organization_id=move.organization_id, actor=_actor(move.by), verb="left_behind",
        subject_kind="run", subject_id=run.run_id,
        why={"to": str(move.to_version_id), "problem": type(problem).__name__}, at=now,
    )  # fmt: skip


def _finish(move: BulkMove, at: datetime) -> None:
    """Everybody was looked at. Who was left behind stays for good, whatever stage is next."""
    if move.left_behind:
        _choose(move.to_version, False)
    _end(move, BulkMove.State.DONE, at)
    batches.no_more(move.to_version_id, now=at)


@transaction.atomic
def cancel(move: BulkMove, *, by: str, at: datetime) -> bool:
    """Stop a move: who has not moved yet stays. Returns False when it had ended already. Raises
    Overtaken."""
    found = _locked_move(move)
    if found.state not in NOT_OVER:
        return False
    _check_newest(found)
    _choose(found.to_version, False)
    _stop(found, by, at)
    return True


def _stop(move: BulkMove, by: str, at: datetime) -> None:
    """End a move on the way, recorded; what waits only because it would bring more need not."""
    _end(move, BulkMove.State.CANCELLED, at)
    batches.no_more(move.to_version_id, now=at)
    _note(move, "cancelled_move", by, at)


def can_go_on(move: BulkMove) -> bool:
    """Whether it was stopped by an error, or left somebody behind who may be tried again."""
    left_some = move.state == BulkMove.State.DONE and bool(move.left_behind)
    return left_some or move.state == BulkMove.State.FAILED


@transaction.atomic
def resume(move: BulkMove, *, by: str, at: datetime) -> bool:
    """Let a move that an error stopped go on, and try once more whom it left behind. Returns False
    when there is neither. Raises Overtaken."""
    found = _locked_move(move)
    if not can_go_on(found):
        return False
    _check_newest(found)
    _choose(found.to_version, True)
    found.left_behind, found.problem = [], ""
    found.state, found.ended_at = BulkMove.State.WAITING, None
    found.save(update_fields=["left_behind", "problem", "state", "ended_at"])
    _note(found, "resumed_move", by, at)
    return True


def _locked_move(move: BulkMove) -> BulkMove:
    """A move as it is, while nobody publishes its map: the map is locked before its moves."""
    versions.lock(move.map)
    return BulkMove.objects.select_for_update(of=("self",)).select_related("to_version").get(
        id=move.id
    )  # fmt: skip


def _check_newest(move: BulkMove) -> None:
    number = move.to_version.number
    newest = versions.latest([move.map_id])[move.map_id]
    if newest != move.to_version_id:
        raise Overtaken(number, versions.number(newest))


def _note(move: BulkMove, verb: str, by: str, at: datetime) -> None:
    facts.record(
        organization_id=move.organization_id, actor=_actor(by),
        verb=verb, subject_kind="bulk_move", subject_id=move.id,
        why={"moved": move.done, "of": move.total}, at=at,
    )  # fmt: skip


def under_way(map_ids: Iterable[UUID]) -> list[BulkMove]:
    """The moves of these maps that are not over: one for each map at most."""
    found = BulkMove.objects.filter(map_id__in=list(map_ids)).exclude(
        state__in=(BulkMove.State.DONE, BulkMove.State.CANCELLED)
    )
    return list(found.select_related("to_version", "map").order_by("created_at"))


def _actor(by: str) -> Actor:
    return Actor("member", by) if by else facts.SYSTEM


def _end(move: BulkMove, state: str, at: datetime) -> None:
    move.state, move.ended_at = state, at
    move.save(update_fields=["state", "ended_at"])
