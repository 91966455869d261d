"""Sealing: taking committed rows into blocks, so that a later change to them shows.

Writers are never serialised: rows are inserted unchained and carry the number of their
transaction. A pass takes every row of transactions that have all ended, so no row can appear in
a sealed range afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from followthrough.audit import leaves, numbering
from followthrough.audit.merkle import FIRST, Seal, Tree
from followthrough.audit.models import Block
from followthrough.core import clock
from followthrough.store import sql

_LOCK = 0x5EA1  # the advisory lock that makes it one sealer at a time


def seal() -> int:
    """Seal what has committed since the last pass, of all organizations; the blocks made.

    All organizations are sealed up to the same transaction, so the newest block's end is where
    the next pass begins. An organization without new rows gets no block.
    """
    with transaction.atomic():
        sql.rows("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        numbering.keep_up()
        start, end = numbering.frontier(), numbering.settled()
        trees = _trees(start, end) if start < end else {}
        Block.objects.bulk_create(_block(seal) for seal in _seals(trees, end))
        return len(trees)


def _trees(start: int, end: int) -> Mapping[UUID, Tree]:
    leaves.fix_texts()
    trees: dict[UUID, Tree] = defaultdict(Tree)
    for model in leaves.kinds():
        for leaf in leaves.stream(model, from_xact=start, to_xact=end):
            trees[leaf.organization_id].add(leaf.hash, rows=leaf.rows)
    return trees


def _seals(trees: Mapping[UUID, Tree], end: int) -> Iterable[Seal]:
    last = _last_blocks(list(trees))
    for organization_id, tree in trees.items():
        height, from_xact, previous = last.get(organization_id, (0, 0, FIRST))
        yield Seal(organization_id, height + 1, from_xact, end, tree.rows, tree.root(), previous)


def _last_blocks(organization_ids: list[UUID]) -> dict[UUID, tuple[int, int, str]]:
    found = sql.rows(
        "SELECT organization_id, height, to_xact, digest FROM unnest(%s::uuid[]) AS one (id)"
        " CROSS JOIN LATERAL (SELECT * FROM audit_block WHERE organization_id = one.id"
        " ORDER BY height DESC LIMIT 1) AS last",
        (organization_ids,),
    )
    return {organization_id: tuple(rest) for organization_id, *rest in found}


def _block(seal: Seal) -> Block:
    return Block(**seal._asdict(), digest=seal.digest(), sealed_at=clock.wall())
