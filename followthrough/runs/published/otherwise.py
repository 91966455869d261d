"""How a planned touch differs from what another version plans in its place. Pure.

What stands in the touch is compared with the whole plan, so a part that is told here is one that
the gate or the candidate would notice; what a plan leaves to its version (texts, the ask, limits)
is compared in the two documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from followthrough.core import canonical
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.events import PlanTouch

SHIFTS, REWORDED, CHANNELS, CONDITIONS = "shifts", "reworded", "channels", "conditions"
USEFUL, ASKS, PURPOSE, PRIORITY, LIMITS = "useful", "asks", "purpose", "priority", "limits"
KINDS = (SHIFTS, REWORDED, CHANNELS, CONDITIONS, USEFUL, ASKS, PURPOSE, PRIORITY, LIMITS)


class Planned(NamedTuple):
    """What stands in a planned touch; `due_at`: when its version would have it."""

    due_at: datetime
    useful_until: datetime | None
    channels: Sequence[str]
    relevance: Any
    purpose: str
    priority: int


def kinds(old: MapDocument, new: MapDocument, planned: Planned, plan: PlanTouch) -> Iterator[str]:
    """Of KINDS those in which `plan`, of the document `new`, is another than what is planned."""
    if planned.due_at != plan.due_at:
        yield SHIFTS
    if list(planned.channels) != list(plan.channels):
        yield CHANNELS
    if canonical.dumps(planned.relevance) != canonical.dumps(plan.relevance):
        yield CONDITIONS
    if _useful(planned) != _useful(plan):
        yield USEFUL
    if planned.purpose != plan.purpose:
        yield PURPOSE
    if planned.priority != plan.priority:
        yield PRIORITY
    yield from _of_documents(old, new, plan.key)


def _useful(one: Planned | PlanTouch) -> object:
    """For how long: the end of what only is due at another time is another too."""
    return one.useful_until and one.useful_until - one.due_at


def _of_documents(old: MapDocument, new: MapDocument, key: str) -> Iterator[str]:
    if key not in old.touches:
        return
    if _texts(old, key) != _texts(new, key):
        yield REWORDED
    if _asks(old, key) != _asks(new, key):
        yield ASKS
    if _limits(old, key) != _limits(new, key):
        yield LIMITS


def _texts(document: MapDocument, key: str) -> object:
    """Whose language is not among them hears the map's own."""
    return document.touches[key].content, document.default_locale


def _asks(document: MapDocument, key: str) -> object:
    """The question, with the answers to answers that it leaves to the map."""
    ask = document.touches[key].ask
    return ask and (ask, document.replies)


def _limits(document: MapDocument, key: str) -> object:
    return document.limits, document.limits_of(document.stage_of[key])
