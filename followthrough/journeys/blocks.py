"""Touches as blocks of lines: they change places with the comments above them, and so they go.

In a tree a comment hangs on what stands before it: whoever moves a touch there moves the comment
about the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedMap, CommentedSeq


class _Block(NamedTuple):
    """The lines of one touch, the comments above it first. Blank lines stay in their place."""

    key: str
    lines: list[str]


class _List(NamedTuple):
    """Where the touches of a stage stand: from `first` up to `last`, with the blanks between."""

    first: int
    last: int
    blanks: list[list[str]]
    blocks: list[_Block]


def arranged(text: str, tree: Any, full: Mapping[str, Any]) -> str:
    """`text` with its touches where `full` has them; those that it has not are gone, and what is
    new is not there yet. The text as it was, where that cannot be done with whole lines."""
    lines = text.split("\n")
    stages = tree.get("stages")
    if not isinstance(stages, CommentedMap):
        return text
    found = {stage: one for stage in stages if (one := _list(lines, stages[stage]))}
    known = {block.key: block for one in found.values() for block in one.blocks}
    for stage, one in sorted(found.items(), key=lambda item: -item[1].first):
        wanted = [known[key] for key in _keys(full, stage) if key in known]
        if wanted and wanted != one.blocks:
            lines[one.first : one.last] = _joined(one.blanks, wanted)
    return "\n".join(lines)


def _keys(full: Mapping[str, Any], stage: str) -> list[str]:
    block = full["stages"].get(stage) or {}
    return [touch["key"] for touch in block.get("touches", ())]


def _joined(blanks: Sequence[list[str]], blocks: Sequence[_Block]) -> list[str]:
    usual = blanks[-1]
    spaces = [*blanks, *([usual] * len(blocks))]
    return [
        line
        for space, block in zip(spaces, blocks, strict=False)
        for line in (*space, *block.lines)
    ]


def _list(lines: Sequence[str], block: Any) -> _List | None:
    """The touches of a stage, where they are written as a list of lines."""
    touches = block.get("touches") if isinstance(block, CommentedMap) else None
    if not isinstance(touches, CommentedSeq) or not touches or touches.fa.flow_style():
        return None
    starts = [touches.lc.item(index)[0] for index in range(len(touches))]
    if any(not lines[at].lstrip().startswith("- ") for at in starts):
        return None
    heads = [_head(lines, at) for at in starts]
    ends = [*heads[1:], _end(lines, starts[-1])]
    made = [_parts(lines[start:end]) for start, end in zip(heads, ends, strict=True)]
    keys = [str(touch.get("key")) for touch in touches]
    blocks = [_Block(key, body) for key, (_blank, body) in zip(keys, made, strict=True)]
    return _List(heads[0], ends[-1], [blank for blank, _body in made], blocks)


def _head(lines: Sequence[str], at: int) -> int:
    """Where what belongs to the touch at a line begins."""
    while at > 0 and _says_nothing(lines[at - 1]):
        at -= 1
    return at


def _end(lines: Sequence[str], at: int) -> int:
    """One past the last line of the last touch."""
    depth = _depth(lines[at])
    last = at
    for number in range(at + 1, len(lines)):
        if _says_nothing(lines[number]):
            continue
        if _depth(lines[number]) <= depth:
            break
        last = number
    return last + 1


def _parts(lines: list[str]) -> tuple[list[str], list[str]]:
    """The blank lines above, and the rest."""
    blank = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    return lines[:blank], lines[blank:]


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
