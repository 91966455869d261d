"""How the connections and the senders do: counted set-based, said in words.

Nothing here reads a whole table: what waits and what is parked is found by partial indexes, and
what came today by its key, which rises with the time it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.core.ids import earliest
from followthrough.governance.models import Freeze
from followthrough.intake.models import RawEvent
from followthrough.messages.models import Attempt, Message
from followthrough.people.models import Connection, WriteBack

DAY = timedelta(days=1)


class Waiting(NamedTuple):
    """What waits: how many, since when the oldest does, and what last kept one of them (or '')."""

    count: int = 0
    since: datetime | None = None
    problem: str = ""


NOTHING = Waiting()


class Failing(NamedTuple):
    """Hand-overs that ended alike in the last day: which error, how many, and the last of them."""

    error: str
    count: int
    at: datetime


@dataclass
class Health:
    """What is counted of one connection or sender. Today began at midnight of whoever looks."""

    source: Connection | Sender
    events: Waiting = NOTHING
    write_backs: Waiting = NOTHING
    parked_events: int = 0
    parked_write_backs: int = 0
    events_today: int = 0
    last_today: datetime | None = None
    written_today: int = 0
    handed_over_today: int = 0
    came_back_today: int = 0  # of those: bounced, not delivered, reported as spam
    failing: list[Failing] = field(default_factory=list)  # the newest first
    accepted_at: datetime | None = None  # infrastructure clock, as those of `failing`
    frozen: Freeze | None = None

    @property
    def is_sender(self) -> bool:
        return isinstance(self.source, Sender)

    @property
    def parked(self) -> int:
        return self.parked_events + self.parked_write_backs

    @property
    def last_event_at(self) -> datetime | None:
        """When it was last heard of; of a sender only today's is known."""
        known = self.source.last_event_at if isinstance(self.source, Connection) else None
        return max(filter(None, (known, self.last_today)), default=None)

    @property
    def last_error(self) -> Failing | None:
        """How the newest hand-over failed, unless one was accepted since."""
        newest = self.failing[0] if self.failing else None
        overcome = newest and self.accepted_at and self.accepted_at > newest.at
        return None if overcome else newest


def of_organization(organization_id: UUID) -> tuple[list[Health], list[Health]]:
    """Every connection and every sender, each list by name."""
    connections = Connection.objects.filter(organization_id=organization_id).order_by("name", "id")
    senders = Sender.objects.filter(organization_id=organization_id).order_by("name", "id")
    ats, channels = [Health(one) for one in connections], [Health(one) for one in senders]
    _count(organization_id, {one.source.id: one for one in (*ats, *channels)})
    return ats, channels


def of(source: Connection | Sender) -> Health:
    """One connection or sender."""
    found = Health(source)
    _count(source.organization_id, {source.id: found})
    return found


def _count(organization_id: UUID, found: Mapping[UUID, Health]) -> None:
    now, wanted = clock.now(), list(found)
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    _events(organization_id, wanted, found)
    _today(wanted, found, since)
    connections = [key for key, one in found.items() if not one.is_sender]
    if connections:
        _write_backs(organization_id, connections, found, since)
    senders = [key for key, one in found.items() if one.is_sender]
    if senders:
        _messages(organization_id, senders, found, since)
        _attempts(organization_id, senders, found)
        _freezes(senders, found, now)


def _key_since(moment: datetime) -> UUID:
    """The key that nothing made since `moment` (business clock) lies below: keys go by the real
    time, which the business clock may run ahead of."""
    return earliest(min(moment - clock.shift(), moment))


def _events(organization_id: UUID, wanted: Sequence[UUID], found: Mapping[UUID, Health]) -> None:
    waiting = RawEvent.objects.filter(state="stored", source_id__in=wanted)
    parked = RawEvent.objects.filter(
        organization_id=organization_id, state="parked", source_id__in=wanted
    )
    for key, *told in waiting.values_list("source_id").annotate(
        n=Count("id"), since=Min("received_at"), problem=Max("outcome")
    ):
        found[key].events = Waiting(*told)
    for key, count in parked.values_list("source_id").annotate(n=Count("id")):
        found[key].parked_events = count


def _today(wanted: Sequence[UUID], found: Mapping[UUID, Health], since: datetime) -> None:
    today = RawEvent.objects.filter(
        id__gte=_key_since(since), received_at__gte=since, source_id__in=wanted
    )
    for key, count, last in today.values_list("source_id").annotate(
        n=Count("id"), last=Max("received_at")
    ):
        found[key].events_today, found[key].last_today = count, last


def _write_backs(
    organization_id: UUID, wanted: Sequence[UUID], found: Mapping[UUID, Health], since: datetime
) -> None:
    ours = WriteBack.objects.filter(organization_id=organization_id, connection__in=wanted)
    waiting, parked = ours.filter(state="waiting"), ours.filter(state="parked")
    for key, *told in waiting.values_list("connection_id").annotate(
        n=Count("id"), since=Min("created_at"), problem=Max("problem")
    ):
        found[key].write_backs = Waiting(*told)
    for key, count in parked.values_list("connection_id").annotate(n=Count("id")):
        found[key].parked_write_backs = count
    # What took more than a day to be written back is not worth an index of its own.
    done = ours.filter(id__gte=_key_since(since - DAY), state="done", done_at__gte=since)
    for key, count in done.values_list("connection_id").annotate(n=Count("id")):
        found[key].written_today = count


def _messages(
    organization_id: UUID, wanted: Sequence[UUID], found: Mapping[UUID, Health], since: datetime
) -> None:
    today = Message.objects.filter(
        id__gte=_key_since(since), organization_id=organization_id, direction="out",
        at__gte=since, sender_id__in=wanted,
    )  # fmt: skip
    counted = today.exclude(delivery="not_sent").values_list("sender_id")
    for key, count, back in counted.annotate(
        n=Count("id"), back=Count("id", filter=Q(delivery__in=CAME_BACK))
    ):
        found[key].handed_over_today, found[key].came_back_today = count, back


CAME_BACK = ("undelivered", "bounced", "complained")
ENDED = ("accepted", "failed", "unknown")


def _attempts(organization_id: UUID, wanted: Sequence[UUID], found: Mapping[UUID, Health]) -> None:
    """How hand-overs of the last day (infrastructure clock) ended."""
    lately = Attempt.objects.filter(
        id__gte=earliest(clock.wall() - DAY), organization_id=organization_id,
        sender_id__in=wanted, state__in=ENDED,
    )  # fmt: skip
    counted = lately.values_list("sender_id", "state", "error").annotate(
        n=Count("id"), at=Max("decided_at")
    )
    for key, state, error, count, at in counted.order_by("-at"):
        if state == "accepted":
            found[key].accepted_at = at
        else:
            found[key].failing.append(Failing(error, count, at))


def _freezes(senders: Iterable[UUID], found: Mapping[UUID, Health], now: datetime) -> None:
    standing = Freeze.objects.filter(subject_id__in=list(senders), ended_at=None)
    for freeze in standing.filter(Q(until=None) | Q(until__gt=now)):
        found[freeze.subject_id].frozen = freeze
