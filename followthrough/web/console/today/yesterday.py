"""What went on by itself since yesterday, in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff
from followthrough.core import clock, ids
from followthrough.messages.models import Message, Receipt
from followthrough.people import scopes

DAY = timedelta(days=1)


class Counted(NamedTuple):
    """The last 24 hours: messages that left, answers that came and how many said yes, messages
    held and not sent, and people handed to a person."""

    left: int
    came: int
    yes: int
    held: int
    stopped: int
    handed: int


def counted(member: Member) -> Counted:
    """Counted from what was written in that time: keys rise with it, so nothing older is read."""
    said = _lately(Message, member).aggregate(
        left=Count("id", filter=Q(direction="out") & ~Q(delivery="not_sent")),
        came=Count("id", filter=Q(direction="in")),
        yes=Count("id", filter=Q(direction="in", reading__kind="confirmed")),
    )
    decided = _lately(Receipt, member, candidate="candidate_id").aggregate(
        held=Count("touch_id", filter=Q(verdict="hold"), distinct=True),
        stopped=Count("touch_id", filter=Q(verdict="drop"), distinct=True),
    )
    handed = _lately(Handoff, member, at="opened_at").count()
    return Counted(**said, **decided, handed=handed)


def _lately(model, member: Member, *, candidate: str = "candidate", at: str = "at"):
    """Rows of the last day. The business clock only ever runs ahead of the one that keys go by, so
    what happened within a day of it was written within a day."""
    since = {"id__gte": ids.earliest(clock.wall() - DAY), f"{at}__gt": clock.now() - DAY}
    found = model.objects.filter(organization_id=member.organization_id, **since)
    return found.filter(scopes.about(member, candidate))
