"""What a candidate chose on their page, or with one click in a mail, and what follows from it.

Each is one transaction: what they chose, the opt-outs or consents that go with it, what their runs
hear, and what waited for a pause that is over now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from followthrough.audit.facts import Actor
from followthrough.governance import consent, preferences
from followthrough.governance.decisions import Wish
from followthrough.governance.models import AddressBlock, ConsentEntry
from followthrough.governance.preferences import NOTHING, Seen
from followthrough.journeys.events import OptedOut
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.runs import advance
from followthrough.store import sql

ONE_CLICK = "one_click"
HEARD_BY_CARRIER = ("sms",)  # what is said there, a phone company hears as well, and keeps to


class Way(NamedTuple):
    """An address of theirs on one channel."""

    point: ContactPoint
    channel: str


@transaction.atomic
def choose(
    candidate_id: UUID,
    chosen: Callable[[Wish], Wish],
    *,
    choice: str,
    seen: Seen,
    at: datetime,
    reopen: Sequence[str] = (),
) -> Wish | None:
    """Let what `chosen` makes of the standing wish count from now on; returns it.

    Wanting nothing opts all their addresses out; on the channels in `reopen` they may be written
    to again, as far as it is for them to say so here. None: there is no such person.
    """
    _lock(candidate_id)
    candidate = preferences.lock(candidate_id)
    if candidate is None:
        return None
    said, before = _Said(candidate, seen, at), preferences.of(candidate_id)
    wish = preferences.record(
        candidate, chosen(before), choice=choice, seen=seen, actor=said.actor, at=at,
        anyway=bool(reopen),
    )  # fmt: skip
    if wish.wants == NOTHING:
        _opt_out(said, _ways(candidate))
    _reopen(said, reopen)
    _look_again(candidate_id, at)
    return wish


@transaction.atomic
def unsubscribe(point: ContactPoint, *, at: datetime) -> bool:
    """One click in a mail program (RFC 8058): the mail address is opted out. Returns whether it
    was open before: whoever clicks twice has clicked once."""
    _lock(point.candidate_id)
    candidate = preferences.lock(point.candidate_id)
    if candidate is None:
        return False
    return _opt_out(_Said(candidate, Seen(ONE_CLICK), at), [Way(point, "email")])


def start(candidate: Candidate, channel: str, *, at: datetime) -> None:
    """They wrote START: what they chose on their page does not keep this channel silent any more.
    In the caller's transaction, which has their applications locked."""
    preferences.lock(candidate.id)
    wish = preferences.unsilence(preferences.of(candidate.id), channel)
    if wish.wants == NOTHING:
        wish = preferences.everything(wish)
    said = _Said(candidate, Seen(channel), at)
    preferences.record(candidate, wish, choice="start", seen=said.seen, actor=said.actor, at=at)


class _Said(NamedTuple):
    """What somebody said, who, how and when."""

    candidate: Candidate
    seen: Seen
    at: datetime

    @property
    def actor(self) -> Actor:
        return Actor("candidate", str(self.candidate.id))

    @property
    def evidence(self) -> dict[str, str]:
        return {"shown": self.seen.digest} if self.seen.digest else {}


def _lock(candidate_id: UUID) -> None:
    """Applications first, as everywhere."""
    advance.lock(_concerned(candidate_id).values_list("id", flat=True))


def _concerned(candidate_id: UUID) -> QuerySet[Application]:
    """Their applications, and those of whoever shares an address with them."""
    keys = ContactPoint.objects.filter(candidate_id=candidate_id).exclude(address_key="")
    organization = Candidate.objects.filter(id=candidate_id).values("organization_id")
    sharing = ContactPoint.objects.filter(
        organization_id__in=organization, address_key__in=keys.values("address_key")
    )
    people = {candidate_id, *sharing.values_list("candidate_id", flat=True)}
    return Application.objects.filter(candidate_id__in=people).order_by("id")


def _ways(candidate: Candidate) -> list[Way]:
    points = ContactPoint.objects.filter(candidate_id=candidate.id).exclude(address_key="")
    ordered = points.order_by("position", "id")
    return [
        Way(one, channel)
        for one in ordered
        for channel, kind in CHANNEL_KIND.items()
        if one.kind == kind
    ]


def _opt_out(said: _Said, ways: Iterable[Way]) -> bool:
    """Block what is still open of them, in the ledger's way; returns whether anything was.

    One address that they alone use blocks their others too, so each is looked at when it is due.
    """
    closed = [way for way in ways if _close(said, way)]
    if closed:
        heard = [(one.id, OptedOut(at=said.at)) for one in _concerned(said.candidate.id)]
        advance.apply(heard, now=said.at, actor=said.actor)
    return bool(closed)


def _close(said: _Said, way: Way) -> bool:
    if _blocks(said.candidate, way.channel).filter(address_key=way.point.address_key).exists():
        return False
    return consent.opt_out(
        organization_id=said.candidate.organization_id,
        contact_point=way.point,
        channel=way.channel,
        basis=said.seen.source,
        source=said.seen.source,
        evidence=said.evidence,
        actor=said.actor,
        at=said.at,
    )


def _reopen(said: _Said, channels: Sequence[str]) -> None:
    """Fresh consent, for the addresses that the page named."""
    for way in _ways(said.candidate):
        if way.channel in channels and reopens(way):
            consent.opt_in(
                organization_id=said.candidate.organization_id,
                contact_point=way.point,
                channel=way.channel,
                basis=said.seen.source,
                source=said.seen.source,
                evidence=said.evidence,
                actor=said.actor,
                at=said.at,
            )


def reopens(way: Way) -> bool:
    """Whether it is for this person to open an address again, on a page: not what somebody else
    on it closed, nor what their phone company keeps closed until they text START."""
    return not (at_carrier(way) or _closed_by_another(way))


def at_carrier(way: Way) -> bool:
    """Whether the last that was said of the address, where a phone company heard it, was STOP."""
    if way.channel not in HEARD_BY_CARRIER:
        return False
    said = _entries(way).filter(source=way.channel)
    last = said.order_by("-at", "-id").values_list("state", flat=True).first()
    return last == ConsentEntry.State.REVOKED


def _closed_by_another(way: Way) -> bool:
    blocks = AddressBlock.objects.filter(
        organization_id=way.point.organization_id, address_key=way.point.address_key,
        channel=way.channel, lifted_at=None,
    )  # fmt: skip
    entries = _entries(way).filter(id__in=blocks.values("entry_id"))
    return entries.exclude(candidate_id=way.point.candidate_id).exists()


def _entries(way: Way) -> QuerySet[ConsentEntry]:
    return ConsentEntry.objects.filter(
        organization_id=way.point.organization_id, address_key=way.point.address_key
    )


def _blocks(candidate: Candidate, channel: str) -> QuerySet[AddressBlock]:
    return AddressBlock.objects.filter(
        organization_id=candidate.organization_id, channel=channel, lifted_at=None
    )


# Found by their runs; what a member or the service wrote is never held for a pause. With its new
# time it is decided anew: still held, if the pause only became shorter.
_LOOK_AGAIN = """
UPDATE messaging_touch t SET due_at = %(now)s
FROM journeys_run r JOIN people_application a ON a.id = r.application_id
WHERE a.candidate_id = %(candidate)s AND t.run_id = r.id
  AND t.state = 'planned' AND t.held_for = 'paused'
RETURNING pg_notify(%(wake)s, t.shard::text)
"""


def _look_again(candidate_id: UUID, now: datetime) -> None:
    sql.rows(_LOOK_AGAIN, {"candidate": candidate_id, "now": now, "wake": sql.WAKE})
