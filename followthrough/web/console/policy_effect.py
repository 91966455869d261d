"""What a policy would do, in words and bars: what the next day's messages come to under two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.accounts.models import Member
from followthrough.governance import reasons
from followthrough.people import scopes
from followthrough.runs.forecast import (
    DROPPED,
    HELD,
    MERGED,
    MOOT,
    SENT,
    Changed,
    Forecast,
    Outcome,
)
from followthrough.web.console import sentences

WIDTH = 1000  # of a bar
LOOKS = {SENT: "kept", HELD: "held", MERGED: "quiet", DROPPED: "person"}


class Band(NamedTuple):
    """A part of a bar: where it begins and how wide it is, of WIDTH."""

    look: str
    start: float
    width: float


class Side(NamedTuple):
    """What one policy comes to: a number for each outcome, the reasons, and a bar. `moot` are the
    reasons of what no policy would let go out."""

    counts: Mapping[str, int]
    reasons: Sequence[tuple[str, int]]
    moot: Sequence[tuple[str, int]]
    bands: Sequence[Band]


class Example(NamedTuple):
    """A message that the two treat otherwise. `name` is '' for whom the member does not see."""

    candidate_id: UUID
    name: str
    what: str
    before: str
    after: str


class Effect(NamedTuple):
    """What a policy would do beside what the one in force does."""

    planned: int
    more: bool
    changed: int
    before: Side
    after: Side
    examples: Sequence[Example]


def effect(found: Forecast, member: Member, *, zone: str) -> Effect:
    """A forecast as a member sees it; times by the clock of `zone`."""
    names = _names({one.due.candidate_id for one in found.examples}, member)
    return Effect(
        found.planned,
        found.more,
        found.changed,
        _side(found.before, found.planned),
        _side(found.after, found.planned),
        [_example(one, names, zone) for one in found.examples],
    )


def _side(counted: Counter[tuple[str, str]], planned: int) -> Side:
    by_outcome: Counter[str] = Counter()
    for (what, _code), number in counted.items():
        by_outcome[what] += number
    return Side(
        {one: by_outcome[one] for one in (*LOOKS, MOOT)},
        _reasons(counted, lambda what: what not in (SENT, MOOT)),
        _reasons(counted, lambda what: what == MOOT),
        _bands(by_outcome, planned),
    )


def _reasons(
    counted: Counter[tuple[str, str]], wanted: Callable[[str], bool]
) -> list[tuple[str, int]]:
    """Why, of the outcomes that are wanted, the most frequent first."""
    why: Counter[str] = Counter()
    for (what, code), number in counted.items():
        if wanted(what):
            why[code] += number
    return [(reasons.label(code), number) for code, number in why.most_common()]


def _bands(counts: Mapping[str, int], planned: int) -> list[Band]:
    found, start = [], 0.0
    for what, look in LOOKS.items():
        width = WIDTH * counts[what] / planned if planned else 0.0
        if width:
            found.append(Band(look, round(start, 2), round(width, 2)))
        start += width
    return found


def _names(candidates: Collection[UUID], member: Member) -> dict[UUID, str]:
    return {one.id: one.name for one in scopes.candidates(member).filter(id__in=candidates)}


def _example(one: Changed, names: Mapping[UUID, str], zone: str) -> Example:
    return Example(
        one.due.candidate_id,
        names.get(one.due.candidate_id, ""),
        sentences.touch_name(one.due.key),
        _outcome(one.before, zone),
        _outcome(one.after, zone),
    )


def _outcome(outcome: Outcome, zone: str) -> str:
    told: dict[str, Any] = {"why": reasons.label(outcome.code)}
    if outcome.what == SENT:
        return _("goes out")
    if outcome.what == HELD and outcome.until:
        told["until"] = sentences.moment(outcome.until, zone)
        return _("held until %(until)s (%(why)s)") % told
    return _("not sent (%(why)s)") % told
