"""Putting parked work back: what a person has looked at is tried anew, with all its tries.

The rows are the queue, so nothing else has to happen: the worker that holds the shard takes them
up like any other. What was parked is locked and looked at again first; what is not parked any more
is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from followthrough.audit.facts import Actor, FactRow, record_all
from followthrough.intake.models import RawEvent
from followthrough.people.models import WriteBack
from followthrough.store import sql

AT_ONCE = 1000  # rows that one press puts back


@transaction.atomic
def events(ids: Iterable[UUID], *, actor: Actor, at: datetime) -> int:
    """Let parked raw events be worked off again; returns how many there were."""
    parked = list(
        RawEvent.objects.select_for_update().filter(id__in=list(ids), state="parked")
        .only("id", "organization_id", "kind", "source_id", "shard").order_by("id")[:AT_ONCE]
    )  # fmt: skip
    again = RawEvent.objects.filter(id__in=[one.id for one in parked])
    again.update(state="stored", outcome="", tries=0, next_try_at=Now())
    record_all([_event(one, actor, at) for one in parked])
    sql.wake(*{one.shard for one in parked})
    return len(parked)


@transaction.atomic
def write_backs(ids: Iterable[UUID], *, actor: Actor, at: datetime) -> int:
    """Let parked write-backs be sent again, under the same idempotency keys; returns how many."""
    parked: Sequence[WriteBack] = list(
        WriteBack.objects.select_for_update().filter(id__in=list(ids), state="parked")
        .only("id", "organization_id", "application_id", "kind").order_by("id")[:AT_ONCE]
    )  # fmt: skip
    again = WriteBack.objects.filter(id__in=[one.id for one in parked])
    again.update(state="waiting", problem="", tries=0, next_try_at=Now())
    record_all([_write_back(one, actor, at) for one in parked])
    if parked:
        sql.wake(sql.APART)
    return len(parked)


def _event(row: RawEvent, actor: Actor, at: datetime) -> FactRow:
    kind = "connection" if row.kind == RawEvent.Kind.ATS else "sender"
    why = {"event": str(row.id)}
    return FactRow(row.organization_id, actor, "put_back_event", kind, row.source_id, why, at)


def _write_back(row: WriteBack, actor: Actor, at: datetime) -> FactRow:
    why = {"write_back": str(row.id), "kind": row.kind}
    return FactRow(
        row.organization_id,
        actor,
        "put_back_write_back",
        "application",
        row.application_id,
        why,
        at,
    )
