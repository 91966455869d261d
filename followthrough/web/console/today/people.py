"""Who needs a person, and which messages wait for somebody's yes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from followthrough.accounts.models import Member
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.governance.models import Freeze
from followthrough.journeys.models import MessageMap, Version
from followthrough.messages.models import Message, Touch
from followthrough.people import scopes
from followthrough.web.console import reach
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


@dataclass(frozen=True)
class Batch:
    """Messages of one map that wait for a yes."""

    map: MessageMap
    freeze: Freeze
    count: int


def batches(member: Member) -> Shown:
    """Maps whose messages are held until somebody says yes."""
    held = Freeze.objects.filter(
        organization=member.organization_id, subject_kind="map", why="held_batch", ended_at=None
    )
    freezes = {one.subject_id: one for one in held.order_by("begun_at")}
    maps, counts = MessageMap.objects.filter(id__in=freezes), _counts(freezes, member)
    everything = scopes.requisitions(member) is None
    mine = [one for one in maps if everything or counts[one.id]]
    return first(Batch(one, freezes[one.id], counts[one.id]) for one in mine)


def _counts(maps: Iterable[UUID], member: Member) -> Counter[UUID]:
    """How many messages of each map are due to those the member may see."""
    map_of = dict(Version.objects.filter(map__in=maps).values_list("id", "map"))
    due = Touch.objects.filter(state="planned", due_at__lte=clock.now(), version_id__in=map_of)
    found: Counter[UUID] = Counter()
    for version, n in (
        due.filter(scopes.about(member)).values_list("version_id").annotate(n=Count("id"))
    ):
        found[map_of[version]] += n
    return found
