"""Handoffs: why a person is needed, until when, and what stays silent meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from followthrough.accounts.models import Member
from followthrough.audit import facts
from followthrough.conversations.models import Handoff
from followthrough.governance import freezes
from followthrough.store import sql

Reason = Handoff.Reason

# How soon a person should have looked. One who may have said STOP waits least.
DUE: dict[str, timedelta] = {
    Reason.AMBIGUOUS_STOP: timedelta(hours=1),
    Reason.UNCLEAR: timedelta(hours=4),
    Reason.DECLINED: timedelta(hours=4),
    Reason.OPTED_OUT: timedelta(hours=8),
    Reason.UNKNOWN_OUTCOME: timedelta(hours=8),
    Reason.UNREACHABLE: timedelta(hours=24),
}
# Where a person must speak first, automation is silent until they have.
SILENT = frozenset({Reason.UNCLEAR, Reason.DECLINED, Reason.AMBIGUOUS_STOP})


@transaction.atomic
def open(
    *,
    organization_id: UUID,
    candidate_id: UUID,
    application_id: UUID | None,
    reason: str,
    message_id: UUID | None = None,
    touch_id: UUID | None = None,
    at: datetime,
) -> Handoff:
    """Ask for a person. One that is open for the same application and reason stands for both.

    Raises ValueError for a reason that does not exist.
    """
    about = {"organization_id": organization_id, "candidate_id": candidate_id,
             "application_id": application_id, "reason": Reason(reason).value}  # fmt: skip
    before = Handoff.objects.filter(**about, resolved_at=None).order_by("id").first()
    if before:
        return before
    silent = reason in SILENT
    handoff = Handoff.objects.create(
        **about,
        message_id=message_id,
        touch_id=touch_id,
        freeze_id=_silence(organization_id, candidate_id, at) if silent else None,
        opened_at=at,
        due_at=at + DUE[reason],
    )
    _record(handoff, "opened_handoff", facts.SYSTEM, at)
    return handoff


def _silence(organization_id: UUID, candidate_id: UUID, at: datetime) -> UUID:
    return freezes.begin(
        organization_id=organization_id,
        subject_kind="candidate",
        subject_id=candidate_id,
        why="handoff",
        by="engine",
        at=at,
    ).id


@transaction.atomic
def resolve(handoff: Handoff, *, by: str, at: datetime) -> bool:
    """A person has seen to it: end its freeze and let held messages be decided again.

    `by` is `member:<id>`. Returns whether it was still open.
    """
    still_open = Handoff.objects.filter(id=handoff.id, resolved_at=None)
    if not still_open.update(resolved_at=at, resolved_by=by):
        return False
    handoff.refresh_from_db()
    _record(handoff, "resolved_handoff", freezes.actor(by), at)
    if handoff.freeze_id:
        freezes.end(handoff.freeze_id, by=by, at=at)
        _release(handoff.candidate_id, at)
    return True


@transaction.atomic
def assign(
    handoff: Handoff, to: Member | None, *, by: str, at: datetime, seen: UUID | None = None
) -> bool:
    """Give it to a member, or (None) to nobody in particular. `by` is `member:<id>`.

    `seen` is whose it was when that was decided. Returns False, and changes nothing, where it has
    changed hands since or is resolved.
    """
    as_seen = Handoff.objects.filter(id=handoff.id, resolved_at=None, owner_id=seen)
    if not as_seen.update(owner=to):
        return False
    handoff.refresh_from_db()
    given = {"from": seen and str(seen), "to": to and str(to.id)}
    _record(handoff, "assigned_handoff", freezes.actor(by), at, **given)
    return True


_RELEASE = """
UPDATE messaging_touch SET due_at = %s
WHERE id IN (SELECT id FROM messaging_touch
             WHERE candidate_id = %s AND state = 'planned' AND held_for = 'frozen'
             ORDER BY id FOR UPDATE)
RETURNING shard
"""


def _release(candidate_id: UUID, at: datetime) -> None:
    """Make messages that were held for a freeze due now, unless another freeze still stands."""
    if freezes.standing([candidate_id], now=at):
        return
    shards = {row[0] for row in sql.rows(_RELEASE, (at, candidate_id))}
    sql.wake(*shards)


def _record(
    handoff: Handoff, verb: str, actor: facts.Actor, at: datetime, **more: str | None
) -> None:
    application = str(handoff.application_id) if handoff.application_id else None
    facts.record(
        organization_id=handoff.organization_id,
        actor=actor,
        verb=verb,
        subject_kind="candidate",
        subject_id=handoff.candidate_id,
        why={"handoff": str(handoff.id), "reason": handoff.reason, "application": application}
        | more,
        at=at,
    )
