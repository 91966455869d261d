"""Verifying: every block is made again from the rows and compared, in one streaming pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection, transaction

from followthrough.audit import leaves, numbering
from followthrough.audit.merkle import FIRST, Seal, Tree
from followthrough.audit.peek import Peek
from followthrough.core.canonical import dumps

_KEPT = 1000  # findings are counted beyond this, not kept


class Finding(NamedTuple):
    """Something that is not as it was sealed. `code` is a key of `words.SENTENCES`.

    `height` is the block's number in its organization's chain, None when no block is meant.
    """

    organization_id: UUID
    height: int | None
    code: str
    detail: Mapping[str, Any]


@dataclass
class Report:
    """What a verification found. `heads` (height and digest of each organization's last block)
    can be kept elsewhere: whoever has them can prove that nothing was cut off the end."""

    blocks: int = 0
    rows: int = 0
    unsealed: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)
    heads: dict[UUID, tuple[int, str]] = field(default_factory=dict)

    @property
    def intact(self) -> bool:
        return not self.found

    def add(self, *finding: Any) -> None:
        self.found += 1
        if len(self.findings) < _KEPT:
            self.findings.append(Finding(*finding))


def verify(organization_id: UUID | None = None) -> Report:
    """Compare every block, of one organization or of all, with the rows as they are now.

    Reads the end of what is sealed first, then the blocks, then the rows: what is sealed
    meanwhile is either verified too or counted as not yet sealed.
    """
    with transaction.atomic():
        leaves.fix_texts()
        frontier, report = numbering.frontier(), Report()
        blocks = Peek(_blocks(organization_id))
        rows = {
            leaves.kind(model): Peek(leaves.stream(model, organization_id=organization_id))
            for model in leaves.kinds()
        }
        while heads := [one.head for one in (blocks, *rows.values()) if one.head is not None]:
            organization = min(head[0] for head in heads)
            _verify_chain(organization, blocks, rows, report=report)
            _verify_rest(organization, rows, frontier, report=report)
        return report


def _blocks(organization_id: UUID | None) -> Iterator[tuple[UUID, Seal, str]]:
    with psycopg.ServerCursor(connection.connection, "audit_blocks") as cur:
        cur.execute(
            "SELECT organization_id, height, from_xact, to_xact, rows, root, previous, digest"
            " FROM audit_block WHERE organization_id = coalesce(%s::uuid, organization_id)"
            " ORDER BY organization_id, height",
            (organization_id,),
        )
        while chunk := cur.fetchmany(2000):
            for *sealed, digest in chunk:
                yield sealed[0], Seal(*sealed), digest


def _verify_chain(
    organization: UUID, blocks: Peek, rows: Mapping[str, Peek], *, report: Report
) -> None:
    height, end, previous = 0, 0, FIRST
    for _, seal, digest in blocks.take_while(lambda head: head[0] == organization):
        if digest != seal.digest():
            report.add(organization, seal.height, "block_changed", {})
        if seal.height != height + 1:
            report.add(organization, seal.height, "blocks_missing", {"after": height})
        elif (seal.previous, seal.from_xact) != (previous, end):
            report.add(organization, seal.height, "link_broken", {})
        _verify_rows(seal, rows, report=report)
        height, end, previous = seal.height, seal.to_xact, digest
        report.blocks += 1
        report.heads[organization] = (height, digest)


def _verify_rows(seal: Seal, rows: Mapping[str, Peek], *, report: Report) -> None:
    stray = _count(seal.organization_id, rows, below=seal.from_xact)
    if stray:
        report.add(seal.organization_id, seal.height, "rows_outside", {"found": dict(stray)})
    tree, counts = Tree(), Counter[str]()
    for kind, stream in rows.items():
        before = tree.rows
        for leaf in stream.take_while(_in(seal.organization_id, seal.to_xact)):
            tree.add(leaf.hash, rows=leaf.rows)
        counts[kind] = tree.rows - before
    report.rows += tree.rows
    if (tree.rows, tree.root()) != (seal.rows, seal.root):
        detail = {"sealed": seal.rows, "found": dict(counts)}
        report.add(seal.organization_id, seal.height, _code(tree.rows, seal.rows), detail)


def _code(found: int, sealed: int) -> str:
    if found == sealed:
        return "rows_changed"
    return "rows_added" if found > sealed else "rows_removed"


def _verify_rest(
    organization: UUID, rows: Mapping[str, Peek], frontier: int, *, report: Report
) -> None:
    stray = _count(organization, rows, below=frontier)
    if stray:
        report.add(organization, None, "rows_outside", {"found": dict(stray)})
    report.unsealed += _count(organization, rows, below=2**63).total()


def _count(organization: UUID, rows: Mapping[str, Peek], *, below: int) -> Counter[str]:
    within = _in(organization, below)
    found = Counter(
        {kind: sum(leaf.rows for leaf in one.take_while(within)) for kind, one in rows.items()}
    )
    return +found  # without the kinds that have none


def _in(organization: UUID, below: int) -> Any:
    return lambda head: head.organization_id == organization and head.xact < below


def as_json(report: Report) -> bytes:
    """The report as JSON, for other programs."""
    return dumps(
        {
            "intact": report.intact,
            "blocks": report.blocks,
            "rows": report.rows,
            "unsealed": report.unsealed,
            "found": report.found,
            "findings": [finding._asdict() for finding in report.findings],
            "heads": {
                str(organization): {"height": height, "digest": digest}
                for organization, (height, digest) in report.heads.items()
            },
        }
    )
