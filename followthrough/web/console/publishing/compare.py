"""What one document says otherwise than another, part by part and side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.journeys import diff
from followthrough.journeys.definition import CHANNELS, STAGES, MapDocument, TouchDef
from followthrough.journeys.diff import TouchChange
from followthrough.people.stages import Stage
from followthrough.web.console import map_changes, map_words
from followthrough.web.console.publishing.marks import Sides, sides
from followthrough.web.console.sentences import label
from followthrough.web.templatetags.console import channel

TEXTS = ("content", "ask")  # parts whose texts stand side by side one by one


class Row(NamedTuple):
    """A part that differs: its name and both texts; `lang` is that of a text to candidates."""

    name: str
    sides: Sides
    lang: str = ""


class Changed(NamedTuple):
    """A touch that differs (`kind` as in `diff`), in the stage where it is, or was. `when` it goes
    is said of those that came or went."""

    key: str
    kind: str
    stage: str
    when: str
    rows: list[Row]

    @property
    def whole(self) -> bool:
        """Whether all of it came or went, so that there is nothing to stand beside it."""
        return self.kind != diff.CHANGED


class Comparison(NamedTuple):
    """Everything that differs: of the map as a whole, and touch by touch."""

    settings: list[Row]
    touches: list[Changed]
    counts: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.settings or self.touches)


def compare(before: MapDocument, after: MapDocument) -> Comparison:
    """`after` beside `before`."""
    found = diff.diff(before, after)
    settings = [
        Row(part.name, sides(part.was, part.is_))
        for part in map_changes.of_map(found, before, after)
        if part.was or part.is_
    ]
    settings += _texts_between(_of(before.replies), _of(after.replies))
    changes = sorted(
        found.touches.values(), key=lambda one: STAGES.index(_stage(one, before, after))
    )
    touches = [_touch(change, before, after) for change in changes]
    counts = {kind: found.count(kind) for kind in (diff.ADDED, diff.CHANGED, diff.REMOVED)}
    return Comparison(settings, touches, counts)


def beginning(document: MapDocument) -> Comparison:
    """The first version of a map, all of which is new."""
    return compare(MapDocument(name=document.name, stages={}), document)


def _touch(change: TouchChange, before: MapDocument, after: MapDocument) -> Changed:
    stage = _stage(change, before, after)
    whole = change.kind != diff.CHANGED
    parts = TEXTS if whole else change.parts
    rows = [row for part in parts for row in _rows(part, change, before, after)]
    when = _when(change.after or change.before) if whole else ""
    return Changed(change.key, change.kind, str(Stage(stage).label), when, rows)


def _stage(change: TouchChange, before: MapDocument, after: MapDocument) -> str:
    return (after if change.after else before).stage_of[change.key]


def _when(touch: TouchDef | None) -> str:
    """When it goes, and only if what."""
    if touch is None:
        return ""
    asked = map_words.joined(map_words.conditions(touch.when))
    told = {"when": map_words.when(touch), "if": asked}
    return _("%(when)s, only if %(if)s") % told if asked else str(told["when"])


def _rows(part: str, change: TouchChange, before: MapDocument, after: MapDocument) -> Iterator[Row]:
    if part == "stage":
        stages = [str(Stage(one.stage_of[change.key]).label) for one in (before, after)]
        yield Row(map_changes.name_of(part, map_changes.NAMES), sides(*stages))
    elif part in TEXTS:
        old, new = (_of(getattr(one, part)) if one else {} for one in (change.before, change.after))
        yield from _texts_between(old, new)
    else:
        said = [_said(part, one) if one else "" for one in (change.before, change.after)]
        name = map_changes.name_of(part, map_changes.NAMES)
        yield Row(name, sides(*(said if said[0] != said[1] else _exact(part, change))))


def _said(part: str, touch: TouchDef) -> str:
    words = map_changes.WORDS.get(part)
    return words(touch) if words else str(getattr(touch, part))


def _exact(part: str, change: TouchChange) -> list[str]:
    """Where words do not tell them apart, what is written: PT24H is not P1D."""
    written = (one.model_dump(by_alias=True, exclude_none=True) for one in change[2:4] if one)
    return [", ".join(f"{key} {value}" for key, value in _leaves(one.get(part))) for one in written]


def _leaves(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    else:
        yield way, value


# --- texts, one by one ---------------------------------------------------------------------------

Texts = dict[tuple[str, ...], str]  # by where it stands
PLACES = {
    "on_confirmed": gettext_noop("after a yes"),
    "on_declined": gettext_noop("after a no"),
    "confirmed": gettext_noop("after a yes"),
    "declined": gettext_noop("after a no"),
    "reply": gettext_noop("our answer"),
    "write_back": gettext_noop("the ATS is told"),
    "handoff": gettext_noop("a person takes over"),
    "subject": gettext_noop("subject"),
    "preheader": gettext_noop("line beside the subject"),
    "kind": gettext_noop("kind"),
    "anchor": gettext_noop("about"),
}
UNSAID = ("answers", "body")  # where a text stands says it already


def _of(part: Any) -> Texts:
    """Every text and value of a content or an ask, by where it stands."""
    dumped = part.model_dump(by_alias=True, exclude_none=True) if part is not None else {}
    return dict(_walk(dumped, ()))


def _walk(value: Any, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, (*way, key))
    elif isinstance(value, bool):
        yield way, _("yes") if value else _("no")
    elif way[-1] == "anchor":
        yield way, map_words.anchor(str(value))
    else:
        yield way, str(value)


def _texts_between(old: Texts, new: Texts) -> list[Row]:
    return [
        Row(_place(way), sides(old.get(way, ""), new.get(way, "")), _language(way))
        for way in dict.fromkeys([*new, *old])
        if old.get(way) != new.get(way)
    ]


def _place(way: tuple[str, ...]) -> str:
    """`After a yes · our answer · Text message · English`."""
    parts = [_step(step, way[:at]) for at, step in enumerate(way) if step not in UNSAID]
    said = " · ".join(parts) or _("The words")
    return said[:1].upper() + said[1:]


def _step(step: str, before: tuple[str, ...]) -> str:
    if before and before[-1] in CHANNELS:
        return map_words.language(step)
    if step in CHANNELS:
        return channel(step)
    return _(PLACES[step]) if step in PLACES else label(step).lower()


def _language(way: tuple[str, ...]) -> str:
    """The language of a text to candidates; '' for what we say of it."""
    return next((way[at + 1] for at, step in enumerate(way[:-1]) if step in CHANNELS), "")
