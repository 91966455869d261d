"""A number that turned out to be a stranger's: nobody is written to there any more, the stranger
learns nothing, and the candidate is asked for the right one."""

from __future__ import annotations

from datetime import timedelta

from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.governance import consent
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import ContactPoint
from followthrough.runs import service, service_texts
from followthrough.runs.letters import Letter

ASKED_BY = {"phone": "email"}  # which channel the right one of a kind is asked for by
USEFUL = timedelta(days=7)


def wrong_number(letter: Letter) -> None:
    """The address is blocked for everyone and is the candidate's no longer. No answer: it would
    tell a stranger who applied where."""
    point = letter.point
    if point is None:  # nobody's already
        return
    consent.forget_number(
        point,
        source=letter.channel,
        evidence={"message": str(letter.message.id), "said_on": letter.channel},
        actor=letter.actor,
        at=letter.said_at,
    )
    asked_by = ASKED_BY.get(point.kind, "")
    if asked_by and _can_be_reached(point, asked_by):
        _ask_for_the_right_one(letter, asked_by)
    else:
        _leave_to_a_person(letter)


def _can_be_reached(point: ContactPoint, channel: str) -> bool:
    """Whether the candidate has another address that nobody has closed."""
    others = ContactPoint.objects.filter(
        candidate_id=point.candidate_id, kind=CHANNEL_KIND[channel], usable=True
    )
    blocks = consent.blocks_of_people([point.candidate_id]).answer()
    closed = blocks.get(point.organization_id, {})
    return any((one.address_key, channel) not in closed for one in others)


def _ask_for_the_right_one(letter: Letter, channel: str) -> None:
    """In the candidate's language, the way of every other message: the gate may still hold it."""
    service.plan(
        letter, "ask_for_number", service_texts.contents("right_number"), channel=channel,
        purpose="informational", useful_until=letter.now + USEFUL, reply_to_at=None, priority=2,
    )  # fmt: skip


def _leave_to_a_person(letter: Letter) -> None:
    assert letter.candidate is not None
    handoffs.open(
        organization_id=letter.organization_id,
        candidate_id=letter.candidate.id,
        application_id=letter.application.id if letter.application else None,
        reason=Handoff.Reason.WRONG_NUMBER,
        at=letter.now,
    )
