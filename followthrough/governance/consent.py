"""The consent ledger and the blocked addresses: what may be sent where, and who said so when.

Entries are only ever added. A grant binds one person and one address; an opt-out binds the
address, for everyone on it. Only the person's own START lifts a block: neither a new application
nor anything else the ATS says does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core.ids import uuid7, uuid7s
from followthrough.governance.decisions import Consent
from followthrough.governance.models import AddressBlock, ConsentEntry
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import ContactPoint
from followthrough.store import sql

GRANTED, REVOKED = ConsentEntry.State.GRANTED.value, ConsentEntry.State.REVOKED.value
EVERY_CHANNEL = ""
NOBODY: frozenset[UUID] = frozenset()

Said = TypeVar("Said")

# By organization, then by address key and channel.
Ledger = dict[UUID, dict[tuple[str, str], Said]]


class Entry(NamedTuple):
    """One entry to add. `channel` '' means every channel of the address; `evidence` is ids and
    hashes (the message, the form as it was shown), never texts."""

    organization_id: UUID
    candidate_id: UUID | None
    contact_point_id: UUID | None
    address_key: str
    channel: str
    state: str
    basis: str
    source: str
    evidence: Mapping[str, Any]
    actor: Actor
    at: datetime
    purpose: str = ""
    scope: Mapping[str, Any] = {}


# An address's key tells addresses apart; its organization hardly ever does. So it stands first,
# here and in the index: what is sorted and compared is mostly decided by its first bytes.
_GIVEN = "unnest(%s::uuid[], %s::text[]) AS k(org, key)"
_OF_PEOPLE = """(
  SELECT DISTINCT address_key, organization_id FROM people_contactpoint
  WHERE candidate_id = ANY(%s) AND address_key <> '') AS k(key, org)"""

# The newest word of each person about each address and channel.
_STANDING = """
SELECT DISTINCT ON (e.address_key, e.organization_id, e.channel, e.candidate_id)
       e.organization_id, e.address_key, e.channel, e.candidate_id, e.state, e.basis, e.at,
       e.id::text
FROM governance_consententry e
JOIN {keys} ON e.organization_id = k.org AND e.address_key = k.key
ORDER BY e.address_key, e.organization_id, e.channel, e.candidate_id, e.at DESC, e.id DESC
"""
_STANDING_GIVEN, _STANDING_OF_PEOPLE = (_STANDING.format(keys=k) for k in (_GIVEN, _OF_PEOPLE))
_BLOCKS_OF_PEOPLE = f"""
SELECT b.organization_id, b.address_key, b.channel, b.since FROM governance_addressblock b
JOIN {_OF_PEOPLE} ON b.organization_id = k.org AND b.address_key = k.key
WHERE b.lifted_at IS NULL
"""  # noqa: S608


class _Word(NamedTuple):
    organization_id: UUID
    address_key: str
    channel: str
    candidate_id: UUID | None
    state: str
    basis: str
    at: datetime
    id: str


def of_people(candidate_ids: Sequence[UUID]) -> sql.Question[Ledger[Consent]]:
    """What does the ledger say now about each address of these people, on each channel?"""
    return sql.Question(_STANDING_OF_PEOPLE, (list(candidate_ids),), _consents)


def blocks_of_people(candidate_ids: Sequence[UUID]) -> sql.Question[Ledger[datetime]]:
    """Which addresses of these people are blocked, on which channel, and since when?"""
    return sql.Question(_BLOCKS_OF_PEOPLE, (list(candidate_ids),), _blocks)


def _blocks(found: Sequence[tuple]) -> Ledger[datetime]:
    blocks: Ledger[datetime] = defaultdict(dict)
    for org, key, channel, since in found:
        blocks[org][key, channel] = since
    return blocks


def _consents(found: Sequence[tuple]) -> Ledger[Consent]:
    """One consent for each address and channel, from the newest word of each person about it."""
    return {
        org: {key: _consent(words) for key, words in _about_each(said).items()}
        for org, said in sql.by_key(found).items()
    }


def _about_each(said: Iterable[tuple]) -> dict[tuple[str, str], list[_Word]]:
    """What was said about each address and channel."""
    found: dict[tuple[str, str], list[_Word]] = defaultdict(list)
    for word in map(_Word._make, said):
        for channel in CHANNEL_KIND if word.channel == EVERY_CHANNEL else (word.channel,):
            found[word.address_key, channel].append(word)
    return found


def _when(word: _Word) -> tuple[datetime, str]:
    return word.at, word.id


def _consent(words: Sequence[_Word]) -> Consent:
    """One consent from what was said of an address and channel: any grant stands, for those who
    gave it. Blocks are what stops everyone."""
    if len(words) > 1:
        return _consent_of_several(words)
    _, _, _, candidate_id, state, basis, at, entry_id = words[0]
    named = state == GRANTED and candidate_id is not None
    return Consent(state, basis, at, entry_id, frozenset((candidate_id,)) if named else NOBODY)


def _consent_of_several(words: Sequence[_Word]) -> Consent:
    newest = {word.candidate_id: word for word in sorted(words, key=_when)}
    grants = [word for word in newest.values() if word.state == GRANTED]
    decisive = max(grants or newest.values(), key=_when)
    people = frozenset(word.candidate_id for word in grants)
    named = people if None not in people else NOBODY
    return Consent(decisive.state, decisive.basis, decisive.at, decisive.id, named)


def record_all(entries: Sequence[Entry], *, of_new: Collection[UUID] = ()) -> int:
    """Add entries to the ledger, those left out that only repeat what is known; never lifts a
    block. Returns how many were added. `of_new` are candidates the ledger cannot know yet."""
    looked_up = [one for one in entries if one.candidate_id not in of_new]
    known = _known([(entry.organization_id, entry.address_key) for entry in looked_up])
    new = {(_about(entry), _said(entry)): entry for entry in entries}
    new = {key: entry for key, entry in new.items() if known.get(key[0]) != key[1]}
    _add(list(new.values()))
    return len(new)


def _known(pairs: Sequence[tuple[UUID, str]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    if not pairs:
        return {}
    found = sql.rows(_STANDING_GIVEN, sql.columns(sorted(set(pairs)), 2))
    words = [_Word(*row) for row in found]
    return {
        (word.organization_id, word.address_key, word.channel, word.candidate_id): _said(word)
        for word in words
    }


def _about(entry: Entry) -> tuple[Any, ...]:
    return entry.organization_id, entry.address_key, entry.channel, entry.candidate_id


def _said(one: Entry | _Word) -> tuple[Any, ...]:
    return one.state, one.basis, one.at


_ADD = """
INSERT INTO governance_consententry (id, organization_id, candidate_id, contact_point_id,
    address_key, channel, state, basis, source, evidence, actor_kind, actor_id, at, purpose, scope)
SELECT id, org, candidate, point, key, channel, state, basis, source, evidence::jsonb, actor_kind,
    actor_id, at, purpose, scope::jsonb
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
    %s::text[])
  AS e(id, org, candidate, point, key, channel, state, basis, source, evidence, actor_kind,
    actor_id, at, purpose, scope)
"""


def _add(entries: Sequence[Entry]) -> list[UUID]:
    """Add entries, each with a fact, and return their keys in the same order."""
    ids = uuid7s(len(entries))
    records = [_row(key, entry) for key, entry in zip(ids, entries, strict=True)]
    if records:
        sql.send(_ADD, sql.columns(records, 15))
    facts.record_all([_fact(key, entry) for key, entry in zip(ids, entries, strict=True)])
    return ids


def _fact(key: UUID, entry: Entry) -> facts.FactRow:
    return facts.FactRow(
        entry.organization_id,
        entry.actor,
        "granted_consent" if entry.state == GRANTED else "revoked_consent",
        "consent",
        key,
        {"channel": entry.channel, "basis": entry.basis, "source": entry.source},
        entry.at,
    )


def _row(key: UUID, entry: Entry) -> tuple[Any, ...]:
    evidence, scope = sql.jsonb_texts([entry.evidence, entry.scope])
    return (key, *entry[:8], evidence, *entry.actor, entry.at, entry.purpose, scope)


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
) -> bool:
    """Block the address, for everyone on it and on every channel it serves.

    Where one person alone uses it, it is that person's wish altogether: all their addresses are
    blocked. `channel` is the one they said it on. Without a contact point `address_key` is the
    address of someone we do not know, who is heard all the same. Returns whether the address was
    open on that channel before.
    """
    places = _places(contact_point) if contact_point else _unknown(address_key, channel)
    said = {**evidence, "said_on": channel}
    made = _add(
        [
            Entry(
                organization_id, place.candidate_id, place.contact_point_id, place.address_key,
                EVERY_CHANNEL, REVOKED, basis, source, said, actor, at,
            )
            for place in places
        ]
    )  # fmt: skip
    blocks = [
        (organization_id, place.address_key, blocked, entry_id, at)
        for place, entry_id in zip(places, made, strict=True)
        for blocked in _channels(place.kind)
    ]
    first = places[0].address_key if places else ""
    return (first, channel) in _block(blocks)


class _Place(NamedTuple):
    kind: str
    address_key: str
    contact_point_id: UUID | None
    candidate_id: UUID | None


def _place(point: ContactPoint) -> _Place:
    return _Place(point.kind, point.address_key, point.id, point.candidate_id)


def _unknown(address_key: str, channel: str) -> list[_Place]:
    return [_Place(CHANNEL_KIND[channel], address_key, None, None)] if address_key else []


def _places(point: ContactPoint) -> list[_Place]:
    """The address, and where one person alone uses it all the other addresses of that person."""
    same = ContactPoint.objects.filter(
        organization_id=point.organization_id, address_key=point.address_key
    )
    if same.exclude(candidate_id=point.candidate_id).exists():
        return [_place(point)]
    theirs = ContactPoint.objects.filter(candidate_id=point.candidate_id).exclude(address_key="")
    others = theirs.exclude(address_key=point.address_key).order_by("address_key", "id")
    unique = {one.address_key: one for one in others}
    return [_place(point), *map(_place, unique.values())]


def _channels(kind: str) -> list[str]:
    return [channel for channel, needed in CHANNEL_KIND.items() if needed == kind]


_BLOCK = """
INSERT INTO governance_addressblock (id, organization_id, address_key, channel, entry_id, since)
SELECT id, org, key, channel, entry, at
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[])
  AS b(id, org, key, channel, entry, at)
ORDER BY org, key, channel
ON CONFLICT (organization_id, address_key, channel) WHERE lifted_at IS NULL DO NOTHING
RETURNING address_key, channel
"""


def _block(blocks: Sequence[tuple[UUID, str, str, UUID, datetime]]) -> set[tuple[str, str]]:
    """Set blocks and return those that are new; where one stands already, it stays as it is."""
    records = [(uuid7(), *block) for block in blocks]
    return set(sql.rows(_BLOCK, sql.columns(records, 6)))


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

    Returns whether there was one.
    """
    (entry_id,) = _add(
        [
            Entry(
                organization_id, contact_point.candidate_id, contact_point.id,
                contact_point.address_key, channel, GRANTED, basis, source, evidence, actor, at,
            )
        ]
    )  # fmt: skip
    standing_blocks = AddressBlock.objects.filter(
        organization_id=organization_id,
        address_key=contact_point.address_key,
        channel=channel,
        lifted_at=None,
    )
    return bool(standing_blocks.update(lifted_at=at, lifted_entry_id=entry_id))
