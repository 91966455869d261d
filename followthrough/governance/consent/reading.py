"""Reading the ledger for many people at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from followthrough.governance.consent.entries import EVERY_CHANNEL
from followthrough.governance.decisions import Consent
from followthrough.governance.standing import Word, standing
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.store import sql

Said = TypeVar("Said")

# By organization, then by address key and channel.
Ledger = dict[UUID, dict[tuple[str, str], Said]]

# An address's key tells addresses apart; its organization hardly ever does. So it stands first,
# here and in the index: what is sorted and compared is mostly decided by its first bytes.
_OF_PEOPLE = """(
  SELECT DISTINCT address_key, organization_id FROM people_contactpoint
  WHERE candidate_id = ANY(%s) AND address_key <> '') AS k(key, org)"""

_WORDS = f"""
SELECT e.organization_id, e.address_key, e.channel,
       e.id::text, e.candidate_id, e.state, e.basis, e.source, e.at, e.purpose, e.scope, e.lifts_id,
       e.personal
FROM governance_consententry e
JOIN {_OF_PEOPLE} ON e.organization_id = k.org AND e.address_key = k.key
"""  # noqa: S608
_BLOCKS = f"""
SELECT b.organization_id, b.address_key, b.channel, b.since FROM governance_addressblock b
JOIN {_OF_PEOPLE} ON b.organization_id = k.org AND b.address_key = k.key
WHERE b.lifted_at IS NULL
"""  # noqa: S608


def of_people(candidate_ids: Sequence[UUID]) -> sql.Question[Ledger[Consent]]:
    """What does the ledger say now about each address of these people, on each channel?"""
    return sql.Question(_WORDS, (list(candidate_ids),), _consents)


def blocks_of_people(candidate_ids: Sequence[UUID]) -> sql.Question[Ledger[datetime]]:
    """Which addresses of these people are blocked, on which channel, and since when?"""
    return sql.Question(_BLOCKS, (list(candidate_ids),), _blocks)


AT = 8  # where a row of `words_of_people` says when


def words_of_people(candidate_ids: Sequence[UUID]) -> sql.Question[dict[str, list[tuple]]]:
    """What was ever said about the addresses of these people, by address key? Rows that
    `read_address` reads."""

    def by_address(found: Sequence[tuple]) -> dict[str, list[tuple]]:
        rows: dict[str, list[tuple]] = defaultdict(list)
        for row in found:
            rows[row[1]].append(row)
        return rows

    return sql.Question(_WORDS, (list(candidate_ids),), by_address)


def read_address(
    into: dict[tuple[str, str], Consent], address_key: str, rows: Sequence[tuple]
) -> None:
    """What these rows come to for one address, under (address key, channel)."""
    _add(into, address_key, rows)


def _blocks(found: Sequence[tuple]) -> Ledger[datetime]:
    blocks: Ledger[datetime] = defaultdict(dict)
    for org, key, channel, since in found:
        blocks[org][key, channel] = since
    return blocks


def _consents(found: Sequence[tuple]) -> Ledger[Consent]:
    ledger: Ledger[Consent] = {}
    for org, told in sql.by_key(found).items():
        ledger[org] = theirs = {}
        about: dict[str, list[tuple]] = defaultdict(list)
        for row in told:
            about[row[1]].append(row)
        for key, rows in about.items():
            _add(theirs, key, rows)
    return ledger


def _add(theirs: dict[tuple[str, str], Consent], key: str, rows: Sequence[tuple]) -> None:
    """What was said about an address on each channel; and, under EVERY_CHANNEL, altogether."""
    if len(rows) == 1 and (channel := rows[0][2]) != EVERY_CHANNEL:  # nearly always
        theirs[key, channel] = theirs[key, EVERY_CHANNEL] = standing([_word(rows[0])], channel)
        return
    words: dict[str, list[Word]] = defaultdict(list)
    for row in rows:
        for one in CHANNEL_KIND if row[2] == EVERY_CHANNEL else (row[2],):
            words[one].append(_word(row))
    for channel, said in words.items():
        theirs[key, channel] = standing(said, channel)
    theirs[key, EVERY_CHANNEL] = Consent("unknown", entries=len(rows))


def _word(row: tuple) -> Word:
    return Word._make(row[3:])


def heard(consents: Mapping[tuple[str, str], Consent], address_key: str) -> int:
    """How many entries there are about an address, on whatever channel."""
    found = consents.get((address_key, EVERY_CHANNEL))
    return found.entries if found else 0
