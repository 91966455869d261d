"""What a candidate chose on their page, or with one click in a mail, and what follows from it.

Each is one transaction: what they chose, the opt-outs or consents that go with it, what their runs
hear, and what waited for a pause that is over now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from followthrough.audit.facts import Actor
from followthrough.governance import consent, preferences
from followthrough.governance.decisions import Wish
from followthrough.governance.models import AddressBlock, ConsentEntry
from followthrough.governance.preferences import NOTHING, Seen
from followthrough.governance.standing import ATS
from followthrough.journeys.events import OptedOut
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate, ContactPoint
from followthrough.runs import advance
from followthrough.store import sql

ONE_CLICK = "one_click"
TAKEN_BACK = "taken_back"


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
    undoes: int = 0,
    hear: UUID | None = None,
) -> Wish | None:
    """Let what `chosen` makes of the standing wish count from now on; returns it.

    Wanting nothing opts all their addresses out; on the channels in `reopen` they may be written
    to again, as far as it is for them to say so here. `undoes` is the number of a choice whose
    opt-outs and consents are taken back, and nothing else; `hear` an application of theirs about
    which they take back that they wanted to hear nothing. None: there is no such person.
    """
    _lock(candidate_id)
    candidate = preferences.lock(candidate_id)
    if candidate is None:
        return None
    before, actor = preferences.of(candidate_id), Actor("candidate", str(candidate_id))
    wish = preferences.record(
        candidate, chosen(before), choice=choice, seen=seen, actor=actor, at=at,
        anyway=bool(reopen or hear),
    )  # fmt: skip
    said = _Said(candidate, seen, at, wish.number)
    if wish.wants == NOTHING:
        _stop(said)
    _reopen(said, reopen)
    if hear:
        _hear_again(said, hear)
    if undoes and before.number == undoes:
        _take_back(said, undoes)
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
    return _opt_out(_Said(candidate, Seen(ONE_CLICK), at), Way(point, "email"))


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
    """What somebody said, who, how and when; `number` is that of their choice."""

    candidate: Candidate
    seen: Seen
    at: datetime
    number: int = 0

    @property
    def actor(self) -> Actor:
        return Actor("candidate", str(self.candidate.id))

    @property
    def evidence(self) -> dict[str, Any]:
        shown = {"text": self.seen.digest} if self.seen.digest else {}
        return shown | ({"choice": self.number} if self.number else {})


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
    theirs = points.exclude(unusable_reason__in=ContactPoint.NOT_THEIRS)
    ordered = theirs.order_by("position", "id")
    return [
        Way(one, channel)
        for one in ordered
        for channel, kind in CHANNEL_KIND.items()
        if one.kind == kind
    ]


def _stop(said: _Said) -> None:
    """All their addresses are blocked."""
    candidate = said.candidate
    opted = consent.opt_out_person(candidate.id, **_told(said))
    if opted:
        _tell_runs(said)


def _opt_out(said: _Said, way: Way) -> bool:
    """Close an address; returns whether it was open. Where it is closed for another reason, this
    one stands beside it: taking back the other opens nothing. The same click twice is one."""
    point = way.point
    about = point.organization_id, point.address_key, way.channel, point.candidate_id
    if consent.refused_by(*about, source=said.seen.source):
        return False
    closed = consent.opt_out(contact_point=way.point, channel=way.channel, **_told(said))
    if closed:
        _tell_runs(said)
    return closed


def _tell_runs(said: _Said) -> None:
    heard = [(one.id, OptedOut(at=said.at)) for one in _concerned(said.candidate.id)]
    advance.apply(heard, now=said.at, actor=said.actor)


def _told(said: _Said) -> dict[str, Any]:
    """What the ledger is told of it."""
    return {
        "organization_id": said.candidate.organization_id,
        "basis": said.seen.source,
        "source": said.seen.source,
        "evidence": said.evidence,
        "actor": said.actor,
        "at": said.at,
    }


def _reopen(said: _Said, channels: Sequence[str]) -> None:
    """Fresh consent, for the addresses that the page named."""
    for way in _ways(said.candidate):
        if way.channel in channels and reopens(way):
            consent.allow(
                contact_point=way.point,
                channel=way.channel,
                **{name: value for name, value in _told(said).items() if name != "basis"},
            )


def _hear_again(said: _Said, application_id: UUID) -> None:
    """Their refusals of messages about this opening, by name; not what the ATS says of it."""
    theirs = Application.objects.filter(id=application_id, candidate_id=said.candidate.id)
    opening = theirs.values_list("requisition__external_id", flat=True).first()
    refused = ConsentEntry.objects.filter(
        organization_id=said.candidate.organization_id, candidate_id=said.candidate.id,
        state=ConsentEntry.State.REVOKED, scope__requisition=opening,
    ).exclude(source=ATS)  # fmt: skip
    _lift(said, refused)


def _take_back(said: _Said, number: int) -> None:
    """What a choice of theirs wrote in the ledger, by name: what was closed before is closed, and
    what was open is open."""
    candidate = said.candidate
    theirs = ConsentEntry.objects.filter(
        organization_id=candidate.organization_id, candidate_id=candidate.id,
        evidence__choice=number,
    )  # fmt: skip
    _lift(said, theirs)


def _lift(said: _Said, entries: QuerySet[ConsentEntry]) -> None:
    told = {name: value for name, value in _told(said).items() if name != "organization_id"}
    consent.take_back(list(entries.values_list("id", flat=True)), **{**told, "basis": TAKEN_BACK})


def reopens(way: Way) -> bool:
    """Whether it is for this person to open an address again, on a page: not what somebody else
    on it closed, nor what their phone company keeps closed until they text START."""
    return not (at_carrier(way) or _closed_by_another(way))


def at_carrier(way: Way) -> bool:
    """Whether a phone company knows of the opt-out too, and keeps to it until they text START."""
    return any(block.at_carrier for block in _standing(way))


def _closed_by_another(way: Way) -> bool:
    entries = ConsentEntry.objects.filter(id__in=[block.entry_id for block in _standing(way)])
    return entries.exclude(candidate_id=way.point.candidate_id).exists()


def _standing(way: Way) -> list[AddressBlock]:
    found = consent.standing(way.point.organization_id, way.point.address_key, way.channel)
    return [found] if found else []


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
