"""Handoffs: why a person is needed, who has it, until when, and what stays silent meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F

from followthrough.accounts.models import Member
from followthrough.audit import facts
from followthrough.conversations.models import Handoff
from followthrough.governance import freezes
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Anchor
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
    Reason.PROVISIONAL_STOP: timedelta(hours=24),
    Reason.WRONG_NUMBER: timedelta(hours=24),
    Reason.CARRIER_BLOCK: timedelta(hours=24),
    Reason.NO_ZONE: timedelta(hours=24),
}
# With an interview ahead, while something can still be done about it; yet never at once.
BEFORE_INTERVIEW = timedelta(hours=2)
AT_LEAST = timedelta(minutes=15)
# Where a person must speak first, automation is silent until they have.
SILENT = frozenset({Reason.UNCLEAR, Reason.DECLINED, Reason.AMBIGUOUS_STOP})
# The most urgent first: by when they are due, then those whom a member has answered.
MOST_URGENT_FIRST = (F("answered_at").asc(nulls_first=True), "due_at", "id")
# Where it can be undone so long, nothing that was held leaves within that time.
UNDO = timedelta(seconds=10)


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
    """Ask for a person. One that is open for the same application and reason stands for both, and
    waits for an answer again.

    Raises ValueError for a reason that does not exist.
    """
    about = {"organization_id": organization_id, "candidate_id": candidate_id,
             "application_id": application_id, "reason": Reason(reason).value}  # fmt: skip
    before = Handoff.objects.filter(**about, resolved_at=None).order_by("id").first()
    if before:
        return _again(before, message_id)
    silent = reason in SILENT
    handoff = Handoff.objects.create(
        **about,
        message_id=message_id,
        touch_id=touch_id,
        freeze_id=_silence(organization_id, candidate_id, at) if silent else None,
        opened_at=at,
        due_at=_due(reason, at, _interview_ahead(candidate_id, application_id, at)),
    )
    _record(handoff, "opened_handoff", facts.SYSTEM, at)
    return handoff


def _due(reason: str, at: datetime, interview: datetime | None) -> datetime:
    """By when a person should have looked."""
    usual = at + DUE[reason]
    if interview is None:
        return usual
    return min(usual, max(interview - BEFORE_INTERVIEW, at + AT_LEAST))


def _interview_ahead(
    candidate_id: UUID, application_id: UUID | None, at: datetime
) -> datetime | None:
    """The next interview of the application; where it is about none, of the candidate."""
    ahead = Anchor.objects.filter(name=Anchor.INTERVIEW, at__gt=at)
    if application_id:
        ahead = ahead.filter(application=application_id)
    else:
        ahead = ahead.filter(application__candidate=candidate_id)
    return ahead.order_by("at").values_list("at", flat=True).first()


def _again(handoff: Handoff, message_id: UUID | None) -> Handoff:
    """It waits for an answer again, and to what they wrote last."""
    if handoff.answered_at or message_id not in (None, handoff.message_id):
        handoff.answered_at, handoff.message_id = None, message_id or handoff.message_id
        handoff.save(update_fields=["answered_at", "message_id"])
    return handoff


def answered(candidate_id: UUID, *, at: datetime) -> None:
    """A member has written to them: whatever is open about them has been answered."""
    Handoff.objects.filter(candidate_id=candidate_id, resolved_at=None).update(answered_at=at)


def unanswered(candidate_id: UUID) -> bool:
    """What a member wrote to them does not go out. Returns whether anything is open about them."""
    still_open = Handoff.objects.filter(candidate_id=candidate_id, resolved_at=None)
    return bool(still_open.update(answered_at=None))


def not_sent(
    *,
    organization_id: UUID,
    candidate_id: UUID,
    application_id: UUID | None,
    touch_id: UUID,
    at: datetime,
) -> None:
    """What a member wrote never went out: a person must know, also where all was resolved."""
    if not unanswered(candidate_id):
        open(
            organization_id=organization_id,
            candidate_id=candidate_id,
            application_id=application_id,
            reason=Reason.UNREACHABLE,
            touch_id=touch_id,
            at=at,
        )


def unplaced(
    *,
    organization_id: UUID,
    candidate_id: UUID,
    application_id: UUID | None,
    touch_id: UUID,
    at: datetime,
) -> None:
    """No hour is known at which they may be written to: a person asks them where they are. Once:
    whatever else is held for the same reason says nothing new."""
    known = Handoff.objects.filter(candidate=candidate_id, reason=Reason.NO_ZONE, resolved_at=None)
    if not known.exists():
        open(
            organization_id=organization_id,
            candidate_id=candidate_id,
            application_id=application_id,
            reason=Reason.NO_ZONE,
            touch_id=touch_id,
            at=at,
        )


def _silence(
    organization_id: UUID, candidate_id: UUID, at: datetime, *, by: str = "engine"
) -> UUID:
    return freezes.begin(
        organization_id=organization_id,
        subject_kind="candidate",
        subject_id=candidate_id,
        why="handoff",
        by=by,
        at=at,
    ).id


@transaction.atomic
def resolve(handoff: Handoff, *, by: str, at: datetime, undo: timedelta = timedelta()) -> bool:
    """A person has seen to it: end its freeze and let held messages be decided again.

    `by` is `member:<id>`. What was held waits for `undo` more, so that `reopen` can still catch it.
    Returns whether it was still open.
    """
    sql.rows(_HELD, (handoff.candidate_id,))  # touches are locked before handoffs, everywhere
    still_open = Handoff.objects.filter(id=handoff.id, resolved_at=None)
    if not still_open.update(resolved_at=at, resolved_by=by):
        return False
    handoff.refresh_from_db()
    _record(handoff, "resolved_handoff", freezes.actor(by), at)
    if handoff.freeze_id:
        freezes.end(handoff.freeze_id, by=by, at=at)
        _release(handoff.candidate_id, at, at + undo)
    return True


class Reopened(NamedTuple):
    """What came of opening one again: the one that is open now, and what left meanwhile."""

    handoff: Handoff
    left: Sequence[Message]


@transaction.atomic
def reopen(handoff: Handoff, *, by: str, at: datetime) -> Reopened:
    """It was resolved too soon: a person is needed again, and where one must speak first automation
    is silent again. What left meanwhile has left, and is returned.

    `by` is `member:<id>`. Where it is open already, or another one was opened since for the same
    application and reason, that one stands.
    """
    found = Handoff.objects.select_for_update().get(id=handoff.id)
    if found.resolved_at is None:
        return Reopened(found, [])
    left, again = _left_since(found, found.resolved_at), _same(found)
    if again:
        return Reopened(again, left)
    found.resolved_at, found.resolved_by = None, ""
    if found.reason in SILENT:
        found.freeze_id = _silence(found.organization_id, found.candidate_id, at, by=by)
    found.save(update_fields=["resolved_at", "resolved_by", "freeze_id"])
    _record(found, "reopened_handoff", freezes.actor(by), at)
    return Reopened(found, left)


def _same(handoff: Handoff) -> Handoff | None:
    return Handoff.objects.filter(
        organization_id=handoff.organization_id,
        candidate_id=handoff.candidate_id,
        application_id=handoff.application_id,
        reason=handoff.reason,
        resolved_at=None,
    ).first()


def _left_since(handoff: Handoff, since: datetime) -> list[Message]:
    """What automation has said to the candidate since."""
    said = Message.objects.filter(candidate_id=handoff.candidate_id, direction="out", at__gte=since)
    out = list(said.exclude(delivery="not_sent").order_by("id"))
    touches = Touch.objects.in_bulk([one.touch_id for one in out if one.touch_id])
    ours = [touches[one.touch_id] for one in out if one.touch_id in touches]
    by_members = {one.id for one in ours if one.origin == Touch.Origin.MEMBER}
    return [one for one in out if one.touch_id not in by_members]


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


# Touches have no index of the candidate: those of a run are found by it, the others by what they
# are about or, when a member wrote them, by the person.
_HELD = """
SELECT id FROM messaging_touch
WHERE state = 'planned' AND held_for = 'frozen' AND (
  run_id = ANY(ARRAY(SELECT r.id FROM journeys_run r JOIN people_application a
                     ON a.id = r.application_id WHERE a.candidate_id = %(candidate)s))
  OR (run_id IS NULL AND application_id = ANY(ARRAY(
      SELECT id FROM people_application WHERE candidate_id = %(candidate)s)))
  OR (origin = 'member' AND candidate_id = %(candidate)s))
ORDER BY id FOR UPDATE
"""
_RELEASE = f"""
UPDATE messaging_touch SET due_at = %(due)s WHERE id IN ({_HELD}) RETURNING shard
"""  # noqa: S608


def _release(candidate_id: UUID, at: datetime, due: datetime) -> None:
    """Make messages that were held for a freeze due, unless another freeze still stands."""
    if freezes.standing([candidate_id], now=at):
        return
    shards = {row[0] for row in sql.rows(_RELEASE, {"due": due, "candidate": candidate_id})}
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
