"""Hash trees and blocks, pure. Leaves, nodes and blocks are hashed apart (RFC 6962, 2.1)."""

from __future__ import annotations

from functools import reduce
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from followthrough.core.canonical import dumps

_LEAF, _NODE, _BLOCK = b"\x00", b"\x01", b"\x02"
FIRST = "0" * 64  # what the first block of a chain names as its previous one


def leaf(content: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(_LEAF + content).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


class Tree:
    """A Merkle tree that takes one leaf after the other and keeps only log2(n) hashes.

    `rows` is how many rows its leaves stand for.
    """

    __slots__ = ("_leaves", "_peaks", "rows")

    def __init__(self) -> None:
        self.rows = self._leaves = 0
        self._peaks: list[bytes] = []  # roots of full subtrees, the largest first

    def add(self, leaf: bytes, *, rows: int = 1) -> None:
        """Take the next leaf: two full subtrees of one size become one, as in a binary counter."""
        size = self._leaves
        while size & 1:
            leaf = _node(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self._leaves += 1
        self.rows += rows

    def root(self) -> str:
        """The root over all leaves so far, in hex."""
        if not self._peaks:
            return sha256(b"").hexdigest()
        return reduce(lambda right, left: _node(left, right), reversed(self._peaks)).hex()


class Seal(NamedTuple):
    """What a block's digest covers: rows of the organization with from_xact <= xact < to_xact."""

    organization_id: UUID
    height: int
    from_xact: int
    to_xact: int
    rows: int
    root: str
    previous: str

    def digest(self) -> str:
        """The digest of the block, which the next block names as its previous one."""
        return sha256(_BLOCK + dumps(list(self))).hexdigest()
