"""What one map says otherwise than another, as lines on the command line: in the words of the
console, and the texts line by line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from followthrough.journeys import diff
from followthrough.journeys.definition import Content, MapDocument
from followthrough.journeys.diff import TouchChange
from followthrough.web.console import map_changes
from followthrough.web.console.map_changes import ChangedPart
from followthrough.web.console.map_words import when

MARKS = {diff.ADDED: "+", diff.CHANGED: "~", diff.REMOVED: "-"}


def said(before: MapDocument, after: MapDocument) -> Iterator[str]:
    """Each difference on a line or several; nothing where there is none."""
    found = diff.diff(before, after)
    for part in map_changes.of_map(found, before, after):
        yield f"~ {_part(part)}"
    for change in found.touches.values():
        yield from _touch(change, before, after)
    for answer in ("confirmed", "declined"):
        one, other = getattr(before.replies, answer), getattr(after.replies, answer)
        yield from _texts(f"replies.{answer}", one, other)


def _touch(change: TouchChange, before: MapDocument, after: MapDocument) -> Iterator[str]:
    document, touch = (after, change.after) if change.after else (before, change.before)
    assert touch
    yield f"{MARKS[change.kind]} {document.stage_of[change.key]} · {change.key}: {when(touch)}"
    for part in map_changes.of_touch(change):
        if part.was or part.is_:
            yield f"    {_part(part)}"
    yield from _said(change)


def _part(part: ChangedPart) -> str:
    return f"{part.name}: {part.was} → {part.is_}" if part.was or part.is_ else part.name


def _said(change: TouchChange) -> Iterator[str]:
    one, other = change.before, change.after
    yield from _texts("", one and one.content, other and other.content)
    for answer in ("confirmed", "declined"):
        replies = [touch and touch.ask and getattr(touch.ask.answers, answer).reply
                   for touch in (one, other)]  # fmt: skip
        yield from _texts(answer, replies[0] or None, replies[1] or None)


def _texts(name: str, before: Content | None, after: Content | None) -> Iterator[str]:
    for one in diff.texts(before, after):
        yield f"    {' '.join(part for part in (name, one.channel, one.locale) if part)}"
        old, new = (_lines(content, one.channel, one.locale) for content in (before, after))
        for line in list(unified_diff(old, new, n=1, lineterm=""))[2:]:
            if not line.startswith("@@"):
                yield f"      {line}"


def _lines(content: Content | None, channel: str, locale: str) -> list[str]:
    texts: Any = getattr(content, channel, None) or {}
    text = texts.get(locale)
    parts = text.model_dump(exclude_none=True) if text else {}
    return [line for said in parts.values() for line in said.rstrip("\n").split("\n")]
