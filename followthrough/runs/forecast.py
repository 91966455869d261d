"""What a policy would do to the planned messages: decided by the same gate, written nowhere.

Each message is judged at the moment it is due, with what was judged to go out before it counted in;
one that is held is not followed further. What nobody knows yet, such as answers, is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from followthrough.core.ids import text_of
from followthrough.governance.case import HOLD
from followthrough.governance.decisions import (
    Decision,
    Draft,
    Drop,
    Hold,
    Merge,
    Rendered,
    Send,
    Use,
)
from followthrough.governance.policy import CompiledPolicy
from followthrough.governance.reasons import LATE
from followthrough.messages.outbox import Due
from followthrough.runs import drafts, facts
from followthrough.runs.facts import Company, Facts, Person
from followthrough.store import sql

HORIZON = timedelta(hours=24)
MOST = 2_000  # messages that are looked at
BATCH = 300
EXAMPLES = 20
SENT, HELD, DROPPED, MERGED = "sent", "held", "dropped", "merged"
MOOT = "moot"  # not sent either, but by no rule of policy or law: another policy changes nothing
RULES = frozenset({"quiet_hours", "legal_hours", "caps", "legal_caps", "no_consent"})
_OUTCOMES: Mapping[type, str] = {Send: SENT, Hold: HELD, Drop: DROPPED, Merge: MERGED}


class Outcome(NamedTuple):
    """What would become of one message: one of the five words, the check that decided, and for
    one that is held until when."""

    what: str
    code: str
    until: datetime | None


class Changed(NamedTuple):
    """A message that two policies treat otherwise."""

    due: Due
    before: Outcome
    after: Outcome


@dataclass
class Forecast:
    """What two policies make of the same messages. `before` and `after` count outcomes by what
    and code; `more` says that only the first MOST were looked at."""

    planned: int = 0
    more: bool = False
    before: Counter[tuple[str, str]] = field(default_factory=Counter)
    after: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: int = 0
    examples: list[Changed] = field(default_factory=list)

    def add(self, due: Due, before: Outcome, after: Outcome) -> None:
        """Count one message."""
        self.planned += 1
        self.before[before[:2]] += 1
        self.after[after[:2]] += 1
        if before != after:
            self.changed += 1
            if len(self.examples) < EXAMPLES:
                self.examples.append(Changed(due, before, after))


def compare(
    organization_id: UUID, before: CompiledPolicy, after: CompiledPolicy, *, now: datetime
) -> Forecast:
    """What `before` and `after` make of the messages that are due within HORIZON."""
    found = Forecast()
    dues = _planned(organization_id, now)
    found.more, dues = len(dues) > MOST, dues[:MOST]
    for part in _by_person_in(dues):
        known = facts.load(part, now=now, stages=True)
        ours = known.companies()[organization_id]
        one, other = (_Play(known, ours, it).outcomes(part, now) for it in (before, after))
        for due in part:
            found.add(due, one[due.id], other[due.id])
    return found


_PLANNED = f"""
SELECT {", ".join(f"t.{name}" for name in Due._fields)} FROM messaging_touch t
WHERE t.shard = ANY(%s) AND t.state = 'planned' AND t.due_at < %s AND t.organization_id = %s
ORDER BY t.due_at LIMIT %s
"""  # noqa: S608


def _planned(organization_id: UUID, now: datetime) -> list[Due]:
    """The first of what is due, one more than is looked at."""
    given = (list(range(settings.SHARDS)), now + HORIZON, organization_id, MOST + 1)
    return list(map(Due._make, sql.rows(_PLANNED, given)))


def _by_person_in(dues: Sequence[Due]) -> Iterable[list[Due]]:
    """The messages in parts, those of one person together: they count against each other."""
    theirs: dict[UUID, list[Due]] = defaultdict(list)
    for due in dues:
        theirs[due.candidate_id].append(due)
    for people in _batched(list(theirs.values()), BATCH):
        yield [due for person in people for due in person]


def _batched(items: Sequence[list[Due]], size: int) -> Iterable[Sequence[list[Due]]]:
    return (items[start : start + size] for start in range(0, len(items), size))


class _Play:
    """A policy played through for some people's messages, before any of them was sent."""

    def __init__(self, known: Facts, ours: Company, policy: CompiledPolicy) -> None:
        self.known = known
        self.ours = ours._replace(policy=policy, used=defaultdict(list))
        self.told: dict[UUID | None, list[tuple[str, str]]] = defaultdict(list)

    def outcomes(self, dues: Sequence[Due], now: datetime) -> dict[UUID, Outcome]:
        """What would become of each, in the order in which they are due."""
        found: dict[UUID, Outcome] = {}
        for moment, together in groupby(
            sorted(dues, key=_due_at), key=lambda due: max(due.due_at, now)
        ):
            for candidate_id, theirs in drafts.by_person(list(together)).items():
                found.update(self._of_person(self.known.people[candidate_id], theirs, moment))
        return found

    def _of_person(
        self, person: Person, dues: list[Due], moment: datetime
    ) -> Iterable[tuple[UUID, Outcome]]:
        given = person, dues, self.known, self.ours
        found = drafts.judged(*given, at=moment, change=self._imagine)
        for due, decision in zip(dues, found, strict=True):
            if isinstance(decision, Send):
                self._count(decision, due, person, moment)
            yield due.id, _outcome(decision)

    def _imagine(self, due: Due, draft: Draft) -> None:
        """What went out before it counts; what its text says is no policy's affair."""
        draft.told = [*draft.told, *self.told[due.application_id]]
        for option in draft.options:
            option.render = _some_text

    def _count(self, decision: Send, due: Due, person: Person, moment: datetime) -> None:
        if decision.counted:
            channel = decision.option.channel
            use = Use(moment.timestamp(), text_of(due.id), person.name, channel, due.purpose)
            self.ours.used[decision.option.address_key].append(use)
            self.told[due.application_id].append((channel, due.purpose))


def _due_at(due: Due) -> datetime:
    return due.due_at


def _some_text(channel: str) -> Rendered:
    return Rendered("…")


def _outcome(decision: Decision) -> Outcome:
    until = decision.until if isinstance(decision, Hold) else None
    moot = isinstance(decision, Drop) and not _ruled(decision)
    return Outcome(MOOT if moot else _OUTCOMES[type(decision)], decision.code, until)


def _ruled(drop: Drop) -> bool:
    """Whether policy or law let it fall: by itself, or by making it wait past its use."""
    if drop.code != LATE:
        return drop.code in RULES
    waited = drop.checks[-2:-1]  # what it would have had to wait for stands before
    return any(outcome == HOLD and _rules(code, why) for code, outcome, why in waited)


def _rules(code: str, why: Mapping[str, Any]) -> bool:
    """A map's hours are no rule of these, unless one of them stays closed for longer."""
    return code in RULES or (code == "map_hours" and ("rules" in why or "policy" in why))
