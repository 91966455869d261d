"""What a replay comes to: what happened beside what would have, counted, with examples to open.

A *message* is one that was handed over, whether or not the provider took it. *Exposure* says how
near messages come to people who leave: `near` are those sent to somebody within 24 hours before
they asked for no more, per 1,000 people replayed; `leavers` are all those sent to such people
before they did. Who left when is what really happened: a replay does not know who would have left
because of another text.

Messages are counted by name and, since two maps may have no name in common, by stage as well.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any
from uuid import UUID

from django.db import connection

from followthrough.core.canonical import iso
from followthrough.runs import jobs
from followthrough.runs.replay.fates import CANCELLED, DROPPED, MERGED, SENT, Fate
from followthrough.runs.replay.moments import Moment, Refused, Wrote
from followthrough.runs.replay.trial import Compared, Part, Trial

EXAMPLES = 20
NEAR = timedelta(hours=24)
LATE = timedelta(minutes=30)  # so late a worker may have been: that is no difference of the map
CAPS = frozenset({"caps", "legal_caps"})
MORE, FEWER, OTHERWISE, SAME = "more", "fewer", "otherwise", "same"
CAPPED = "capped"  # who would find a cap full more often than they did, whatever else they get
_SHOWN = frozenset({SENT, DROPPED, MERGED})  # what an example tells; a cancelled one was no message


def _counters() -> defaultdict[str, Counter[str]]:
    return defaultdict(Counter)


@dataclass
class Side:
    """One of the two: what happened, or what would have."""

    sent: Counter[str] = field(default_factory=Counter)  # by channel
    parts: int = 0  # of text messages
    held: Counter[str] = field(default_factory=Counter)  # by check
    dropped: Counter[str] = field(default_factory=Counter)
    merged: int = 0
    cancelled: int = 0
    capped: int = 0  # messages that found a cap full
    touches: defaultdict[str, Counter[str]] = field(default_factory=_counters)
    stages: defaultdict[str, Counter[str]] = field(default_factory=_counters)  # sent, each by name
    days: Counter[str] = field(default_factory=Counter)  # messages by day
    near: int = 0
    leavers: int = 0

    def add(self, fates: Iterable[Fate], left: Sequence[datetime]) -> None:
        """Count what became of one person's touches; `left` is when they asked for no more."""
        for fate in fates:
            self._count(fate)
            if fate.sent and fate.at:
                self._expose(fate.at, left)

    def _count(self, fate: Fate) -> None:
        codes = [held.code for held in fate.holds]
        self.held.update(codes)
        self.capped += _capped(fate)
        self.touches[fate.key][fate.verdict] += 1
        self.touches[fate.key]["held"] += bool(codes)
        if fate.verdict == SENT:
            self.sent[fate.channel] += 1
            self.parts += fate.parts
            self.stages[fate.stage][fate.key] += 1
            self.days[fate.at.date().isoformat() if fate.at else ""] += 1
        elif fate.verdict == DROPPED:
            self.dropped[fate.code] += 1
        self.merged += fate.verdict == MERGED
        self.cancelled += fate.verdict == CANCELLED

    def _expose(self, at: datetime, left: Sequence[datetime]) -> None:
        place = bisect_left(left, at)
        if place < len(left):
            self.leavers += 1
            self.near += left[place] - at <= NEAR

    def join(self, other: Side) -> None:
        """Count what became of other people's as well."""
        for name in ("sent", "held", "dropped", "days"):
            getattr(self, name).update(getattr(other, name))
        for name in ("parts", "merged", "cancelled", "capped", "near", "leavers"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("touches", "stages"):
            for key, counts in getattr(other, name).items():
                getattr(self, name)[key].update(counts)

    def plain(self, people: int) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "messages": sum(self.sent.values()),
            "sent": dict(self.sent),
            "parts": self.parts,
            "held": dict(self.held.most_common()),
            "dropped": dict(self.dropped.most_common()),
            "merged": self.merged,
            "cancelled": self.cancelled,
            "capped": self.capped,
            "touches": {key: dict(counts) for key, counts in sorted(self.touches.items())},
            "stages": {key: dict(counts) for key, counts in sorted(self.stages.items())},
            "days": dict(sorted(self.days.items())),
            "near": self.near,
            "near_per_thousand": round(1000 * self.near / people, 1) if people else 0.0,
            "leavers": self.leavers,
        }


class Contrast:
    """Both sides, and who gets more, fewer, as many but otherwise, or the same."""

    def __init__(self) -> None:
        self.before, self.after = Side(), Side()
        self.people = self.runs = 0
        self.who: Counter[str] = Counter()
        self.examples: dict[str, list[dict[str, Any]]] = {
            kind: [] for kind in (MORE, FEWER, OTHERWISE, CAPPED)
        }

    def add(self, one: Compared) -> None:
        """Count the people of one cast."""
        self.runs += len(one.lived.cast.roles)
        before, after = _by_person(one.before), _by_person(one.after)
        for person in sorted({role.candidate_id for role in one.lived.cast.roles.values()}):
            left = _left(one.lived.cast.moments, person)
            self._person(person, before.get(person, []), after.get(person, []), left)

    def _person(
        self, person: UUID, before: list[Fate], after: list[Fate], left: Sequence[datetime]
    ) -> None:
        self.people += 1
        self.before.add(before, left)
        self.after.add(after, left)
        kinds = [_kind(before, after)]
        if sum(map(_capped, after)) > sum(map(_capped, before)):
            kinds.append(CAPPED)
        self.who.update(kinds)
        for kind in kinds:
            if kind != SAME and len(self.examples[kind]) < EXAMPLES:
                self.examples[kind].append(_example(person, before, after))

    def plain(self) -> dict[str, Any]:
        """All of it as plain values: what is kept of a replay."""
        return {
            "people": self.people,
            "runs": self.runs,
            "before": self.before.plain(self.people),
            "after": self.after.plain(self.people),
            "who": {kind: self.who[kind] for kind in (MORE, FEWER, OTHERWISE, SAME, CAPPED)},
            "examples": self.examples,
        }

    def join(self, other: Contrast) -> None:
        """Count other people as well."""
        self.people += other.people
        self.runs += other.runs
        self.who.update(other.who)
        self.before.join(other.before)
        self.after.join(other.after)
        for kind, found in self.examples.items():
            found.extend(other.examples[kind][: EXAMPLES - len(found)])


_tried: list[Trial] = []  # what the processes that are forked for it share


def parts(trial: Trial, *, processes: int = 1) -> Iterator[Contrast]:
    """What each part of the people comes to, in order. More than one process is for a process of
    its own, outside of any transaction."""
    if processes == 1:
        yield from (_of(trial.compare(part)) for part in trial.parts())
        return
    _tried[:] = [trial]
    found = list(trial.parts())
    connection.close()  # each process has one of its own
    with get_context("fork").Pool(processes, jobs.end_with, (os.getpid(),)) as pool:
        yield from pool.imap(_part, found)


def _part(part: Part) -> Contrast:
    return _of(_tried[0].compare(part))


def _of(compared: Iterable[Compared]) -> Contrast:
    found = Contrast()
    for one in compared:
        found.add(one)
    return found


def _by_person(fates: Iterable[Fate]) -> dict[UUID, list[Fate]]:
    found: dict[UUID, list[Fate]] = defaultdict(list)
    for fate in fates:
        found[fate.candidate_id].append(fate)
    return found


def _capped(fate: Fate) -> bool:
    """Whether it found a cap full, and waited or was not sent."""
    return not CAPS.isdisjoint({fate.code, *(held.code for held in fate.holds)})


def _kind(before: Iterable[Fate], after: Iterable[Fate]) -> str:
    one, other = _messages(before), _messages(after)
    if len(one) != len(other):
        return MORE if len(other) > len(one) else FEWER
    same = all(
        this[:2] == that[:2] and abs(this[2] - that[2]) <= LATE
        for this, that in zip(one, other, strict=True)
    )
    return SAME if same else OTHERWISE


def _messages(fates: Iterable[Fate]) -> list[tuple[str, str, datetime]]:
    """What went out: what a candidate would notice."""
    return sorted((one.key, one.channel, one.at) for one in fates if one.sent and one.at)


def _left(moments: Iterable[Moment], person: UUID) -> list[datetime]:
    """When they asked for no more messages."""
    return [
        one.at
        for one in moments
        if isinstance(one, (Wrote, Refused))
        and one.candidate_id == person
        and (isinstance(one, Refused) or one.kind == "opt_out")
    ]


def _example(person: UUID, before: Iterable[Fate], after: Iterable[Fate]) -> dict[str, Any]:
    fates = [*before, *after]
    return {
        "candidate": str(person),
        "application": str(fates[0].application_id),
        "before": _told(before),
        "after": _told(after),
    }


def _told(fates: Iterable[Fate]) -> list[list[Any]]:
    """Key, channel, when, verdict, code, stage, and whether a cap was full, of each in order."""
    found = [one for one in fates if one.verdict in _SHOWN and one.at]
    return [
        [one.key, one.channel, iso(one.at), one.verdict, one.code, one.stage, _capped(one)]
        for one in sorted(found, key=lambda one: (one.at, one.key))
        if one.at
    ]
