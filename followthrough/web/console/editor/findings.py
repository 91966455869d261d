"""What is wrong with a draft, and what could be better: where, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from followthrough.journeys import checks, lint
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import organization
from followthrough.journeys.models import MessageMap
from followthrough.journeys.problems import Place, Problem
from followthrough.web.console.editor import form_words

STOPS = "stops"  # it cannot be published; what lint finds (ERROR, WARNING) stops nothing
EMPTY = "empty"  # nor this: a touch of which nothing is written yet, which is no mistake
ORDER = (STOPS, lint.ERROR, lint.WARNING, EMPTY)


class Found(NamedTuple):
    """One of them. `key` and `place` (within the touch) are empty for what is about no touch."""

    key: str
    stage: str
    place: Place
    severity: str
    reason: str
    remedy: str
    channel: str = ""
    locale: str = ""

    @property
    def stops(self) -> bool:
        return self.severity == STOPS

    @property
    def empty(self) -> bool:
        return self.severity == EMPTY

    @property
    def harms(self) -> bool:
        return self.severity == lint.ERROR


def of(raw: Mapping[str, Any], map: MessageMap) -> list[Found]:
    """Everything that is found in the draft of a map, the worst first. A touch of which nothing is
    written yet is only said to be that."""
    keys = list(MapDocument.model_validate(raw).touches)
    stops = [_stops(raw, place, one, keys) for place, one in checks.cross_problems(raw)]
    empty = {one.key for one in stops if one.empty}
    linted = [one for one in _linted(raw, map) if one.key not in empty]
    return sorted([*stops, *linted], key=lambda one: ORDER.index(one.severity))


def _linted(raw: Mapping[str, Any], map: MessageMap) -> Iterator[Found]:
    document = MapDocument.model_validate(raw)
    if not document.touches:
        return  # the board says how to begin
    for one in lint.lint(document, organization.setting(map.organization, map)):
        _key, _stage, place = _within(raw, one.place)
        told = form_words.of(one.reason, one.remedy, document.touches)
        yield Found(one.key, one.stage, place, one.severity, *told, one.channel, one.locale)


def _stops(raw: Mapping[str, Any], place: Place, problem: Problem, keys: Sequence[str]) -> Found:
    where = _within(raw, place)
    if _unwritten(raw, place):
        return Found(*where, EMPTY, _("No text yet."), "")
    return Found(*where, STOPS, *form_words.of(problem.reason, problem.remedy, keys))


def _unwritten(raw: Mapping[str, Any], place: Place) -> bool:
    """Whether it is about a text of a touch that has none at all so far."""
    if len(place) != 6 or place[0] != "stages" or place[4] != "content":
        return False
    touch = raw["stages"][place[1]]["touches"][place[3]]
    return not any(touch.get("content", {}).values())


def _within(raw: Mapping[str, Any], place: Place) -> tuple[str, str, Place]:
    """The key of the touch, the stage, and the place within them."""
    if place[:1] != ("stages",) or len(place) < 2:
        return "", "", place
    stage = str(place[1])
    if len(place) > 3 and place[2] == "touches" and isinstance(place[3], int):
        touches: Sequence[Any] = raw["stages"][stage]["touches"]
        return touches[place[3]]["key"], stage, place[4:]
    return "", stage, place[2:]


def by_touch(found: Sequence[Found]) -> dict[str, list[Found]]:
    """By the key of the touch they are about; '' for the map itself."""
    rows: dict[str, list[Found]] = {}
    for one in found:
        rows.setdefault(one.key, []).append(one)
    return rows
