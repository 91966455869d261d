"""Freezes: automation is silent for a subject until they end. Ended, never deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from followthrough.audit import facts
from followthrough.core import clock
from followthrough.governance.decisions import FreezeFact
from followthrough.governance.models import Freeze
from followthrough.store import sql


def begin(
    *,
    organization_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    why: str,
    by: str,
    until: datetime | None = None,
    note: str = "",
    at: datetime,
) -> Freeze:
    """Silence automation for a subject. `by` is `member:<id>`, or who else did it (`engine`); a
    channel's `subject_id` is `channel_subject`."""
    freeze = Freeze.objects.create(
        organization_id=organization_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        why=why,
        by=by,
        until=until,
        note=note,
        begun_at=at,
    )
    _record(freeze, "began_freeze", by, at)
    return freeze


def end(freeze_id: UUID, *, by: str, at: datetime) -> bool:
    """End a freeze. Returns whether it was still standing; messages held for it are not touched."""
    ended = Freeze.objects.filter(id=freeze_id, ended_at=None).update(ended_at=at, ended_by=by)
    if ended:
        _record(Freeze.objects.get(id=freeze_id), "ended_freeze", by, at)
    return bool(ended)


_CHANNELS = UUID("9c2ef0ba-6d0c-5b0e-9f0f-6a1f3d1c7a55")  # the namespace of their subjects


@lru_cache(maxsize=65_536)
def channel_subject(organization_id: UUID, channel: str) -> UUID:
    """What a freeze on a channel of an organization stands on: a channel is no row of its own."""
    return uuid5(_CHANNELS, f"{organization_id}:{channel}")


_STANDING = """
SELECT f.id, f.subject_kind, f.why, f.until, f.subject_id
FROM (SELECT DISTINCT s.id FROM ({subjects}) AS s(id)) AS given
JOIN governance_freeze f ON f.subject_id = given.id
WHERE f.ended_at IS NULL AND (f.until IS NULL OR f.until > %(now)s)
ORDER BY f.id
"""
_GIVEN = _STANDING.format(subjects="SELECT unnest(%(ids)s::uuid[])")

Standing = dict[UUID, list[FreezeFact]]  # by subject; one without any is left out


def standing(subject_ids: Sequence[UUID], *, now: datetime | None = None) -> Standing:
    """The freezes that stand now on each of the subjects."""
    return _standing(sql.rows(_GIVEN, {"ids": list(subject_ids), "now": now or clock.now()}))


def on(subjects: str, given: Mapping[str, Any], *, now: datetime) -> sql.Question[Standing]:
    """Which freezes stand now on the subjects that a query finds (one column of ids)?"""
    return sql.Question(_STANDING.format(subjects=subjects), {**given, "now": now}, _standing)


def _standing(rows: Sequence[tuple]) -> Standing:
    found: Standing = defaultdict(list)
    for row in rows:
        found[row[4]].append(FreezeFact(*row))
    return dict(found)


def actor(by: str) -> facts.Actor:
    """The audit's actor for a `by` such as `member:<id>`; without a kind it is the system."""
    kind, _, name = by.partition(":")
    if name and kind in facts.ACTOR_KINDS:
        return facts.Actor(kind, name)
    return facts.Actor("system", by or facts.SYSTEM.id)


def _record(freeze: Freeze, verb: str, by: str, at: datetime) -> None:
    facts.record(
        organization_id=freeze.organization_id,
        actor=actor(by),
        verb=verb,
        subject_kind=freeze.subject_kind,
        subject_id=freeze.subject_id,
        why={"freeze": str(freeze.id), "why": freeze.why},
        at=at,
    )
