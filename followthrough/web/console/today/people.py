"""Who needs a person, and which messages wait for somebody's yes."""

from __future__ import annotations

from collections.abc import Sequence

from followthrough.accounts.models import Member
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.messages.models import Message
from followthrough.people import scopes
from followthrough.runs.burst.batches import DECIDABLE
from followthrough.runs.models import Batch
from followthrough.web.console import batches, reach
from followthrough.web.console.today.lists import MOST, Shown, first


def waiting(member: Member) -> Shown:
    """Open handoffs in the order of the inbox, each with what the candidate wrote."""
    found = Handoff.objects.filter(organization=member.organization_id, resolved_at=None)
    mine = found.filter(scopes.about(member)).order_by(*handoffs.MOST_URGENT_FIRST)
    ids = list(mine.values_list("id", flat=True))  # few, and then only what is shown is read
    related = ("candidate", "application__requisition__site", "owner__user")
    shown = Handoff.objects.filter(id__in=ids[:MOST]).order_by(*handoffs.MOST_URGENT_FIRST)
    rows = list(shown.select_related(*related))
    return Shown(_with_words(_with_closed(rows, member)), len(ids))


def _with_closed(rows: Sequence[Handoff], member: Member) -> Sequence[Handoff]:
    """Each with whether nothing may be written to them."""
    closed = reach.closed(
        (one.candidate_id for one in rows), organization_id=member.organization_id
    )
    for row in rows:
        row.closed = row.candidate_id in closed  # type: ignore[attr-defined]
    return rows


def _with_words(rows: Sequence[Handoff]) -> Sequence[Handoff]:
    ids = [one.message_id for one in rows if one.message_id]
    texts = dict(Message.objects.filter(id__in=ids).values_list("id", "body"))
    for row in rows:
        row.wrote = texts.get(row.message_id, "")  # type: ignore[attr-defined]
    return rows


def held(member: Member) -> Shown:
    """Batches whose messages wait until somebody says yes, the oldest first."""
    mine = Batch.objects.filter(
        batches.seen_by(member), organization_id=member.organization_id, state__in=DECIDABLE
    )
    return first(batches.rows(mine.order_by("id")[:MOST]))
