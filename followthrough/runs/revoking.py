"""Opt-outs from everywhere, and what follows: written, judged by a member, told on the phone,
heard on a recording; and what takes them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.governance import consent, freezes
from followthrough.governance.consent import acts
from followthrough.governance.models import ConsentEntry
from followthrough.journeys.events import OptedOut
from followthrough.messages.models import Message
from followthrough.people.models import Application, Candidate
from followthrough.runs import advance, letters, service, service_texts
from followthrough.runs.letters import Letter

# How a member may have heard of it.
HEARD = ("by_phone", "in_person", "by_letter", "by_mail_elsewhere", "otherwise")
PROVISIONAL, MEANT, NOT_MEANT = "provisional", "meant_stop", "not_meant"
QUESTION_OPEN = timedelta(hours=24)  # how long a `1` answers the question of the confirmation


def stop(letter: Letter, *, basis: str = "", actor: Actor | None = None) -> bool:
    """They wrote STOP, or somebody says that they meant it: the address is blocked for everyone on
    it; one confirmation; interviews ahead are handed to a person. Returns whether it was open."""
    blocked = consent.opt_out(
        organization_id=letter.organization_id,
        contact_point=letter.point,
        address_key=letter.address_key,
        channel=letter.channel,
        basis=basis or letter.reading.rule,
        source=letter.channel,
        evidence={"message": str(letter.message.id)},
        actor=actor or letter.actor,
        at=letter.said_at,
    )
    if letter.point is None:
        return blocked
    if blocked:
        service.confirm(letter, everywhere=not acts.is_shared(letter.point))
    stopped = letters.of_everyone_on(letter.point).values_list("id", flat=True)
    _tell_runs(stopped, actor or letter.actor, letter.now)
    return blocked


def _tell_runs(applications: Iterable[UUID], actor: Actor, now: datetime) -> None:
    heard = [(one, OptedOut(at=now)) for one in sorted(applications)]
    advance.apply(heard, now=now, actor=actor)


# --- one job, or all -----------------------------------------------------------------------------


def narrows(letter: Letter) -> bool:
    """Whether a `1` answers the question of the confirmation: it was the last thing said there, not
    long ago."""
    if letter.point is None or letter.message.body.strip(" .!)\n\t") != "1":
        return False
    last = service.last_said(letter.point)
    if last is None or (last.origin, last.key) != ("service", service.OPTED_OUT):
        return False
    recent = letter.now - last.planned_at <= QUESTION_OPEN
    return recent and service_texts.asks_scope(last.content)


def narrow(letter: Letter) -> None:
    """The opt-out that was confirmed is taken back, but for the job it was about."""
    point, application = letter.point, letter.application
    last = service.last_said(point) if point else None
    if point is None or last is None or application is None or application.requisition is None:
        return
    told: Mapping[str, Any] = {
        "organization_id": letter.organization_id, "basis": "narrowed",
        "source": letter.channel, "actor": letter.actor, "at": letter.said_at,
        "evidence": {"message": str(letter.message.id)},
    }  # fmt: skip
    consent.take_back(
        _entries_by(point.candidate_id, message=last.occurrence), **_without_org(told)
    )
    consent.opt_out(
        contact_point=point, channel=letter.channel,
        scope={"requisition": application.requisition.external_id}, **told,
    )  # fmt: skip
    service.serve(letter, service.NARROWED)


def _without_org(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "organization_id"}


def _entries_by(candidate_id: UUID, **evidence: str) -> list[UUID]:
    """The opt-outs of a candidate that have this evidence."""
    told = {f"evidence__{name}": value for name, value in evidence.items()}
    found = ConsentEntry.objects.filter(candidate_id=candidate_id, state="revoked", **told)
    return list(found.values_list("id", flat=True))


# --- what a member has heard, or judges ----------------------------------------------------------


@transaction.atomic
def record(
    candidate: Candidate,
    *,
    how: str,
    said_at: datetime,
    by: Actor,
    now: datetime,
    channels: Sequence[str] = (),
    scope: Mapping[str, str] | None = None,
) -> bool:
    """A member records what a candidate said by no address of theirs. Returns whether any address
    was open before.

    `how` is one of HEARD (else ValueError), `channels` what they named (none: everything), `scope`
    what it was about.
    """
    if how not in HEARD:
        raise ValueError(f"{how!r} is none of {', '.join(HEARD)}.")
    applications = list(candidate.applications.order_by("id").values_list("id", flat=True))
    advance.lock(applications)
    opted = consent.opt_out_person(
        candidate.id, organization_id=candidate.organization_id, channels=channels, basis=how,
        source="console", evidence={"recorded_at": now.isoformat()}, actor=by, at=said_at,
        scope=scope or {},
    )  # fmt: skip
    if opted and not channels:
        _tell_runs(applications, by, now)
    return bool(opted)


@transaction.atomic
def meant_stop(handoff: Handoff, *, by: str, now: datetime) -> bool:
    """A member judged words that were in doubt: they asked for silence. Returns False when it was
    resolved already.

    The message is the evidence; if it is not five minutes old, it is confirmed.
    """
    actor = freezes.actor(by)
    message = _message_of(handoff)
    letter = letters.again(message, now=now) if message else None
    if not handoffs.resolve(handoff, by=by, at=now):
        return False
    if handoff.reason == Handoff.Reason.PROVISIONAL_STOP:
        _confirm_provisional(handoff, actor, now)
    elif letter:
        stop(letter, basis=MEANT, actor=actor)
    _judged(handoff, "judged_opt_out", actor, now)
    return True


@transaction.atomic
def did_not_mean_stop(handoff: Handoff, *, by: str, now: datetime) -> bool:
    """They did not: what was paused goes on, and what was stopped on suspicion is open again.
    Returns False when it was resolved already."""
    actor = freezes.actor(by)
    advance.lock(_applications(handoff))
    if not handoffs.resolve(handoff, by=by, at=now, undo=handoffs.UNDO):
        return False
    consent.take_back(
        _entries_by(handoff.candidate_id, handoff=str(handoff.id)), basis=NOT_MEANT,
        source="console", evidence={"handoff": str(handoff.id)}, actor=actor, at=now,
    )  # fmt: skip
    _judged(handoff, "judged_no_opt_out", actor, now)
    return True


def _message_of(handoff: Handoff) -> Message | None:
    found = Message.objects.select_related("contact_point", "candidate", "application__requisition")
    return found.filter(id=handoff.message_id).first() if handoff.message_id else None


def _applications(handoff: Handoff) -> list[UUID]:
    theirs = Application.objects.filter(candidate_id=handoff.candidate_id)
    return list(theirs.values_list("id", flat=True))


def _judged(handoff: Handoff, verb: str, actor: Actor, now: datetime) -> None:
    message = str(handoff.message_id) if handoff.message_id else None
    facts.record(
        organization_id=handoff.organization_id, actor=actor, verb=verb, subject_kind="candidate",
        subject_id=handoff.candidate_id, why={"handoff": str(handoff.id), "message": message},
        at=now,
    )  # fmt: skip


# --- on suspicion --------------------------------------------------------------------------------


@transaction.atomic
def provisional(
    candidate: Candidate, *, source: str, evidence: Mapping[str, str], actor: Actor, at: datetime
) -> Handoff:
    """Something that may be an opt-out was received where nothing understands it for sure (spoken,
    a voicemail): it counts from now on, and a person confirms or lifts it by a set time.

    `evidence` is ids only (of the recording).
    """
    advance.lock(candidate.applications.values_list("id", flat=True))
    handoff = handoffs.open(
        organization_id=candidate.organization_id, candidate_id=candidate.id,
        application_id=None, reason=Handoff.Reason.PROVISIONAL_STOP, at=at,
    )  # fmt: skip
    consent.opt_out_person(
        candidate.id, organization_id=candidate.organization_id, basis=PROVISIONAL, source=source,
        evidence={**evidence, "handoff": str(handoff.id)}, actor=actor, at=at,
    )  # fmt: skip
    return handoff


def _confirm_provisional(handoff: Handoff, actor: Actor, now: datetime) -> None:
    """It stands, and now by a person's word: an entry of its own, that no lifting of the other
    touches."""
    consent.opt_out_person(
        handoff.candidate_id, organization_id=handoff.organization_id, basis=MEANT,
        source="console", evidence={"judged": str(handoff.id)}, actor=actor, at=now,
    )  # fmt: skip
    _tell_runs(_applications(handoff), actor, now)
