"""What went on by itself since yesterday, in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Q

from followthrough.accounts.models import Member
from followthrough.conversations.models import Handoff
from followthrough.core import clock, ids
from followthrough.messages.models import Message, Receipt
from followthrough.people import scopes

DAY = timedelta(days=1)
MEANWHILE = 20  # seconds


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
    """The same for whoever asks again within MEANWHILE and sees the same, by the same clock."""
    key = f"yesterday:{member.organization_id}:{scopes.fingerprint(member)}:{clock.shift()}"
    return cache.get_or_set(key.replace(" ", ""), lambda: _counted(member), MEANWHILE)


def _counted(member: Member) -> Counted:
    """Counted from what was written in that time: keys rise with it, so nothing older is read."""
    late = Q(at__gt=clock.now() - DAY)
    said = _lately(Message, member).aggregate(
        left=Count("id", filter=late & Q(direction="out") & ~Q(delivery="not_sent")),
        came=Count("id", filter=late & Q(direction="in")),
        yes=Count("id", filter=late & Q(direction="in", reading__kind="confirmed")),
    )
    decided = _lately(Receipt, member).aggregate(
        held=Count("touch_id", filter=late & Q(verdict="hold"), distinct=True),
        stopped=Count("touch_id", filter=late & Q(verdict="drop"), distinct=True),
    )
    handed = _lately(Handoff, member).filter(opened_at__gt=clock.now() - DAY).count()
    return Counted(**said, **decided, handed=handed)


def _lately(model, member: Member):
    """Rows written within a day. The business clock only ever runs ahead of the one that keys go
    by, so what happened within a day of it is among them; the time itself is left to whoever
    counts: PostgreSQL takes two conditions for a day for a few rows, and then does not hash.
    """
    since = ids.earliest(clock.wall() - DAY)
    found = model.objects.filter(organization_id=member.organization_id, id__gte=since)
    return found.filter(scopes.about(member))
