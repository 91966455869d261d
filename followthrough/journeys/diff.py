"""What one message map says otherwise than another: touch by touch, text by text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from followthrough.governance.documents import LimitsDocument
from followthrough.journeys.definition import Content, MapDocument, TouchDef

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
PARTS = (
    "trigger", "when", "channels", "content", "ask", "purpose", "priority", "useful_for", "enabled",
)  # fmt: skip
SETTINGS = (
    "name", "description", "settle", "default_locale", "unmatched", "replies", "limits",
)  # fmt: skip


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


class Difference(NamedTuple):
    """`touches` by key, the new document's first; `settings` of SETTINGS; `ends`: the stages that
    end a run in one of the two only; `limits`: those with other limits of their own; `order`: those
    whose touches stand in another order."""

    touches: Mapping[str, TouchChange]
    settings: tuple[str, ...]
    ends: tuple[str, ...]
    limits: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def count(self, kind: str) -> int:
        """How many touches were added, changed or removed."""
        return sum(one.kind == kind for one in self.touches.values())

    def __bool__(self) -> bool:
        return bool(self.touches or self.settings or self.ends or self.limits or self.order)


def diff(before: MapDocument, after: MapDocument) -> Difference:
    """What differs. A touch is known by its key: one with another key is another touch."""
    keys = dict.fromkeys([*after.touches, *before.touches])
    found = [change for key in keys if (change := _change(before, after, key))]
    stages = dict.fromkeys([*after.stages, *before.stages])
    return Difference(
        {one.key: one for one in found},
        tuple(name for name in SETTINGS if getattr(before, name) != getattr(after, name)),
        tuple(stage for stage in stages if before.ends(stage) != after.ends(stage)),
        tuple(stage for stage in stages if _limits(before, stage) != _limits(after, stage)),
        tuple(stage for stage in stages if _order(before, after, stage)),
    )


def _limits(document: MapDocument, stage: str) -> list[LimitsDocument]:
    return [limits for limits in document.limits_of(stage) if limits]


def _order(before: MapDocument, after: MapDocument, stage: str) -> bool:
    """Whether the touches that a stage has in both stand in another order."""
    one, other = ([t.key for t in it.of_stage(stage)] for it in (before, after))
    both = set(one) & set(other)
    return [key for key in one if key in both] != [key for key in other if key in both]


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
