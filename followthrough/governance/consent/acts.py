"""What people ask for: to stop, to begin again, to stop less; and what follows for the blocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.audit.facts import Actor
from followthrough.governance import standing
from followthrough.governance.consent import blocks
from followthrough.governance.consent.blocks import Block
from followthrough.governance.consent.entries import (
    EVERY_CHANNEL,
    GRANTED,
    LIFTED,
    REVOKED,
    Entry,
    add,
)
from followthrough.governance.models import ConsentEntry
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import ContactPoint


class Opted(NamedTuple):
    """What came of an opt-out: the entries, and the addresses and channels that were open before.
    True where any was."""

    entries: Sequence[UUID]
    closed: Collection[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.closed)


class _Place(NamedTuple):
    """An address. `personal`: others use it as well, and nothing was said by it: what is said of
    it binds one person there."""

    kind: str
    address_key: str
    contact_point_id: UUID | None
    candidate_id: UUID | None
    personal: bool = False


def _place(point: ContactPoint, *, personal: bool = False) -> _Place:
    return _Place(point.kind, point.address_key, point.id, point.candidate_id, personal)


@transaction.atomic
def opt_out(
    *,
    organization_id: UUID,
    contact_point: ContactPoint | None,
    channel: str,
    basis: str,
    source: str,
    evidence: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    address_key: str = "",
    only_here: bool = False,
    purpose: str = "",
    scope: Mapping[str, str] | None = None,
) -> bool:
    """Block the address, for everyone on it and on every channel it serves.

    Where one person alone uses it, it is that person's wish altogether, at all their addresses
    (where others use one of those, it binds that person there), unless `only_here` says that it is
    about this address on this channel. `channel` is the one they said it on. Without a contact
    point `address_key` is the address of someone we do not know, who is heard all the same. With
    a `purpose` or a `scope` it is that person's wish for less: nothing is blocked, and the gate
    goes by it. Returns whether the address was open on that channel before.
    """
    if contact_point is None:
        places = _unknown(address_key, channel)
    else:
        places = [_place(contact_point)] if only_here else _places(contact_point)
    said = _Said(organization_id, basis, source, {**evidence, "said_on": channel}, actor, at)
    only = channel if only_here else EVERY_CHANNEL
    made = _refuse(said, places, only, purpose=purpose, scope=scope or {})
    return bool(places) and (places[0].address_key, channel) in made.closed


@transaction.atomic
def opt_out_person(
    candidate_id: UUID,
    *,
    organization_id: UUID,
    channels: Sequence[str] = (),
    basis: str,
    source: str,
    evidence: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    purpose: str = "",
    scope: Mapping[str, str] | None = None,
) -> Opted:
    """A person asked for silence in a way that came by none of their addresses (by phone, in
    person, by letter): nothing goes to any of their addresses any more, or to what serves these
    `channels`. Where others use one, it binds this person alone there."""
    places = [
        place
        for place in _all_of(candidate_id)
        if not channels or any(CHANNEL_KIND[one] == place.kind for one in channels)
    ]
    said = _Said(organization_id, basis, source, evidence, actor, at)
    opted = [
        _refuse(said, places, one, purpose=purpose, scope=scope or {})
        for one in channels or [EVERY_CHANNEL]
    ]
    return Opted(
        [entry for one in opted for entry in one.entries],
        {where for one in opted for where in one.closed},
    )


class _Said(NamedTuple):
    """Who said something, how and when."""

    organization_id: UUID
    basis: str
    source: str
    evidence: Mapping[str, Any]
    actor: Actor
    at: datetime

    def entry(self, place: _Place, channel: str, state: str, **more: Any) -> Entry:
        return Entry(
            self.organization_id, place.candidate_id, place.contact_point_id, place.address_key,
            channel, state, self.basis, self.source, self.evidence, self.actor, self.at,
            personal=place.personal, **more,
        )  # fmt: skip


def _refuse(
    said: _Said, places: Sequence[_Place], channel: str, *, purpose: str, scope: Mapping[str, str]
) -> Opted:
    fitting = [one for one in places if channel in (EVERY_CHANNEL, *_channels(one.kind))]
    alone = set() if purpose or scope else _newly_personal(said, fitting, channel)
    made = add([said.entry(one, channel, REVOKED, purpose=purpose, scope=scope) for one in fitting])
    if purpose or scope:
        return Opted(made, set())
    wanted = [
        Block(
            said.organization_id, place.address_key, one, entry_id, said.at,
            standing.at_carrier(said.basis, said.source, one),
        )
        for place, entry_id in zip(fitting, made, strict=True)
        for one in ([channel] if channel else _channels(place.kind))
        if not place.personal
    ]  # fmt: skip
    closed = blocks.put([one for one in wanted if not blocks.is_overtaken(one)])
    return Opted(made, closed | alone)


def _newly_personal(said: _Said, places: Sequence[_Place], channel: str) -> set[tuple[str, str]]:
    """Where a refusal of this person alone is new, by address key and channel."""
    return {
        (place.address_key, one)
        for place in places
        if place.personal and place.candidate_id
        for one in ([channel] if channel else _channels(place.kind))
        if not blocks.refused(said.organization_id, place.address_key, one, place.candidate_id)
    }


def _unknown(address_key: str, channel: str) -> list[_Place]:
    return [_Place(CHANNEL_KIND[channel], address_key, None, None)] if address_key else []


def _places(point: ContactPoint) -> list[_Place]:
    """The address, and where one person alone uses it all the other addresses of that person."""
    if is_shared(point):
        return [_place(point)]
    others = [one for one in _all_of(point.candidate_id) if one.address_key != point.address_key]
    return [_place(point), *others]


def is_shared(point: ContactPoint) -> bool:
    """Whether others use this address as well, now."""
    same = ContactPoint.objects.filter(
        organization_id=point.organization_id, address_key=point.address_key
    ).exclude(unusable_reason__in=ContactPoint.NOT_THEIRS)
    return same.exclude(candidate_id=point.candidate_id).exists()


def _all_of(candidate_id: UUID) -> list[_Place]:
    """Every address of a person, once; not those that are a stranger's, or may be by now."""
    theirs = ContactPoint.objects.filter(candidate_id=candidate_id).exclude(address_key="")
    ours = theirs.exclude(unusable_reason__in=ContactPoint.NOT_THEIRS).order_by(
        "address_key", "-id"
    )
    each = {one.address_key: one for one in ours}.values()
    return [_place(one, personal=is_shared(one)) for one in each]


def _channels(kind: str) -> list[str]:
    return [channel for channel, needed in CHANNEL_KIND.items() if needed == kind]


# --- to begin again ------------------------------------------------------------------------------


@transaction.atomic
def opt_in(
    *,
    organization_id: UUID,
    contact_point: ContactPoint,
    channel: str,
    basis: str,
    source: str,
    evidence: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> bool:
    """START: lift the block of this address on this channel, and of nothing else.

    What the carrier knows goes with it: it heard the same word. A STOP that was written later, and
    only came in earlier, stands. Returns whether a block was lifted.
    """
    place = _place(contact_point)
    found = blocks.standing(organization_id, place.address_key, channel)
    known = {"lifted": str(found.entry_id), "at_carrier": found.at_carrier} if found else {}
    said = _Said(organization_id, basis, source, {**evidence, **known}, actor, at)
    (entry_id,) = add([said.entry(place, channel, GRANTED)])
    return channel in blocks.settle(organization_id, place.address_key, by=entry_id, at=at)


@transaction.atomic
def allow(
    *,
    organization_id: UUID,
    contact_point: ContactPoint,
    channel: str,
    source: str,
    evidence: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> bool:
    """Fresh consent on a form that named the address (`form_with_number`).

    It lifts this person's own opt-out of this address on this channel; not one that the carrier
    knows of, nor that of somebody else on the address. Returns whether a block was lifted.
    """
    said = _Said(organization_id, standing.FORM, source, evidence, actor, at)
    (entry_id,) = add([said.entry(_place(contact_point), channel, GRANTED)])
    lifted = blocks.settle(organization_id, contact_point.address_key, by=entry_id, at=at)
    return channel in lifted


# --- to take back --------------------------------------------------------------------------------


@transaction.atomic
def take_back(
    entry_ids: Sequence[UUID],
    *,
    basis: str,
    source: str,
    evidence: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> int:
    """Take entries back by name: opt-outs with the blocks that they set, where nothing else stands
    there; grants, and what they had lifted stands again. Returns how many were. (One that is taken
    back twice is taken back.)"""
    entries = ConsentEntry.objects.filter(id__in=entry_ids).exclude(state=LIFTED).order_by("id")
    found = list(entries.exclude(id__in=_taken_back(entry_ids)))
    made = add([
        Entry(
            one.organization_id, one.candidate_id, one.contact_point_id, one.address_key,
            one.channel, LIFTED, basis, source, evidence, actor, at, one.purpose, one.scope, one.id,
            one.personal,
        )
        for one in found
    ])  # fmt: skip
    for one, entry_id in zip(found, made, strict=True):
        if one.state == GRANTED:
            blocks.put_back(one.organization_id, one.address_key, one.channel)
        else:
            blocks.settle(one.organization_id, one.address_key, by=entry_id, at=at)
    return len(found)


def _taken_back(entry_ids: Sequence[UUID]) -> list[UUID]:
    lifting = ConsentEntry.objects.filter(state=LIFTED, lifts_id__in=entry_ids)
    return [one for one in lifting.values_list("lifts_id", flat=True) if one]


# --- a stranger's number -------------------------------------------------------------------------


@transaction.atomic
def forget_number(
    point: ContactPoint, *, source: str, evidence: Mapping[str, Any], actor: Actor, at: datetime
) -> bool:
    """A stranger says that this is not the candidate's number: it is blocked for everyone, and is
    no longer an address of the candidate's. Returns whether it was open before."""
    said = _Said(point.organization_id, "wrong_number", source, evidence, actor, at)
    place = _place(point)._replace(candidate_id=None)
    opted = _refuse(said, [place], EVERY_CHANNEL, purpose="", scope={})
    ContactPoint.objects.filter(
        organization_id=point.organization_id,
        address_key=point.address_key,
        candidate_id=point.candidate_id,
    ).update(usable=False, unusable_reason=ContactPoint.WRONG_NUMBER)
    return bool(opted)
