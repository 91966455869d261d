"""Kill switches: everything, a channel, a map or a sender stands still within a second.

A switch is a freeze that binds members and confirmations too. It is read with each decision and
again just before each hand-over, so it needs nobody to be told; when it ends, what it held is
decided at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from followthrough.accounts.models import Member, Organization
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance import freezes
from followthrough.governance.models import Freeze
from followthrough.journeys.models import MessageMap
from followthrough.messages import planning
from followthrough.store import sql

WHY = "kill_switch"
ORGANIZATION, CHANNEL, MAP, SENDER = "organization", "channel", "map", "sender"


class Switch(NamedTuple):
    """Something that can be stopped; `name` is '' for the whole organization, and a channel's code
    for a channel. `stopped` is the freeze that stands on it."""

    kind: str
    subject_id: UUID
    name: str
    stopped: Freeze | None = None


def every(organization_id: UUID) -> list[Switch]:
    """Everything an organization can stop, in the order from all of it to a single sender."""
    found = [Switch(ORGANIZATION, organization_id, ""), *_parts(organization_id)]
    known = {one.subject_id: one for one in standing(organization_id)}
    return [one._replace(stopped=known.get(one.subject_id)) for one in found]


def find(organization_id: UUID, kind: str, subject_id: UUID) -> Switch | None:
    """One of them."""
    every_one = every(organization_id)
    return next(
        (one for one in every_one if (one.kind, one.subject_id) == (kind, subject_id)), None
    )


def _parts(organization_id: UUID) -> Iterable[Switch]:
    senders = list(
        Sender.objects.filter(organization_id=organization_id).order_by("channel", "name")
    )
    for channel in dict.fromkeys(sender.channel for sender in senders):
        yield Switch(CHANNEL, freezes.channel_subject(organization_id, channel), channel)
    for map in MessageMap.objects.filter(organization_id=organization_id).order_by("name", "id"):
        yield Switch(MAP, map.id, map.name)
    for sender in senders:
        yield Switch(SENDER, sender.id, sender.name)


def standing(organization_id: UUID) -> Sequence[Freeze]:
    """The kill switches that stand now, the widest and then the oldest first."""
    now = clock.now()
    found = Freeze.objects.filter(organization_id=organization_id, ended_at=None, why=WHY)
    order = (ORGANIZATION, CHANNEL, MAP, SENDER)
    lasting = found.filter(Q(until=None) | Q(until__gt=now)).order_by("id")
    return sorted(
        (one for one in lasting if one.subject_kind in order),
        key=lambda one: order.index(one.subject_kind),
    )


@transaction.atomic
def stop(
    switch: Switch, *, member: Member, until: datetime | None = None, note: str = "", at: datetime
) -> Freeze:
    """Stop it. Where it is stopped already, the longer of the two counts."""
    Organization.objects.select_for_update(no_key=True).get(id=member.organization_id)
    known = next(
        (one for one in standing(member.organization_id) if one.subject_id == switch.subject_id),
        None,
    )
    if known and _lasts(known.until, until):
        return known
    if known:
        freezes.end(known.id, by=f"member:{member.id}", at=at)  # the longer one takes its place
    return freezes.begin(
        organization_id=member.organization_id,
        subject_kind=switch.kind,
        subject_id=switch.subject_id,
        why=WHY,
        by=f"member:{member.id}",
        until=until,
        note=note,
        at=at,
    )


def _lasts(one: datetime | None, other: datetime | None) -> bool:
    """Whether what ends at `one` lasts as long as what ends at `other`; None: it does not end."""
    return one is None or (other is not None and one >= other)


@transaction.atomic
def go(freeze: Freeze, *, member: Member, at: datetime) -> int | None:
    """Let it go on. Returns how many messages waited for it, None when it had ended already."""
    if not freezes.end(freeze.id, by=f"member:{member.id}", at=at):
        return None
    return planning.wake(freeze.organization_id, now=at)


# The first channel of a touch is the one it will try.
_WAITING = """
SELECT count(*) FROM (
  SELECT 1 FROM messaging_touch t LEFT JOIN journeys_version v ON v.id = t.version_id
  WHERE t.organization_id = %(org)s AND t.state = 'planned' AND t.due_at < %(until)s
    AND t.shard = ANY(%(shards)s) AND {which} LIMIT %(most)s) AS found
"""
_WHICH: Mapping[str, str] = {
    ORGANIZATION: "true",
    CHANNEL: "t.channels->>0 = %(name)s",
    MAP: "v.map_id = %(subject)s",
    SENDER: "t.channels->>0 = (SELECT channel FROM channels_sender WHERE id = %(subject)s)",
}


def waiting(switch: Switch, organization_id: UUID, *, until: datetime, most: int) -> int:
    """How many messages that are due before `until` it would stop, counted up to `most`."""
    given = {
        "org": organization_id, "until": until, "name": switch.name, "most": most,
        "subject": switch.subject_id, "shards": list(range(settings.SHARDS)),
    }  # fmt: skip
    return sql.rows(_WAITING.format(which=_WHICH[switch.kind]), given)[0][0]
