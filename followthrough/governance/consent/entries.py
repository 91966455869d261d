"""Adding to the ledger: entries with their facts; of what an ATS says only what is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core.ids import uuid7s
from followthrough.governance.consent import blocks
from followthrough.governance.models import ConsentEntry
from followthrough.governance.standing import FORM
from followthrough.store import sql

GRANTED, REVOKED = ConsentEntry.State.GRANTED.value, ConsentEntry.State.REVOKED.value
LIFTED = ConsentEntry.State.LIFTED.value
EVERY_CHANNEL = ""


class Entry(NamedTuple):
    """One entry to add. `channel` '' means every channel of the address; `evidence` is ids and
    hashes (the message, the form as it was shown), never texts. `lifts_id` is the entry that it
    takes back. `purpose` and `scope` (requisition, family or brand, by name) narrow it.
    `personal` binds that candidate there, and nobody else who uses the address."""

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
    scope: Mapping[str, str] = {}
    lifts_id: UUID | None = None
    personal: bool = False


def record_all(entries: Sequence[Entry], *, of_new: Collection[UUID] = ()) -> int:
    """Add what an ATS says, left out what only repeats what it said before. Returns how many were
    added. `of_new` are candidates the ledger cannot know yet.

    Of all that an ATS says, only a fresh form that names the address lifts a block.
    """
    looked_up = [one for one in entries if one.candidate_id not in of_new]
    known = _known([(entry.organization_id, entry.address_key) for entry in looked_up])
    new = {(_about(entry), _said(entry)): entry for entry in entries}
    added = [one for key, one in new.items() if not _is_known(key, one, known[key[0]])]
    for one, key in zip(added, add(added), strict=True):
        if one.basis == FORM and one.state == GRANTED:
            blocks.settle(one.organization_id, one.address_key, by=key, at=one.at)
    return len(added)


Said = tuple[Any, ...]  # state, basis, hash of the text, time

# What was said before, the newest last.
_KNOWN = """
SELECT e.organization_id, e.address_key, e.channel, e.candidate_id, e.purpose, e.scope,
       e.state, e.basis, e.evidence->>'text', e.at
FROM governance_consententry e
JOIN (SELECT DISTINCT * FROM unnest(%s::uuid[], %s::text[])) AS k(org, key)
  ON e.organization_id = k.org AND e.address_key = k.key
WHERE e.source = 'ats' ORDER BY e.at, e.id
"""


def _known(pairs: Sequence[tuple[UUID, str]]) -> Mapping[tuple[Any, ...], list[Said]]:
    found: dict[tuple[Any, ...], list[Said]] = defaultdict(list)
    rows = sql.rows(_KNOWN, sql.columns(pairs, 2)) if pairs else ()
    for *about, scope, state, basis, text, at in rows:
        found[*about, _flat(scope)].append((state, basis, text, at))
    return found


def _about(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.organization_id, entry.address_key, entry.channel, entry.candidate_id, entry.purpose,
        _flat(entry.scope),
    )  # fmt: skip


def _flat(scope: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(scope.items()))


def _said(entry: Entry) -> Said:
    return entry.state, entry.basis, entry.evidence.get("text"), entry.at


def _is_known(key: tuple[Any, Said], entry: Entry, before: Sequence[Said]) -> bool:
    """A form has its own time, and is another when that is. A field of the ATS has none: it says
    something new when it differs from what it said last."""
    said = key[1]
    if entry.evidence.get("timed") is False:
        return bool(before) and before[-1][:3] == said[:3]
    return said in before


_ADD = """
INSERT INTO governance_consententry (id, organization_id, candidate_id, contact_point_id,
    address_key, channel, state, basis, source, evidence, actor_kind, actor_id, at, purpose, scope,
    lifts_id, personal)
SELECT id, org, candidate, point, key, channel, state, basis, source, evidence::jsonb, actor_kind,
    actor_id, at, purpose, scope::jsonb, lifts, personal
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
    %s::text[], %s::uuid[], %s::bool[])
  AS e(id, org, candidate, point, key, channel, state, basis, source, evidence, actor_kind,
    actor_id, at, purpose, scope, lifts, personal)
"""


def add(entries: Sequence[Entry]) -> list[UUID]:
    """Add entries, each with a fact, and return their keys in the same order."""
    ids = uuid7s(len(entries))
    records = [_row(key, entry) for key, entry in zip(ids, entries, strict=True)]
    if records:
        sql.send(_ADD, sql.columns(records, 17))
    facts.record_all([_fact(key, entry) for key, entry in zip(ids, entries, strict=True)])
    return ids


VERBS = {GRANTED: "granted_consent", REVOKED: "revoked_consent", LIFTED: "lifted_revocation"}


def _fact(key: UUID, entry: Entry) -> facts.FactRow:
    why: dict[str, Any] = {
        "channel": entry.channel, "basis": entry.basis, "source": entry.source
    }  # fmt: skip
    why |= {"lifts": str(entry.lifts_id)} if entry.lifts_id else {}
    return facts.FactRow(
        entry.organization_id, entry.actor, VERBS[entry.state], "consent", key, why, entry.at
    )


def _row(key: UUID, entry: Entry) -> tuple[Any, ...]:
    evidence, scope = sql.jsonb_texts([entry.evidence, entry.scope])
    return (
        key, *entry[:8], evidence, *entry.actor, entry.at, entry.purpose, scope, entry.lifts_id,
        entry.personal,
    )  # fmt: skip
