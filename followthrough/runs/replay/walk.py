"""A walk through a map that looks like real hiring: which stages, after how many days, and the
times that come with each. For whoever has not said what is to happen. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from followthrough.journeys.definition import ENDING, STAGES, MapDocument, TouchDef
from followthrough.journeys.lint.filling import times

HIRED, REJECTED, WITHDRAWN = "hired", "rejected", "withdrawn"
ENDS = (HIRED, REJECTED, WITHDRAWN)
AT = time(10)  # when recruiters move people on
# Each time a little earlier in the day, so after less than whole days: what is due after just as
# many does not go out in the very minute in which they are moved on.
EARLIER = timedelta(minutes=15)
# How many days somebody stays in a stage before they are moved on.
STAYS = {"lead": 1, "applied": 3, "screen": 2, "interview": 5, "offer": 3, "checks": 5}
LEAVES = {REJECTED: 2, WITHDRAWN: 1}  # days in the last stage, for whoever is not hired
LAST = {REJECTED: "interview", WITHDRAWN: "interview"}  # the last stage such people see


class Later(NamedTuple):
    """So many days later, at a time of the wall clock; None: at once."""

    days: int
    at: time | None = None


USUAL = Later(3, time(14))
# When an anchor stands, after the stage that brings it was entered.
ANCHORS = {
    "call_start": Later(2, time(11)),
    "document_due": Later(7, time(17)),
    "end_date": Later(60, time(17)),
    "interview_end": Later(3, time(15)),
    "interview_start": Later(3, time(14)),
    "offer_deadline": Later(5, time(17)),
    "offer_sent": Later(0),
    "start_date": Later(14, time(9)),
}


@dataclass(frozen=True)
class Leg:
    """A stage that is entered `after` the one before, and the anchors that come with it, each after
    that."""

    stage: str
    after: Later
    anchors: Mapping[str, Later] = field(default_factory=dict)


def usual(
    document: MapDocument,
    begins: datetime,
    *,
    ends: str = HIRED,
    present: str = "",
    known: Mapping[str, date] | None = None,
) -> list[Leg]:
    """From the first stage in which the map speaks, or the `present` one, to how it `ends`.
    `begins` is by their wall clock; `known` are anchors that stand already."""
    legs, day, stands = [], begins.date(), dict(known or {})
    for stage in path(document, ends=ends, present=present):
        before = legs[-1].stage if legs else ""
        later = _later(day, before, stage, _met(document, before, stands)) if legs else Later(0)
        later = later._replace(at=_earlier(later.at, len(legs) - 1))
        day += timedelta(days=later.days)
        legs.append(Leg(stage, later, brought(document, stage, day, stands)))
        stands |= {name: day + timedelta(one.days) for name, one in legs[-1].anchors.items()}
    return legs


def _earlier(at: time | None, moves: int) -> time | None:
    return at and (datetime.combine(date.min, at) - moves * EARLIER).time()


def path(document: MapDocument, *, ends: str = HIRED, present: str = "") -> list[str]:
    """The stages of the map in their order, as far as somebody gets to see them."""
    if present in ENDING:
        return [present]
    order = [stage for stage in STAGES if stage not in ENDING]
    last = order.index(LAST[ends]) if ends in LAST else len(order)
    first = order.index(present) + 1 if present in order else order.index(_first(document))
    last = last if present in order else max(first, last)
    known = [stage for stage in order[first : last + 1] if stage in document.stages]
    return [*([present] if present else []), *known, ends]


def _first(document: MapDocument) -> str:
    speaks = (stage for stage in STAGES if any(one.enabled for one in document.of_stage(stage)))
    first = next(speaks, "applied")
    return "applied" if first in ENDING else first


def _later(day: date, before: str, stage: str, met: date | None) -> Later:
    """When a stage follows another: whoever goes on has met them by then."""
    days = LEAVES.get(stage) or STAYS.get(before, 2)
    if stage != WITHDRAWN and met:
        days = max(days, (met - day).days + 1)
    return _on_a_workday(day, Later(days, AT))


def _met(document: MapDocument, stage: str, stands: Mapping[str, date]) -> date | None:
    """The day on which people meet who are in a stage: the last one, if any is known."""
    names = (name for name in used(document, stage) if name.endswith(("_start", "_end")))
    return max((stands[name] for name in names if name in stands), default=None)


def brought(
    document: MapDocument, stage: str, day: date, known: Collection[str]
) -> dict[str, Later]:
    """The anchors that usually come with a stage that is entered on that day: what its messages
    wait for and nothing has set before."""
    names = [name for name in used(document, stage) if name not in known]
    return {name: _on_a_workday(day, ANCHORS.get(name, USUAL)) for name in names}


def _on_a_workday(day: date, later: Later) -> Later:
    """The same, or on the Monday after."""
    weekend = max(0, (day + timedelta(days=later.days)).weekday() - 4)
    return later._replace(days=later.days + (3 - weekend if weekend and later.days else 0))


def used(document: MapDocument, stage: str) -> list[str]:
    """The anchors that a stage's messages wait for, ask about or name."""
    touches = [one for one in document.of_stage(stage) if one.enabled]
    return sorted({name for touch in touches for name in _names(document, touch)})


def _names(document: MapDocument, touch: TouchDef) -> Iterator[str]:
    if name := document.anchors[touch.key]:
        yield name
    for text in _texts(touch.model_dump(include={"content", "ask"}, exclude_none=True)):
        yield from times(text)
    yield from re.findall(r"'anchor\.([a-z0-9_]+)\.", str(touch.predicates()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)


def asks(document: MapDocument, stage: str) -> Sequence[str]:
    """The keys of the questions that are asked in a stage."""
    return [one.key for one in document.of_stage(stage) if one.enabled and one.ask]
