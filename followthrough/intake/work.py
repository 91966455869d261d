"""Working off what arrived: a shard's raw events become mirrored applications and what follows.

A batch is one transaction: rows locked, applications mirrored, the engine told, rows marked as
done. When a batch fails it is done again one by one, so that a row that cannot be worked off is
put off, and in the end parked, without holding up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from psycopg.errors import UniqueViolation

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.channels import registry as channels
from followthrough.channels.contract import ChannelEvent, Inbound
from followthrough.channels.models import Sender
from followthrough.core import clock
from followthrough.governance import consent
from followthrough.intake import anchors, aside, consents, fetching, happened, links, mappings, raw
from followthrough.intake.ats import registry
from followthrough.intake.ats.calls import PACE
from followthrough.intake.ats.contract import AHEAD, Hint
from followthrough.intake.ats.generic.document import BadSnapshot
from followthrough.intake.fetching import Fetched, Later, Wanted
from followthrough.intake.looking import Group, Ready, look, snapshots
from followthrough.intake.raw import Raw
from followthrough.journeys.events import AnchorMoved, StageChanged
from followthrough.people import mirror
from followthrough.people.mirror import Applied, Changed, Grant
from followthrough.people.models import Connection
from followthrough.people.snapshots import ConsentPart, Snapshot
from followthrough.runs import advance, delivery, inbound, matching
from followthrough.runs.burst import bursts
from followthrough.runs.burst.bursts import Cause
from followthrough.runs.engine import Held, shard_loop
from followthrough.store import sql

log = logging.getLogger(__name__)


class Hinted(NamedTuple):
    """A raw event and the applications it is about."""

    raw: Raw
    connection: Connection
    hints: Sequence[Hint]

    @property
    def happened(self) -> bool:
        """Whether it is an event of the organization's own, and says nothing else."""
        return any(hint.happened for hint in self.hints)


class FromTheFuture(BadSnapshot):
    """A snapshot that would make every true one after it look old."""


@shard_loop(order=10)
def work(held: Held) -> int:
    """Work off the next raw events and return how many were settled or put off.

    Safe without the epochs: a row is locked and looked at again before anything is made of it.
    """
    due = raw.due(list(held), resting=PACE.resting())
    return _from_ats([one for one in due if one.kind == "ats"]) + _from_channels(
        [one for one in due if one.kind == "channel"]
    )


# --- from an ATS -------------------------------------------------------------------------------


def _from_ats(events: Sequence[Raw]) -> int:
    if not events:
        return 0
    connections = links.kept({event.source_id: event.source_row for event in events})
    read = [one for event in events if (one := _hinted(event, connections))]
    happened.hear([_told_of(one) for one in read if one.happened])
    hinted = [one for one in read if not one.happened]
    fetched = fetching.fetch(_wanted(hinted), connections)
    ready = [found for each in hinted if (found := _ready(each, fetched))]
    later = sum(_is_put_off_silently(each, fetched) for each in hinted)
    if ready:
        _apply_or_isolate(ready)
        links.note_event({one.connection.id for one in ready}, now=clock.now())
    return len(events) - later


def _hinted(event: Raw, connections: dict[UUID, Connection]) -> Hinted | None:
    """What the event is about; one that cannot be read is parked."""
    try:
        connection = connections[event.source_id]
        return Hinted(event, connection, _hints(event, connection))
    except Exception as problem:
        aside.put(event, problem)
        return None


def _told_of(one: Hinted) -> happened.Told:
    return happened.Told(one.raw, one.connection, one.hints[0])


def _hints(event: Raw, connection: Connection) -> Sequence[Hint]:
    return registry.adapter(connection.kind).hints(event.headers, event.body)


def _wanted(hinted: Sequence[Hinted]) -> Iterator[Wanted]:
    for one in hinted:
        for hint in one.hints:
            if hint.snapshot is None:
                yield Wanted(one.connection.id, hint.external_id)


def _ready(one: Hinted, fetched: Fetched) -> Ready | None:
    """The event with its snapshots, or None when one of them is missing (it is put off)."""
    found = [_snapshot(one.connection, hint, fetched) for hint in one.hints]
    problem = next((each for each in found if isinstance(each, Exception)), None)
    if problem is None:
        return Ready(one.raw, one.connection, tuple(found))  # type: ignore[arg-type]
    if not isinstance(problem, Later):
        aside.put(one.raw, problem)
    return None


def _is_put_off_silently(one: Hinted, fetched: Fetched) -> bool:
    """Whether the event just waits for its turn to be fetched: not counted as work done."""
    wanted = [Wanted(one.connection.id, hint.external_id) for hint in one.hints]
    return any(isinstance(fetched.get(each), Later) for each in wanted)


def _snapshot(connection: Connection, hint: Hint, fetched: Fetched) -> Snapshot | Exception:
    found = hint.snapshot or fetched[Wanted(connection.id, hint.external_id)]
    if isinstance(found, Snapshot) and found.updated_at > clock.now() + AHEAD:
        return FromTheFuture(
            "application.updated_at",
            reason="lies more than a day in the future.",
            remedy="Set the source's clock, then send the application again.",
        )
    return _mapped(connection, found) if isinstance(found, Snapshot) else found


def _mapped(connection: Connection, snapshot: Snapshot) -> Snapshot | Exception:
    """The snapshot with what the connection's mappings make of its fields."""
    try:
        return anchors.mapped(connection, consents.mapped(connection, snapshot))
    except mappings.BadMapping as problem:
        return problem


def _apply_or_isolate(ready: Sequence[Ready]) -> None:
    """Apply all of them, or, when that fails, each by itself."""
    try:
        _apply_or_repeat(ready)
    except Exception as problem:
        aside.check_database(problem)
        if len(ready) == 1:
            aside.put(ready[0].raw, problem)
            return
        log.warning("A batch of %s raw events failed and is done one by one", len(ready))
        for one in ready:
            _apply_or_isolate([one])


def _apply_or_repeat(ready: Sequence[Ready]) -> None:
    """Apply all of them; once more where another worker added the same candidate or application
    at the same moment: now they are there to be found."""
    try:
        apply(ready, now=clock.now())
    except UniqueViolation:
        apply(ready, now=clock.now())


def apply(ready: Sequence[Ready], *, now: datetime) -> None:
    """Mirror, tell the engine, and mark as done: all of it, or nothing.

    Everything needed is read in one round trip; what is written travels together in another.
    """
    with sql.committing(), facts.gathering():
        waiting, groups = look(ready, now)
        outcomes = dict.fromkeys(waiting, "nothing about an application")
        for group in groups:
            applied = _mirror(group, now)
            _follow(group, applied, now)
            _wake(group.ready, applied)
            outcomes |= _outcomes(group.ready, applied)
        raw.done(outcomes)


def _mirror(group: Group, now: datetime) -> Applied:
    return mirror.apply(
        group.ready[0].connection,
        snapshots(group.ready),
        now=now,
        raw_event_ids=[one.raw.id for one in group.ready for _ in one.snapshots],
        stored=group.stored,
    )


def _follow(group: Group, applied: Applied, now: datetime) -> None:
    """What follows from what changed: journeys go on, and consent is recorded."""
    connection = group.ready[0].connection
    changes = [(change.application_id, _event(change)) for change in applied.changes]
    known = advance.Known(applied.subjects, group.runs, group.rules, group.watch)
    actor = Actor("ats", str(connection.id))
    cause = Cause(bursts.CONNECTION, connection.id, done=len(group.ready), left=group.left)
    advance.apply(changes, now=now, actor=actor, known=known, cause=cause)
    entries = [_entry(grant, actor) for grant in applied.grants]
    texts = [(grant.organization_id, grant.said.text) for grant in applied.grants]
    consent.keep_texts(texts, at=now)
    consent.record_all(entries, of_new=applied.new_people)
    matching.after(connection, applied, now=now)


def _wake(ready: Sequence[Ready], applied: Applied) -> None:
    """A bare hint waits in another shard than its candidate's, whose worker may be asleep."""
    shards = {applied.subjects[change.application_id].shard for change in applied.changes}
    sql.wake(*(shards - {one.raw.shard for one in ready}))


def _event(change: Changed) -> StageChanged | AnchorMoved:
    if change.kind == "stage":
        assert change.at is not None  # a stage has always been entered at some time
        return StageChanged(to=change.name, at=change.at)
    return AnchorMoved(name=change.name, at=change.at, sequence=change.sequence)


def _entry(grant: Grant, ats: Actor) -> consent.Entry:
    said = grant.said
    evidence = {"connection": ats.id, "text": consent.hash_of(said.text)}
    return consent.Entry(
        organization_id=grant.organization_id,
        candidate_id=grant.candidate_id,
        contact_point_id=grant.contact_point_id,
        address_key=grant.address_key,
        channel=said.channel,
        state=consent.GRANTED if said.granted else consent.REVOKED,
        basis=said.form,
        source="ats",
        evidence=evidence | _of_field(said),
        actor=ats,
        at=said.at,
        purpose=said.purpose,
        scope=said.scope,
    )


def _of_field(said: ConsentPart) -> dict[str, str | bool]:
    return {"field": said.ats_field, "timed": said.timed} if said.ats_field else {}


def _outcomes(ready: Sequence[Ready], applied: Applied) -> dict[UUID, str]:
    """A few words for each raw event, from those for its snapshots."""
    words = iter(applied.outcomes)
    said = {one.raw.id: "; ".join(next(words) for _ in one.snapshots) for one in ready}
    return {event_id: outcome for event_id, outcome in said.items() if outcome}


# --- from a messaging provider -----------------------------------------------------------------


class Told(NamedTuple):
    """A raw event of a provider with what it says."""

    raw: Raw
    sender: Sender
    said: Sequence[ChannelEvent]


def _from_channels(events: Sequence[Raw]) -> int:
    """What a candidate wrote may touch several applications: each in a transaction of its own. So
    is what did not arrive; that messages did is noted together, as far as it came in one go."""
    if not events:
        return 0
    wanted = {event.source_id for event in events}
    senders = Sender.objects.select_related("organization").in_bulk(wanted)
    told = [found for event in events if (found := _told(event, senders))]
    for arrived, group in groupby(told, key=_is_arrival):
        (_note_or_isolate if arrived else _hear_all)(list(group))
    return len(events)


def _told(event: Raw, senders: dict[UUID, Sender]) -> Told | None:
    """What the event says; one that cannot be read is set aside."""
    try:
        sender = senders[event.source_id]
        said = channels.adapter(sender.adapter).parse(event.headers, event.body)
        return Told(event, sender, said)
    except Exception as problem:
        aside.put(event, problem)
        return None


def _is_arrival(told: Told) -> bool:
    """Whether it says that one message arrived, and nothing else."""
    return len(told.said) == 1 and getattr(told.said[0], "status", "") == "delivered"


def _note_or_isolate(told: Sequence[Told]) -> None:
    """Note all of them, or, when that fails, each by itself."""
    try:
        _note(told, now=clock.now())
    except Exception as problem:
        aside.check_database(problem)
        log.warning("A batch of %s reports failed and is done one by one", len(told))
        _hear_all(told)


@transaction.atomic
def _note(told: Sequence[Told], *, now: datetime) -> None:
    waiting = raw.locked([one.raw.id for one in told]).answer()
    ours = [one for one in told if one.raw.id in waiting]
    said = delivery.arrived([(one.sender, one.said[0]) for one in ours], now=now)
    raw.done({one.raw.id: words for one, words in zip(ours, said, strict=True)})


def _hear_all(told: Iterable[Told]) -> None:
    for one in told:
        try:
            _hear(one, now=clock.now())
        except Exception as problem:
            aside.check_database(problem)
            aside.put(one.raw, problem)


@transaction.atomic
def _hear(told: Told, *, now: datetime) -> None:
    event, sender = told.raw, told.sender
    if not raw.locked([event.id]).answer():
        return
    said = [
        inbound.received(sender, one, raw_event_id=event.id, now=now, arrived_at=event.received_at)
        if isinstance(one, Inbound)
        else delivery.delivered(sender, one, now=now)
        for one in told.said
    ]
    raw.done({event.id: "; ".join(filter(None, said)) or "nothing of ours"})
