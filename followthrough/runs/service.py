"""Service messages: the one confirmation of an opt-out, what START and HELP are answered with.

They leave at once or, five minutes after what they answer was written, never.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from followthrough.governance import consent
from followthrough.messages import planning
from followthrough.messages.models import Message, Touch
from followthrough.people.models import ContactPoint
from followthrough.runs import service_texts
from followthrough.runs.letters import Letter

WITHIN = timedelta(minutes=5)
NOT_AGAIN = timedelta(hours=24)
OPTED_OUT, OPTED_IN, NARROWED = "opted_out", "opted_in", "narrowed"  # names of such touches


def serve(letter: Letter, name: str) -> None:
    """Answer with the text of this name, in the language they wrote in."""
    if letter.candidate is not None:
        plan(letter, name, service_texts.contents(name, language=language(letter)))


def confirm(letter: Letter, *, everywhere: bool) -> None:
    """Confirm an opt-out once: not again within a day, however often they repeat it, unless they
    came back meanwhile. `everywhere`: it closed all their addresses, not only this one."""
    if letter.candidate is None or _confirmed_lately(letter):
        return
    plan(letter, OPTED_OUT, _confirmation(letter, everywhere=everywhere))


def _confirmation(letter: Letter, *, everywhere: bool) -> service_texts.Content:
    said_in, application = language(letter), letter.application
    if everywhere:
        may_narrow = bool(application and application.requisition)
        return service_texts.opted_out_everywhere(language=said_in, may_narrow=may_narrow)
    return service_texts.opted_out_here(
        letter.channel, language=said_in, still_by_mail=_has_open_mail(letter)
    )


def _has_open_mail(letter: Letter) -> bool:
    """Whether there is a mail address of theirs that was not closed."""
    assert letter.candidate is not None
    organization, person = letter.organization_id, letter.candidate.id
    theirs = ContactPoint.objects.filter(candidate_id=person, kind="email", usable=True)
    return letter.channel != "email" and any(
        not consent.refused(organization, key, "email", person)
        for key in theirs.exclude(address_key="").values_list("address_key", flat=True)
    )


def _confirmed_lately(letter: Letter) -> bool:
    """Whether the last word that they got of such a kind within a day was that confirmation."""
    assert letter.candidate is not None
    said = Message.objects.filter(
        candidate_id=letter.candidate.id, direction="out", at__gt=letter.now - NOT_AGAIN
    ).exclude(delivery="not_sent")
    touches = said.exclude(touch_id=None).order_by("-id").values_list("touch_id", flat=True)
    ours = Touch.objects.filter(id__in=list(touches[:50]), origin="service")
    keys = ours.filter(key__in=[OPTED_OUT, OPTED_IN, NARROWED]).order_by("-id")
    return keys.values_list("key", flat=True).first() in (OPTED_OUT, NARROWED)


def language(letter: Letter) -> str:
    """The language of the words they used, where those are of one; else the candidate's."""
    if letter.reading.language in service_texts.SUBJECT:
        return letter.reading.language
    locale = letter.candidate.locale if letter.candidate else ""
    return locale.replace("_", "-").partition("-")[0]


def last_said(point: ContactPoint) -> Touch | None:
    """What was last said to this address."""
    last = (
        Message.objects.filter(candidate_id=point.candidate_id, contact_point_id=point.id)
        .filter(direction="out")
        .exclude(delivery="not_sent")
        .order_by("-id")
        .values_list("touch_id", flat=True)
        .first()
    )
    return Touch.objects.filter(id=last).first() if last else None


def plan(letter: Letter, name: str, content: service_texts.Content, **changed: Any) -> None:
    """Plan a message of ours that answers `letter`, on its channel."""
    assert letter.candidate is not None
    channel = changed.pop("channel", letter.channel)
    given = planning.apart(
        letter.candidate,
        letter.application.id if letter.application else None,
        origin="service",
        key=name,
        occurrence=str(letter.message.id),
        purpose="service",
        priority=1,
        due_at=letter.now,
        useful_until=letter.said_at + WITHIN,
        channel=channel,
        content=content,
        reply_to_at=letter.now,
    )
    planning.plan([given._replace(**changed)], now=letter.now)
