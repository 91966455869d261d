"""What a version would do to those under way, as a member sees it: in which version and stage they
are, and what becomes of their messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.accounts.models import Member
from followthrough.journeys import diff
from followthrough.people import scopes
from followthrough.people.models import Candidate
from followthrough.people.stages import Stage
from followthrough.runs.published import affected, otherwise
from followthrough.runs.published.affected import (
    AGAIN,
    APPEARS,
    KINDS,
    LATE,
    VANISHES,
    Affected,
    OfTouch,
)
from followthrough.web.console.sentences import touch_name

LOOKS = {VANISHES: "quiet", APPEARS: "kept", AGAIN: "quiet", LATE: "quiet"}  # else: held
ICONS = {
    VANISHES: "removed", APPEARS: "added", otherwise.SHIFTS: "held", AGAIN: "again",
    LATE: "stopped",
}  # fmt: skip
NAMES = {
    VANISHES: gettext_noop("not sent any more"),
    APPEARS: gettext_noop("new to them"),
    otherwise.SHIFTS: gettext_noop("at another time"),
    otherwise.REWORDED: gettext_noop("in other words"),
    otherwise.CHANNELS: gettext_noop("goes by another channel"),
    otherwise.CONDITIONS: gettext_noop("under other conditions"),
    otherwise.USEFUL: gettext_noop("with another useful time"),
    otherwise.ASKS: gettext_noop("asks something else, or something else follows"),
    otherwise.PURPOSE: gettext_noop("for another purpose"),
    otherwise.PRIORITY: gettext_noop("with another priority"),
    otherwise.LIMITS: gettext_noop("under other limits of the map"),
    AGAIN: gettext_noop("was not sent to them: decided once more"),
    LATE: gettext_noop("past its use for them: not sent"),
}
LATER = {
    diff.ADDED: gettext_noop("new to them"),
    diff.CHANGED: gettext_noop("changed"),
    diff.REMOVED: gettext_noop("not sent any more"),
}


class Where(NamedTuple):
    """How many applications are in a version, and in which of its stages."""

    number: int
    total: int
    stages: Sequence[tuple[str, int]]


class Example(NamedTuple):
    """Somebody's message. `candidate` is None for whom the member does not see."""

    candidate: Candidate | None
    before: datetime | None
    after: datetime | None


FIRST = 5  # examples that are shown at once


class Part(NamedTuple):
    """What becomes of a message for some: how many, and who, as far as they are named."""

    said: str
    look: str
    icon: str
    count: int
    examples: Sequence[Example]

    @property
    def first(self) -> Sequence[Example]:
        return self.examples[:FIRST]

    @property
    def rest(self) -> Sequence[Example]:
        return self.examples[FIRST:]

    @property
    def beyond(self) -> int:
        """How many more there are than are named."""
        return self.count - len(self.examples)


class Line(NamedTuple):
    """One message in the stage that people are in."""

    name: str
    stage: str
    parts: Sequence[Part]


class Later(NamedTuple):
    """One message of a stage ahead: how it differs, for how many."""

    name: str
    stage: str
    said: str
    kind: str
    count: int


class Effect(NamedTuple):
    """Everything the page says of those under way."""

    found: Affected
    where: Sequence[Where]
    lines: Sequence[Line]
    later: Sequence[Later]
    here: Sequence[Later]
    waiting: Sequence[tuple[int, int]]
    counts: Mapping[str, int]


def _later(found: Sequence[affected.Later]) -> list[Later]:
    return [
        Later(touch_name(one.key), _stage(one.stage), _(LATER[one.kind]), one.kind, one.runs)
        for one in found
    ]


def effect(found: Affected, member: Member) -> Effect:
    """What was found, with the names of those whom the member may see."""
    known = _candidates(found, member)
    return Effect(
        found,
        _where(found),
        [_line(one, known) for one in _ordered(found)],
        _later(found.later),
        _later(found.here),
        sorted(found.waiting.items()),
        {kind: found.total(kind) for kind in KINDS},
    )


def _where(found: Affected) -> list[Where]:
    """The newest version first; within it the stages with most people."""
    numbers = sorted({number for number, _stage in found.where}, reverse=True)
    return [_in_version(found, number) for number in numbers]


def _in_version(found: Affected, number: int) -> Where:
    theirs = {stage: n for (version, stage), n in found.where.items() if version == number}
    stages = sorted(theirs.items(), key=lambda one: -one[1])
    return Where(number, sum(theirs.values()), [(_stage(name), n) for name, n in stages])


def _stage(code: str) -> str:
    return str(Stage(code).label) if code in Stage.values else _("no stage")


def _ordered(found: Affected) -> list[OfTouch]:
    return sorted(found.touches.values(), key=lambda one: -sum(one.counts.values()))


def _line(one: OfTouch, known: Mapping[UUID, Candidate]) -> Line:
    parts = [
        Part(
            _(NAMES[kind]),
            LOOKS.get(kind, "held"),
            ICONS.get(kind, "changed"),
            one.counts[kind],
            [Example(known.get(it.application_id), it.before, it.after)
             for it in one.examples.get(kind, ())],
        )
        for kind in KINDS
        if one.counts[kind]
    ]  # fmt: skip
    return Line(touch_name(one.key), _stage(one.stage), parts)


def _candidates(found: Affected, member: Member) -> dict[UUID, Candidate]:
    """Of the applications that are examples, whoever the member may see."""
    ids = _examples(found)
    rows = scopes.applications(member).filter(id__in=ids).select_related("candidate")
    return {one.id: one.candidate for one in rows} if ids else {}


def _examples(found: Affected) -> Collection[UUID]:
    return {
        it.application_id
        for one in found.touches.values()
        for some in one.examples.values()
        for it in some
    }
