"""What a member writes to a candidate: planned like every other message, and judged like it.

The text is nobody's template, and the gate has no door beside it: what an opt-out, a legal hour or
a cap stops is stopped here as well, with its receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.accounts.models import Member
from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.conversations import handoffs
from followthrough.core.ids import uuid7
from followthrough.governance import gate, policies
from followthrough.governance.decisions import Consent, Decision
from followthrough.governance.policy import CompiledPolicy
from followthrough.messages import planning
from followthrough.messages.models import Message, Touch
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate
from followthrough.runs import drafts
from followthrough.runs import facts as known_facts
from followthrough.runs.facts import Company, Facts, Person, Point

KEY = "message"  # the name of such a touch: a map has others
URGENT = 1  # a person wrote it: it may use the room that caps keep
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
    content = {channel: {candidate.locale: {"subject": _clean(subject).strip(), "body": body}}}
    once = f"{key.hex}:{_digest(channel, subject, body)}"
    answers = _answered(candidate.id, policies.of(candidate.organization_id), now=at).get(channel)
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
    return planning.Plan(
        organization_id=candidate.organization_id,
        application_id=application and application.id,
        candidate_id=candidate.id,
        run_id=None,
        version_id=None,
        shard=candidate.shard,
        origin="member",
        key=KEY,
        occurrence=occurrence,
        purpose="reply" if answers else "informational",
        priority=URGENT,
        due_at=at,
        useful_until=at + USEFUL,
        anchor_name="",
        anchor_sequence=None,
        relevance={},
        channels=[channel],
        content=content,
        reply_to_at=answers,
        listened=False,
    )


def _answered(candidate_id: UUID, policy: CompiledPolicy, *, now: datetime) -> dict[str, datetime]:
    """By channel, when the candidate wrote what may be answered at any hour now."""
    lately = Message.objects.filter(
        candidate_id=candidate_id, direction="in", at__gt=now - policy.reply_within, at__lte=now
    )
    found: dict[str, datetime] = {}
    for channel, at, reading in lately.order_by("id").values_list("channel", "at", "reading"):
        if _wants_answer(reading or {}):
            found[channel] = at
    return found


def _wants_answer(reading: dict[str, Any]) -> bool:
    """Whether they wrote it themselves, and did not ask for silence."""
    return reading.get("rule") != "automatic" and reading.get("kind") != "opt_out"


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
    known = known_facts.load(dues, now=now)
    person, ours = known.people[candidate.id], known.companies()[candidate.organization_id]
    answered = _answered(candidate.id, ours.policy, now=now)
    return [_way(due, answered, person, ours, known, now) for due in dues]


def _imagined(
    candidate: Candidate, application: Application | None, channel: str, now: datetime
) -> Due:
    """A touch that is not there, with some text."""
    content = {channel: {candidate.locale: {"subject": "", "body": "…"}}}
    plan = _plan(candidate, application, channel, content, "", None, now)
    return Due(uuid7(), *plan, held_for="", attempts=0, tries=0)


def _way(
    due: Due,
    answered: Mapping[str, datetime],
    person: Person,
    ours: Company,
    known: Facts,
    now: datetime,
) -> Way:
    (channel,) = due.channels
    point, answers = person.points.get(CHANNEL_KIND[channel]), answered.get(channel)
    otherwise = decision = _decided(due, person, ours, known, now)
    if answers:
        reply = due._replace(purpose="reply", reply_to_at=answers)
        decision = _decided(reply, person, ours, known, now)
    about = (point.address_key if point else "", channel)
    return Way(
        channel,
        point,
        decision,
        otherwise,
        answers,
        answers and answers + ours.policy.reply_within,
        ours.consents.get(about),
        ours.blocks.get(about),
        drafts.zones(person, [due], known).names,
    )


def _decided(due: Due, person: Person, ours: Company, known: Facts, now: datetime) -> Decision:
    zones = drafts.zones(person, [due], known)
    draft = drafts.draft(due, person, next(iter(zones.names), "UTC"), known)
    told = drafts.person_facts(person, [due], zones, known, ours)
    return gate.decide([draft], told, ours.policy, now)[0]
