"""What a member writes to a candidate: planned like every other message, and judged like it.

The text is nobody's template, and the gate has no door beside it: what an opt-out, a legal hour or
a cap stops is stopped here as well, with its receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.accounts.models import Member
from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.conversations import handoffs
from followthrough.governance import policies
from followthrough.governance.decisions import Consent, Decision
from followthrough.messages import planning
from followthrough.messages.models import Touch
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate
from followthrough.runs import simulation
from followthrough.runs.facts import Point
from followthrough.runs.simulation import Scene

KEY = "message"  # the name of such a touch: a map has others
URGENT = simulation.URGENT
USEFUL = timedelta(days=3)  # over a long weekend; later, "see you at two" only confuses


def write(
    *,
    member: Member,
    candidate: Candidate,
    application: Application | None,
    channel: str,
    text: str,
    key: UUID,
    at: datetime,
    subject: str = "",
) -> Touch:
    """Plan a message of `member` to a candidate of their organization, as it is written.

    It is a `reply` where it answers what they wrote on that channel just now. `key` is the form's:
    the same text of the same form is one message, however often it is sent. Raises ValueError for
    an empty text, a channel there is none of, or a candidate of another organization.
    """
    body = _clean(text).strip()
    if not body or channel not in CHANNEL_KIND:
        raise ValueError("A message needs a text, and a channel that exists.")
    if member.organization_id != candidate.organization_id:
        raise ValueError("The candidate is another organization's.")
    content = {candidate.locale: {"subject": _clean(subject).strip(), "body": body}}
    once = f"{key.hex}:{_digest(channel, subject, body)}"
    policy = policies.of(candidate.organization_id)
    answers = simulation.answerable(candidate.id, policy, now=at).get(channel)
    with transaction.atomic():
        plan = _plan(candidate, application, channel, content, once, answers, at)
        new = planning.plan([plan], now=at)
        touch = Touch.objects.get(candidate=candidate, origin="member", occurrence=once)
        if new:
            _record(touch, "wrote_message", member, at, channel=channel, purpose=touch.purpose)
            handoffs.answered(candidate.id, at=at)
    return touch


def withdraw(touch: Touch, *, member: Member, at: datetime) -> bool:
    """Take a message of a member's back that still waits. Returns False when it has ended or is on
    its way; ValueError when it is no member's."""
    if touch.origin != Touch.Origin.MEMBER:
        raise ValueError("Only what a member wrote is taken back.")
    with transaction.atomic():
        done = planning.withdraw(touch.id, why="withdrawn", now=at)
        if done:
            _record(touch, "withdrew_message", member, at)
            handoffs.unanswered(touch.candidate_id)
    return done


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "")


def _digest(*parts: str) -> str:
    return blake2b("\x00".join(parts).encode(), digest_size=8).hexdigest()


def _record(touch: Touch, verb: str, member: Member, at: datetime, **why: str) -> None:
    facts.record(
        organization_id=touch.organization_id,
        actor=Actor("member", str(member.id)),
        verb=verb,
        subject_kind="touch",
        subject_id=touch.id,
        why=why,
        at=at,
    )


def _plan(
    candidate: Candidate,
    application: Application | None,
    channel: str,
    content: dict[str, Any],
    occurrence: str,
    answers: datetime | None,
    at: datetime,
) -> planning.Plan:
    return planning.apart(
        candidate,
        application and application.id,
        origin="member",
        key=KEY,
        occurrence=occurrence,
        purpose="reply" if answers else "informational",
        priority=URGENT,
        due_at=at,
        useful_until=at + USEFUL,
        channel=channel,
        content=content,
        reply_to_at=answers,
    )


# --- what would come of it -----------------------------------------------------------------------


class Way(NamedTuple):
    """A channel to write on, and what the gate would say of a message now.

    `point` None: they have no address for it. `answers` is when they wrote what it would answer,
    `until` how long that counts, and `otherwise` what is decided about what answers nothing.
    `blocked` is since when nothing may go there.
    """

    channel: str
    point: Point | None
    decision: Decision
    otherwise: Decision
    answers: datetime | None
    until: datetime | None
    consent: Consent | None
    blocked: datetime | None
    zones: Sequence[str]

    @property
    def code(self) -> str:
        """What decides: `sent`, or the check that holds or drops it."""
        return self.decision.code


def ways(candidate: Candidate, application: Application | None, *, now: datetime) -> list[Way]:
    """What would become of a message to the candidate now, by each channel. Nothing is written."""
    dues = [_imagined(candidate, application, channel, now) for channel in CHANNEL_KIND]
    seen = simulation.scene(candidate, dues, now=now)
    answered = simulation.answerable(candidate.id, seen.ours.policy, now=now)
    return [_way(due, answered.get(due.channels[0]), seen) for due in dues]


def _imagined(
    candidate: Candidate, application: Application | None, channel: str, now: datetime
) -> Due:
    """A touch that is not there, with some text."""
    content = {candidate.locale: {"subject": "", "body": "…"}}
    return simulation.imagined(_plan(candidate, application, channel, content, "", None, now))


def _way(due: Due, answers: datetime | None, seen: Scene) -> Way:
    (channel,), ours = due.channels, seen.ours
    point, otherwise = seen.point(due, channel), seen.decided(due)
    reply = due._replace(purpose="reply", reply_to_at=answers)
    about = (point.address_key if point else "", channel)
    return Way(
        channel,
        point,
        seen.decided(reply) if answers else otherwise,
        otherwise,
        answers,
        answers and answers + ours.policy.reply_within,
        ours.consents.get(about),
        ours.blocks.get(about),
        seen.zones(due),
    )
