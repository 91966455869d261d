"""Whether a decision still holds at the moment of handing over: what could have changed since."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.core import clock
from followthrough.messages.outbox import AUTOMATIC, Due
from followthrough.runs.handover import Ready, too_old
from followthrough.store import sql

# What the ledger has heard of an address is only counted: the gate weighs it. What commits after
# this (an opt-out, a choice, a freeze) finds the message on its way, and both times are on record.
_STILL = """
SELECT clock_timestamp(),
  ARRAY(SELECT o.shard FROM unnest(%(shard)s::int[], %(epoch)s::bigint[]) AS o(shard, epoch)
        JOIN runs_shard s ON s.number = o.shard AND s.epoch = o.epoch),
  ARRAY(SELECT r.n - 1 FROM unnest(%(org)s::uuid[], %(key)s::text[], %(ch)s::text[])
          WITH ORDINALITY AS r(org, key, ch, n)
        JOIN governance_addressblock b ON b.organization_id = r.org AND b.address_key = r.key
          AND b.channel = r.ch AND b.lifted_at IS NULL),
  ARRAY(SELECT r.n - 1 FROM unnest(%(org)s::uuid[], %(key)s::text[], %(heard)s::int[])
          WITH ORDINALITY AS r(org, key, heard, n)
        WHERE r.heard <> (SELECT count(*) FROM governance_consententry e
                          WHERE e.address_key = r.key AND e.organization_id = r.org)),
  ARRAY(SELECT DISTINCT f.subject_id FROM governance_freeze f
        WHERE f.subject_id = ANY(%(subject)s) AND f.ended_at IS NULL
          AND (f.until IS NULL OR f.until > %(now)s)),
  ARRAY(SELECT DISTINCT f.subject_id FROM governance_freeze f
        WHERE f.subject_id = ANY(%(subject)s) AND f.ended_at IS NULL
          AND (f.until IS NULL OR f.until > %(now)s) AND f.why = 'kill_switch'),
  ARRAY(SELECT r.n - 1 FROM unnest(%(cand)s::uuid[], %(wish)s::int[])
          WITH ORDINALITY AS r(cand, wish, n)
        WHERE EXISTS (SELECT FROM governance_wish w
                      WHERE w.candidate_id = r.cand AND w.number > r.wish)),
  ARRAY(SELECT o.id FROM unnest(%(company)s::uuid[], %(shadows)s::int[]) AS o(id, shadows)
        WHERE o.shadows <> (SELECT coalesce(sum(s.changes), 0) FROM journeys_shadow s
                            WHERE s.organization_id = o.id))
"""


class Still(NamedTuple):
    """What was read just before handing over."""

    at: datetime  # the database's clock
    owned: Set[int]  # shards that are still ours
    blocked: Set[int]  # numbers of messages whose address opted out
    told: Set[int]  # numbers of messages about whose address anything else was said
    frozen: Set[UUID]  # subjects
    killed: Set[UUID]  # subjects on which not even a member may write, nor a service message go
    rechosen: Set[int] = frozenset()  # numbers of messages whose candidate has chosen anew
    reshadowed: Set[UUID] = frozenset()  # organizations where a shadow began, changed or ended

    def holds(self, number: int, one: Ready) -> bool:
        """Whether the decision about a message is still right."""
        due = one.sending.touch
        if too_old(one) or (one.epoch is not None and one.shard not in self.owned):
            return False
        if self.reshadowed and self._reshadowed(due):
            return False
        spared = due.origin == "member" or due.purpose == "service"
        stops = self.killed if spared else self.frozen
        changed = number in self.blocked or number in self.told or number in self.rechosen
        silent = changed and due.purpose != "service"
        return not silent and (not stops or stops.isdisjoint(one.subjects))

    def _reshadowed(self, due: Due) -> bool:
        return due.origin in AUTOMATIC and due.organization_id in self.reshadowed


def asked(ready: Sequence[Ready]) -> sql.Question[Still]:
    """What has changed about these messages, as far as it stops them?"""
    touches = [one.sending.touch for one in ready]
    epochs = {one.shard: one.epoch for one in ready if one.epoch is not None}
    shadows = {one.sending.touch.organization_id: one.shadows for one in ready
               if one.sending.touch.origin in AUTOMATIC}  # fmt: skip
    given = {
        "shard": list(epochs),
        "epoch": list(epochs.values()),
        "now": clock.now(),
        "org": [due.organization_id for due in touches],
        "key": [one.sending.address_key for one in ready],
        "ch": [one.sending.channel for one in ready],
        "heard": [one.heard for one in ready],
        "cand": [due.candidate_id for due in touches],
        "wish": [one.wish for one in ready],
        "company": list(shadows),
        "shadows": list(shadows.values()),
        "subject": sql.distinct(subject for one in ready for subject in one.subjects),
    }
    return sql.Question(_STILL, given, _read)


def _read(rows: Sequence[tuple]) -> Still:
    at, *found = rows[0]
    return Still(at, *map(frozenset, found))
