"""The blocks: opt-outs as rows, one for each address and channel, read once more before each
hand-over. They stand exactly where the entries say that everybody on the address is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.governance import standing as ledger
from followthrough.governance.models import AddressBlock, ConsentEntry
from followthrough.governance.standing import Word
from followthrough.store import sql


class Block(NamedTuple):
    """A block to set."""

    organization_id: UUID
    address_key: str
    channel: str
    entry_id: UUID
    since: datetime
    at_carrier: bool


# By the infrastructure's clock it was set at this very moment, not when its transaction began.
_PUT = """
INSERT INTO governance_addressblock
    (id, organization_id, address_key, channel, entry_id, since, at_carrier, committed_at)
SELECT id, org, key, channel, entry, at, carrier, clock_timestamp()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::timestamptz[],
    %s::bool[]) AS b(id, org, key, channel, entry, at, carrier)
ORDER BY org, key, channel
ON CONFLICT (organization_id, address_key, channel) WHERE lifted_at IS NULL DO NOTHING
RETURNING address_key, channel
"""
_KNOWN_TO_CARRIER = """
UPDATE governance_addressblock b SET at_carrier = true
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n(org, key, channel)
WHERE b.organization_id = n.org AND b.address_key = n.key AND b.channel = n.channel
  AND b.lifted_at IS NULL AND NOT b.at_carrier
"""


def put(wanted: Sequence[Block]) -> set[tuple[str, str]]:
    """Set blocks and return those that are new. One that stands already stays as it is, but for
    what the carrier has heard since."""
    if not wanted:
        return set()
    found = set(sql.rows(_PUT, sql.columns([(uuid7(), *one) for one in wanted], 7)))
    carried = [one[:3] for one in wanted if one.at_carrier]
    if carried:
        sql.run(_KNOWN_TO_CARRIER, sql.columns(carried, 3))
    return found


def is_overtaken(block: Block) -> bool:
    """Whether the same address has said START since: their messages came in the wrong order."""
    starts = ConsentEntry.objects.filter(
        organization_id=block.organization_id, address_key=block.address_key,
        channel=block.channel, source=block.channel, state="granted", at__gt=block.since,
    )  # fmt: skip
    return starts.exclude(basis=ledger.FORM).exists()


def standing(organization_id: UUID, address_key: str, channel: str) -> AddressBlock | None:
    """The block that stands there."""
    return AddressBlock.objects.filter(
        organization_id=organization_id, address_key=address_key, channel=channel, lifted_at=None
    ).first()


def settle(organization_id: UUID, address_key: str, *, by: UUID, at: datetime) -> set[str]:
    """Lift the blocks of an address that no entry stands behind any more, since `by` was added;
    returns the channels that are open again."""
    sql.flush()  # the entries must be there to be read
    there = AddressBlock.objects.select_for_update().filter(
        organization_id=organization_id, address_key=address_key, lifted_at=None
    )
    lifted = [one for one in there.order_by("channel") if not _is_meant(one)]
    there.filter(id__in=[one.id for one in lifted]).update(lifted_at=at, lifted_entry_id=by)
    return {one.channel for one in lifted}


def put_back(organization_id: UUID, address_key: str, channel: str) -> None:
    """Set the block again that a grant had lifted, now that the grant is taken back, if an opt-out
    of everybody stands there once more."""
    sql.flush()
    words = {one.id: one for one in _words(organization_id, address_key, channel)}
    said = ledger.standing(list(words.values()), channel)
    if said.state == ledger.REVOKED and not said.people and said.entry_id and said.at:
        one = words[said.entry_id]
        carried = ledger.at_carrier(one.basis, one.source, channel)
        key = UUID(said.entry_id)
        put([Block(organization_id, address_key, channel, key, said.at, carried)])


def refused(organization_id: UUID, address_key: str, channel: str, candidate_id: UUID) -> bool:
    """Whether this person refuses everything there, whoever else uses the address."""
    said = ledger.standing(_words(organization_id, address_key, channel), channel)
    return ledger.refuses_all(said, candidate_id)


def refused_by(
    organization_id: UUID, address_key: str, channel: str, candidate_id: UUID, *, source: str
) -> bool:
    """Whether they refused everything there themselves in that very way, and it still stands."""
    theirs = _words(organization_id, address_key, channel, candidate_id=candidate_id)
    said = [one for one in theirs if one.state != ledger.REVOKED or one.source == source]
    return ledger.refuses_all(ledger.standing(said, channel), candidate_id)


def _is_meant(block: AddressBlock) -> bool:
    """Whether the entries say that everybody on the address is refused."""
    words = _words(block.organization_id, block.address_key, block.channel)
    said = ledger.standing(words, block.channel)
    return said.state == ledger.REVOKED and not said.people


def _words(organization_id: UUID, address_key: str, channel: str, **whose: UUID) -> list[Word]:
    entries = ConsentEntry.objects.filter(
        organization_id=organization_id, address_key=address_key, channel__in=["", channel], **whose
    )
    return [
        Word(
            str(one.id), one.candidate_id, one.state, one.basis, one.source, one.at, one.purpose,
            one.scope, one.lifts_id, one.personal,
        )
        for one in entries
    ]  # fmt: skip
