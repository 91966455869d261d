"""Edits of a message map as plain values: each takes a document and returns another. Pure.

A *part* is what one form of the editor shows, and what two people can be at odds about: a touch
(`touch:<key>`), what a stage says besides its touches (`stage:<stage>`), or the map's `settings`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any
from unicodedata import normalize

from followthrough.core import canonical
from followthrough.core.errors import Explained
from followthrough.journeys.parts import STAGES

Raw = dict[str, Any]
LONGEST_KEY = 60
SETTINGS = ("name", "description", "settle", "default_locale", "unmatched", "replies", "limits")
OF_STAGE = ("ends", "limits")
NEW = {"trigger": {"stage_entered": {"after": "PT0S"}}, "channels": ["sms"], "content": {}}


class NoSuchTouch(Explained):
    """A touch that is not in the map any more."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The touch {key!r}",
            reason="It is not in this map any more.",
            remedy="Somebody removed or renamed it: look at the board.",
        )


# --- parts ---------------------------------------------------------------------------------------


def part(document: Mapping[str, Any], name: str) -> Any:
    """What stands in a part now; None for a touch that is not there."""
    kind, _colon, which = name.partition(":")
    if kind == "touch":
        found = place(document, which)
        return document["stages"][found[0]]["touches"][found[1]] if found else None
    if kind == "stage":
        block = document["stages"].get(which, {})
        return {one: block[one] for one in OF_STAGE if one in block}
    return {one: document[one] for one in SETTINGS if one in document}


def digest(document: Mapping[str, Any], name: str) -> str:
    """What tells a part from what it was before."""
    return canonical.digest(part(document, name))[:16]


def place(document: Mapping[str, Any], key: str) -> tuple[str, int] | None:
    """The stage of a touch and its position there."""
    for stage, block in document["stages"].items():
        for index, touch in enumerate(block.get("touches", ())):
            if touch["key"] == key:
                return stage, index
    return None


def keys(document: Mapping[str, Any]) -> list[str]:
    """The keys of all touches."""
    return [one["key"] for one in _touches(document)]


def _touches(document: Mapping[str, Any]) -> Iterator[Raw]:
    for block in document["stages"].values():
        yield from block.get("touches", ())


def _found(document: Raw, key: str) -> tuple[list[Raw], int]:
    found = place(document, key)
    if found is None:
        raise NoSuchTouch(key)
    return document["stages"][found[0]]["touches"], found[1]


# --- keys ----------------------------------------------------------------------------------------


def key_of(name: str, taken: Collection[str]) -> str:
    """A key made from a name that people read; with a number behind it where it is taken."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "touch"
    base = (base if base[0].isalpha() else f"touch_{base}")[: LONGEST_KEY - 4].rstrip("_")
    tries = (base, *(f"{base}_{n}" for n in range(2, 1000)))
    return next(one for one in tries if one not in taken)


def renamed(document: Raw, old: str, new: str) -> Raw:
    """A touch by another key, and with it whatever speaks of it."""
    made = deepcopy(document)
    touches, index = _found(made, old)
    touches[index]["key"] = new
    for touch in _touches(made):
        waits = touch["trigger"].get("no_reply")
        if waits and waits["to"] == old:
            waits["to"] = new
        for one in _comparisons(touch.get("when")):
            if one["field"] == f"ask.{old}":
                one["field"] = f"ask.{new}"
    return made


def _comparisons(condition: Raw | None) -> Iterator[Raw]:
    if condition is None:
        return
    if condition.get("field") is not None:
        yield condition
    for inner in (*(condition.get("all") or ()), *(condition.get("any") or ())):
        yield from _comparisons(inner)


# --- touches -------------------------------------------------------------------------------------


def with_touch(document: Raw, key: str, touch: Raw) -> Raw:
    """`touch` in the place of the one called `key`. Raises NoSuchTouch."""
    made = deepcopy(document)
    touches, index = _found(made, key)
    touches[index] = {**deepcopy(touch), "key": key}
    return made


def added(document: Raw, stage: str, touch: Raw) -> Raw:
    """One touch more, as the last of its stage."""
    made = deepcopy(document)
    blocks = made["stages"]
    blocks.setdefault(stage, {}).setdefault("touches", []).append(deepcopy(touch))
    made["stages"] = {one: blocks[one] for one in STAGES if one in blocks}
    return made


def copied(document: Raw, key: str, to: str) -> Raw:
    """The same touch once more behind it, called `to`."""
    made = deepcopy(document)
    touches, index = _found(made, key)
    touches.insert(index + 1, {**deepcopy(touches[index]), "key": to})
    return made


def removed(document: Raw, key: str) -> Raw:
    """Without a touch."""
    made = deepcopy(document)
    touches, index = _found(made, key)
    del touches[index]
    return made


def moved(document: Raw, key: str, stage: str) -> Raw:
    """A touch in another stage, as the last there."""
    touches, index = _found(document, key)
    return added(removed(document, key), stage, touches[index])


def exchanged(document: Raw, key: str, other: str) -> Raw:
    """Two touches of a stage in each other's place."""
    made = deepcopy(document)
    touches, index = _found(made, key)
    others, second = _found(made, other)
    if touches is others:
        touches[index], touches[second] = touches[second], touches[index]
    return made


def switched(document: Raw, key: str, *, on: bool) -> Raw:
    """A touch that is planned, or none any more."""
    made = deepcopy(document)
    touches, index = _found(made, key)
    touches[index]["enabled"] = on
    return made


# --- the rest ------------------------------------------------------------------------------------


def with_stage(document: Raw, stage: str, given: Raw) -> Raw:
    """What a stage says besides its touches: `ends` (None: as such a stage does) and `limits`."""
    made = deepcopy(document)
    block = made["stages"].setdefault(stage, {"touches": []})
    for name in OF_STAGE:
        block.pop(name, None)
    block |= {name: value for name, value in given.items() if value is not None}
    made["stages"] = {one: made["stages"][one] for one in STAGES if one in made["stages"]}
    return made


def with_part(document: Raw, name: str, given: Raw) -> Raw:
    """What a stage says besides its touches, or the map's own settings, see `part`."""
    kind, _colon, which = name.partition(":")
    if kind == "stage":
        return with_stage(document, which, given)
    return {key: one for key, one in document.items() if key not in SETTINGS} | dict(given)


def with_settings(document: Raw, given: Raw) -> Raw:
    """The map's own settings; those that are not given stay."""
    return {**deepcopy(document), **deepcopy(given)}
