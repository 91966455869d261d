"""Runs that go on in another version of their map, or of another map: recorded, and explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from followthrough.audit.facts import Actor
from followthrough.journeys import engine, versions
from followthrough.journeys.assignment import Rule
from followthrough.journeys.offsets import UTC_ONLY
from followthrough.runs import advance, effects, whereabouts
from followthrough.runs.burst import bursts, guarding
from followthrough.runs.burst.bursts import Cause
from followthrough.runs.effects import Gathered, Journey
from followthrough.store import sql


def move(
    run_ids: Sequence[UUID],
    *,
    to_version: UUID,
    why: str,
    actor: Actor,
    now: datetime,
    rule: Rule | None = None,
    left: int = 0,
    elsewhere: bool = False,
) -> int:
    """Move runs to another version, recorded; must run inside a transaction. `rule` is the one
    that gives them to its map, where that is why.

    Planned touches of the old version are cancelled; what the new version still has to say in
    the present stage is planned, unless it is past its useful-until. `left` is how many more runs
    will be moved by the same act: what it makes leave at once may have to wait for a yes.
    `elsewhere`: they come from another map, see `engine.moved`.
    """
    journeys = [
        journey
        for journey in advance.running(run_ids)
        if journey.version_id != to_version or journey.end_reason == "unmatched"
    ]
    gathered = Gathered()
    document, spoken = versions.document(to_version), said(journeys)
    days = [one.application_id for one in journeys] if document.counts_days else []
    where = whereabouts.of(days)
    before = guarding.before([one.run_id for one in journeys])
    came_from = {
        one.run_id: versions.document(one.version_id) if elsewhere else None for one in journeys
    }
    for journey in journeys:
        effects.move(journey, to_version, gathered, why=why, actor=actor, now=now, rule=rule)
        journey.state, found = engine.moved(
            document,
            journey.state,
            now,
            settle=document.settle_delay,
            where=where.get(journey.application_id, UTC_ONLY),
            said=spoken[journey.run_id],
            elsewhere=came_from[journey.run_id],
        )
        for effect in found:
            effects.gather(effect, journey, gathered, actor, now)
        if not journey.state.ended:
            journey.end_reason = ""
    cause = Cause(bursts.VERSION, to_version, done=len(journeys), left=left)
    gathered.plans = guarding.guarded_move(gathered.plans, before, cause, now=now)
    advance.save(journeys, actor, now)
    effects.write(gathered, now=now)
    return len(journeys)


# It went out, or may have, or would have if it were not in shadow. What somebody left out of a
# batch, or cancelled with it, is decided: no other version says it.
IS_SAID = """(
  t.state IN ('sending', 'reconciling', 'sent', 'unknown', 'merged', 'shadowed')
  OR t.batch_id IS NOT NULL AND t.state IN ('dropped', 'cancelled') AND EXISTS (
    SELECT FROM messaging_receipt r
    WHERE r.touch_id = t.id AND r.code IN ('stale_batch', 'batch_cancelled')))"""
_SAID = f"""
SELECT t.run_id, t.key, t.occurrence FROM messaging_touch t WHERE t.run_id = ANY(%s) AND {IS_SAID}
"""  # noqa: S608


def said(journeys: Sequence[Journey]) -> dict[UUID, list[tuple[str, str]]]:
    """By run, what went out or may have, or was decided against: (key, occurrence)."""
    found: dict[UUID, list[tuple[str, str]]] = {journey.run_id: [] for journey in journeys}
    for run_id, key, occurrence in sql.rows(_SAID, (list(found),)):
        found[run_id].append((key, occurrence))
    return found
