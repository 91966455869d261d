"""What one message map says otherwise than another: touch by touch, text by text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from followthrough.journeys.definition import (
    STAGES,
    Content,
    MapDocument,
    StageBlock,
    TouchDef,
)

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
# Whatever a document may say, named by itself: what is new in it is not forgotten here.
PARTS = tuple(name for name in TouchDef.model_fields if name != "key")
SETTINGS = tuple(name for name in MapDocument.model_fields if name not in ("schema_", "stages"))
STAGE_PARTS = tuple(name for name in StageBlock.model_fields if name not in ("touches", "ends"))


class TouchChange(NamedTuple):
    """A touch that differs. `parts` (for a changed one): `stage`, or names of PARTS."""

    key: str
    kind: str
    before: TouchDef | None
    after: TouchDef | None
    parts: tuple[str, ...] = ()


class TextChange(NamedTuple):
    """A text that differs: which channel and language, and how (ADDED, CHANGED, REMOVED)."""

    channel: str
    locale: str
    kind: str


class StageChange(NamedTuple):
    """A part of a stage itself that differs: `ends`, `order` (of the touches that both have), or
    one of STAGE_PARTS."""

    stage: str
    part: str


class Difference(NamedTuple):
    """`touches` by key, the new document's first; `settings` of SETTINGS; `stages` in their
    order."""

    touches: Mapping[str, TouchChange]
    settings: tuple[str, ...]
    stages: tuple[StageChange, ...]

    @property
    def ends(self) -> tuple[str, ...]:
        """The stages that end a run in one of the two only."""
        return tuple(one.stage for one in self.stages if one.part == "ends")

    def count(self, kind: str) -> int:
        """How many touches were added, changed or removed."""
        return sum(one.kind == kind for one in self.touches.values())

    def __bool__(self) -> bool:
        return bool(self.touches or self.settings or self.stages)


def diff(before: MapDocument, after: MapDocument) -> Difference:
    """What differs. A touch is known by its key: one with another key is another touch."""
    keys = dict.fromkeys([*after.touches, *before.touches])
    found = [change for key in keys if (change := _change(before, after, key))]
    return Difference(
        {one.key: one for one in found},
        tuple(name for name in SETTINGS if getattr(before, name) != getattr(after, name)),
        tuple(one for stage in STAGES for one in _stage(before, after, stage)),
    )


def _stage(before: MapDocument, after: MapDocument, stage: str) -> Iterator[StageChange]:
    if before.ends(stage) != after.ends(stage):
        yield StageChange(stage, "ends")
    old, new = block(before, stage), block(after, stage)
    for name in STAGE_PARTS:
        if getattr(old, name) != getattr(new, name):
            yield StageChange(stage, name)
    if _order(old, new) != _order(new, old):
        yield StageChange(stage, "order")


def block(document: MapDocument, stage: str) -> StageBlock:
    """A stage as the document has it; one that says nothing where it has none."""
    return dict(document.stages).get(stage, _NOTHING)  # type: ignore[call-overload,no-any-return]


_NOTHING = StageBlock()


def _order(ours: StageBlock, theirs: StageBlock) -> list[str]:
    """The touches that both have, in the order in which the first has them."""
    both = {touch.key for touch in theirs.touches}
    return [touch.key for touch in ours.touches if touch.key in both]


def _change(before: MapDocument, after: MapDocument, key: str) -> TouchChange | None:
    old, new = before.touches.get(key), after.touches.get(key)
    if old is None or new is None:
        return TouchChange(key, ADDED if new else REMOVED, old, new)
    moved = before.stage_of[key] != after.stage_of[key]
    parts = [name for name in PARTS if getattr(old, name) != getattr(new, name)]
    if not moved and not parts:
        return None
    return TouchChange(key, CHANGED, old, new, (*["stage"] * moved, *parts))


def texts(before: Content | None, after: Content | None) -> list[TextChange]:
    """The texts that differ between two contents, by channel and language."""
    old, new = dict(_texts(before)), dict(_texts(after))
    return [
        TextChange(*place, _kind(place in old, place in new))
        for place in dict.fromkeys([*new, *old])
        if old.get(place) != new.get(place)
    ]


def _texts(content: Content | None) -> Iterator[tuple[tuple[str, str], object]]:
    if content is not None:
        for channel in type(content).model_fields:
            for locale, text in (getattr(content, channel) or {}).items():
                yield (channel, locale), text


def _kind(was: bool, is_: bool) -> str:
    return CHANGED if was and is_ else ADDED if is_ else REMOVED
