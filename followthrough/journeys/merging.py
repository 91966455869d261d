"""A YAML tree made to say something else: what it says already keeps its comments and its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

LINE = 80  # about how long the lines of a folded text are
# Where a part of a touch is put that was not there: the words come last.
ORDER = ("key", "trigger", "when", "channels", "priority", "purpose", "useful_for", "enabled",
         "ask", "content")  # fmt: skip


def plain(tree: Any) -> Any:
    """ruamel's values as Python's own: strict models take nothing else."""
    if isinstance(tree, Mapping):
        return {plain(key): plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(value) for value in tree]
    for kind in (bool, int, float, str):
        if isinstance(tree, kind):
            return kind(tree)
    return tree


def readable(value: Any) -> Any:
    """Plain values for a new text: lines as blocks, and odd characters escaped."""
    if isinstance(value, dict):
        return CommentedMap({key: readable(part) for key, part in value.items()})
    if isinstance(value, list):
        return CommentedSeq([readable(part) for part in value])
    if not isinstance(value, str) or (value.isprintable() and value):
        return value
    return LiteralScalarString(value) if _fits_block(value) else DoubleQuotedScalarString(value)


def _fits_block(text: str) -> bool:
    """Blocks are read back as they are only without odd spaces and characters."""
    lines = text.split("\n")
    return (
        text.strip() != ""
        and text[0] not in " \n"
        and all(line == line.rstrip() and line.isprintable() for line in lines)
    )


def _like(old: Any, value: Any) -> Any:
    """A new value in the form of the old one: folded, in a block, in its quotes."""
    if not isinstance(value, str) or not isinstance(old, str):
        return readable(value)
    if isinstance(old, FoldedScalarString) and value.isprintable() and "  " not in value:
        return _folded(value) if value and value.strip() == value else readable(value)
    if isinstance(old, LiteralScalarString) and _fits_block(value):
        return LiteralScalarString(value)
    for form in (SingleQuotedScalarString, DoubleQuotedScalarString):
        if isinstance(old, form) and value.isprintable():
            return form(value)
    return readable(value)


def _folded(value: str) -> FoldedScalarString:
    """Words on lines of ordinary length, read as one."""
    text, folds, begun = FoldedScalarString(value), [], 0
    for at, sign in enumerate(value):
        end = value.find(" ", at + 1)
        if sign == " " and (len(value) if end < 0 else end) - begun > LINE:
            folds.append(at)
            begun = at + 1
    text.fold_pos = folds
    return text


# --- merging -------------------------------------------------------------------------------------


def raise_schema(tree: Any) -> None:
    """Move what `journeys.upgrades` moves, with its comments."""
    for touch in _touches(tree):
        ask = touch.get("ask")
        old = [name for name in _MOVED if isinstance(ask, CommentedMap) and name in ask]
        if old and "answers" not in ask:
            ask.insert(list(ask).index(old[0]), "answers", CommentedMap())
            for name in old:
                ask["answers"][_MOVED[name]] = ask.pop(name)


_MOVED = {"on_confirmed": "confirmed", "on_declined": "declined"}


def _touches(tree: Any) -> Iterator[CommentedMap]:
    stages = tree.get("stages")
    for block in stages.values() if isinstance(stages, CommentedMap) else ():
        listed = block.get("touches") if isinstance(block, CommentedMap) else None
        for touch in listed if isinstance(listed, CommentedSeq) else ():
            if isinstance(touch, CommentedMap):
                yield touch


def merge(tree: Any, full: Any, sparse: Any) -> None:
    """Make `tree` say what `full` says. What it says already is not touched; of what is new, only
    what does not go without saying (`sparse`) is added."""
    for key in [key for key in tree if key not in full]:
        del tree[key]
    for key, value in full.items():
        if key in tree:
            new = _merged(tree[key], value, sparse.get(key) if sparse else None)
            if new is not tree[key]:
                tree[key] = new
        elif sparse and key in sparse:
            tree.insert(_place(tree, key, list(full)), key, readable(sparse[key]))


def _place(tree: CommentedMap, key: str, names: list[str]) -> int:
    """After the last of what comes before it."""
    order = list(ORDER) if key in ORDER and "key" in tree else names
    before = order[: order.index(key)]
    return max((at for at, name in enumerate(tree, 1) if name in before), default=0)


def _merged(old: Any, full: Any, sparse: Any) -> Any:
    if plain(old) == full and type(plain(old)) is type(full):
        return old
    if isinstance(old, CommentedMap) and isinstance(full, dict):
        merge(old, full, sparse if isinstance(sparse, dict) else full)
        return old
    if isinstance(old, CommentedSeq) and isinstance(full, list):
        _merge_list(old, full, sparse if isinstance(sparse, list) else full)
        return old
    return _like(old, full if sparse is None else sparse)


def _merge_list(old: CommentedSeq, full: list[Any], sparse: list[Any]) -> None:
    """Touches keep their comments when others come, go or change places: they go by their key."""
    parts = [
        _merged(counterpart(old, index, new), new, short)
        for index, (new, short) in enumerate(zip(full, sparse, strict=True))
    ]
    kept = [part for part in parts if any(part is one for one in old)]
    if len(kept) == len(old) and all(a is b for a, b in zip(kept, old, strict=True)):
        _insert(old, parts)  # it moves the comments of what comes after
    else:
        old[:] = parts


def _insert(old: CommentedSeq, parts: list[Any]) -> None:
    for index, part in enumerate(parts):
        if index >= len(old) or old[index] is not part:
            old.insert(index, part)


def counterpart(old: CommentedSeq, index: int, new: Any) -> Any:
    """What a list has of an element: the one with its key, else the one in its place."""
    if isinstance(new, dict) and "key" in new:
        same = (
            one for one in old if isinstance(one, CommentedMap) and one.get("key") == new["key"]
        )
        return next(same, None)
    return old[index] if index < len(old) else None


# --- aliases -------------------------------------------------------------------------------------


def part_ways(tree: Any, full: Any) -> None:
    """Write out what an alias repeats where it is to say different things in its places."""
    wanted: dict[int, list[Any]] = {}
    for _parent, _key, node, value in _shared(tree, full):
        wanted.setdefault(id(node), []).append(value)
    apart = {one for one, values in wanted.items() if any(value != values[0] for value in values)}
    seen: set[int] = set()
    for parent, key, node, _value in list(_shared(tree, full)):
        if id(node) in apart and id(node) in seen:
            parent[key] = _copied(node)
        seen.add(id(node))


def _shared(tree: Any, full: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Every group with where it stands and what it is to say, outer ones first."""
    for key, node in list(tree.items() if isinstance(tree, Mapping) else enumerate(tree)):
        value = _wanted(tree, key, full)
        if isinstance(node, CommentedMap | CommentedSeq):
            yield tree, key, node, value
            yield from _shared(node, value)


def _wanted(tree: Any, key: Any, full: Any) -> Any:
    if isinstance(tree, Mapping):
        return full.get(key) if isinstance(full, dict) else None
    if not isinstance(full, list):
        return None
    name = tree[key].get("key") if isinstance(tree[key], CommentedMap) else None
    if name is None:
        return full[key] if key < len(full) else None
    return next((one for one in full if isinstance(one, dict) and one.get("key") == name), None)


def _copied(node: Any) -> Any:
    """A copy without its anchor: that stays with the first."""
    copy = deepcopy(node)
    copy.yaml_set_anchor("", always_dump=False)
    copy.anchor.value = None
    return copy
