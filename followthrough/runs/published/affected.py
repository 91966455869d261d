"""What a new version of a map would do to those under way, before it is published.

Each run's real state goes through the real engine, as `moving.move` would do it; nothing is
written. The first MOST are looked at; how many there are in which version and stage counts all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core import clock
from followthrough.journeys import diff, engine, plans, versions
from followthrough.journeys.definition import STAGES, MapDocument, TouchDef
from followthrough.journeys.diff import Difference, TouchChange
from followthrough.journeys.events import CloseAsk, EndRun, OpenAsk, PlanTouch, State
from followthrough.journeys.models import MessageMap, Version
from followthrough.journeys.offsets import UTC_ONLY, Where
from followthrough.runs import whereabouts
from followthrough.runs.published import moving, otherwise
from followthrough.runs.published.otherwise import Planned
from followthrough.store import sql

MOST = 2_000  # runs looked at one by one
EXAMPLES = 50  # of each kind for each touch
APPEARS, VANISHES, AGAIN, LATE = "appears", "vanishes", "again", "late"
KINDS = (APPEARS, VANISHES, *otherwise.KINDS, AGAIN, LATE)


class Example(NamedTuple):
    """One run's touch: when it would have gone out, and when it would (None: it would not)."""

    application_id: UUID
    before: datetime | None
    after: datetime | None


@dataclass
class OfTouch:
    """What becomes of one touch in the stage that runs are in now. `again` was not sent to them
    before, and is decided once more; `late` would be new to them and is past its use already: they
    do not get it."""

    key: str
    stage: str
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    def add(self, kind: str, example: Example) -> None:
        self.counts[kind] += 1
        known = self.examples.setdefault(kind, [])
        if len(known) < EXAMPLES:
            known.append(example)


class Later(NamedTuple):
    """A touch of a stage that runs have not reached: `kind` is how it differs (see `diff`)."""

    stage: str
    key: str
    kind: str
    runs: int


@dataclass
class Affected:
    """Who is concerned, and what moving them now, or with their next stage, comes to.

    `where` counts the open runs by the number of their version and their stage, `waiting` those
    that were to move with their next stage to an earlier version (by its number).
    """

    open: int = 0
    looked: int = 0
    where: Counter[tuple[int, str]] = field(default_factory=Counter)
    waiting: Counter[int] = field(default_factory=Counter)
    touches: dict[str, OfTouch] = field(default_factory=dict)
    asks_closed: int = 0
    ended: int = 0
    changed: int = 0  # runs of which some planned touch vanishes, appears or is otherwise
    later: list[Later] = field(default_factory=list)
    here: list[Later] = field(default_factory=list)  # of the stage they are in, waiting for a cause

    @property
    def more(self) -> bool:
        """Whether there are more runs than were looked at."""
        return self.open > self.looked

    def total(self, kind: str) -> int:
        """How many touches vanish, appear …, of those looked at."""
        return sum(one.counts[kind] for one in self.touches.values())


class _Run(NamedTuple):
    id: UUID
    application_id: UUID
    version_id: UUID
    state: State
    where: Where = UTC_ONLY


class _Touch(NamedTuple):
    key: str
    occurrence: str
    state: str
    due_at: datetime
    useful_until: datetime | None
    channels: Sequence[str]
    relevance: Any
    purpose: str
    priority: int
    held: bool
    said: bool


def affected(map: MessageMap, document: MapDocument, *, now: datetime | None = None) -> Affected:
    """What publishing `document` would do to the map's open runs, by each choice (`Running`)."""
    known = Version.objects.filter(map=map).values_list("id", "number", "map__moves_to")
    numbers = {key: number for key, number, _ in known}
    found = Affected()
    _count(found, numbers, next((to for *_, to in known), None))
    runs = _placed(_runs(list(numbers)), document)
    found.looked = len(runs)
    play = _Play(document, now or clock.now(), found)
    touches = _touches(runs)
    for run in runs:
        play.run(run, touches.get(run.id, ()))
    _see_later(found, document, {number: key for key, number in numbers.items()})
    return found


def coming(
    document: MapDocument, application_ids: Sequence[UUID], *, now: datetime | None = None
) -> Affected:
    """What becomes of applications, at most MOST, that are under way in other maps and go on in
    `document` now."""
    rows = sql.rows(_OF, (list(application_ids), MOST))
    runs = _placed([_Run(*row[:3], engine.load_state(row[3])) for row in rows], document)
    found = Affected(open=len(application_ids), looked=len(runs))
    play, touches = _Play(document, now or clock.now(), found, elsewhere=True), _touches(runs)
    for run in runs:
        play.run(run, touches.get(run.id, ()))
    return found


# --- what is there -------------------------------------------------------------------------------

_COUNT = """
SELECT version_id, state->>'stage', count(*) FROM journeys_run
WHERE version_id = ANY(%s) AND ended_at IS NULL GROUP BY 1, 2
"""
_RUNS = """
SELECT id, application_id, version_id, state FROM journeys_run
WHERE version_id = ANY(%s) AND ended_at IS NULL ORDER BY id LIMIT %s
"""
_OF = """
SELECT id, application_id, version_id, state FROM journeys_run
WHERE application_id = ANY(%s) AND ended_at IS NULL ORDER BY id LIMIT %s
"""
_TOUCHES = f"""
SELECT t.run_id, t.key, t.occurrence, t.state, t.due_at, t.useful_until, t.channels, t.relevance,
       t.purpose, t.priority, t.held_for <> '', {moving.IS_SAID}
FROM messaging_touch t WHERE t.run_id = ANY(%s) AND (t.state <> 'cancelled' OR {moving.IS_SAID})
"""  # noqa: S608


def _count(found: Affected, numbers: Mapping[UUID, int], to: int | None) -> None:
    for version_id, stage, count in sql.rows(_COUNT, (list(numbers),)):
        found.open += count
        found.where[numbers[version_id], stage or ""] += count
        if to and numbers[version_id] < to:
            found.waiting[to] += count


def _runs(version_ids: list[UUID]) -> list[_Run]:
    rows = sql.rows(_RUNS, (version_ids, MOST))
    return [_Run(*row[:3], engine.load_state(row[3])) for row in rows]


def _placed(runs: list[_Run], document: MapDocument) -> list[_Run]:
    """The runs with where each is, if days are counted anywhere."""
    counting = document.counts_days or any(
        versions.document(one).counts_days for one in {run.version_id for run in runs}
    )
    where = whereabouts.of([run.application_id for run in runs]) if counting else {}
    return [run._replace(where=where.get(run.application_id, UTC_ONLY)) for run in runs]


def _touches(runs: Sequence[_Run]) -> dict[UUID, list[_Touch]]:
    """What was planned for each run, and not taken back."""
    found: dict[UUID, list[_Touch]] = {}
    for run_id, *values in sql.rows(_TOUCHES, ([run.id for run in runs],)):
        found.setdefault(run_id, []).append(_Touch(*values))
    return found


# --- moving them now -----------------------------------------------------------------------------


@dataclass
class _Play:
    """Runs moved to a document, only in thought; `elsewhere`: from other maps."""

    document: MapDocument
    now: datetime
    found: Affected
    elsewhere: bool = False

    def run(self, run: _Run, touches: Sequence[_Touch]) -> None:
        """Move one."""
        old = versions.document(run.version_id)
        said = [(one.key, one.occurrence) for one in touches if one.said]
        state, effects = engine.moved(
            self.document,
            run.state,
            self.now,
            settle=self.document.settle_delay,
            where=run.where,
            said=said,
            elsewhere=old if self.elsewhere else None,
        )
        opened = sum(isinstance(one, OpenAsk) for one in effects)  # the same question, called anew
        self.found.asks_closed += sum(isinstance(one, CloseAsk) for one in effects) - opened
        self.found.ended += any(isinstance(one, EndRun) for one in effects)
        after = {one.key: one for one in effects if isinstance(one, PlanTouch)}
        before = {one.key: one for one in touches if one.state == "planned"}
        unsent = {one.key for one in touches if self._unsent(one, state)}
        changes = [*self._gone(run, before, after), *self._kept(run, old, before, after, unsent)]
        for kind, key, example in changes:
            self._of(key, run).add(kind, example)
        self.found.changed += bool(changes)
        for key in self._late(run._replace(state=state), said, old, {*before, *after}):
            self._of(key, run).add(LATE, Example(run.application_id, None, None))

    def _of(self, key: str, run: _Run) -> OfTouch:
        stage = self.document.stage_of.get(key, run.state.stage)
        return self.found.touches.setdefault(key, OfTouch(key, stage))

    def _unsent(self, touch: _Touch, state: State) -> bool:
        """Whether it was decided in this stage not to be sent, or could not be."""
        unsent = touch.state in ("dropped", "failed") and not touch.said
        return unsent and plans.is_current(
            self.document, state, key=touch.key, occurrence=touch.occurrence
        )

    def _gone(
        self, run: _Run, before: Mapping[str, _Touch], after: Mapping[str, PlanTouch]
    ) -> Iterator[tuple[str, str, Example]]:
        for key, planned in before.items():
            if key not in after:
                yield VANISHES, key, Example(run.application_id, planned.due_at, None)

    def _kept(
        self,
        run: _Run,
        old: MapDocument,
        before: Mapping[str, _Touch],
        after: Mapping[str, PlanTouch],
        unsent: set[str],
    ) -> Iterator[tuple[str, str, Example]]:
        for key, plan in after.items():
            due = max(plan.due_at, self.now)
            if key not in before:
                kind = AGAIN if key in unsent else APPEARS
                yield kind, key, Example(run.application_id, None, due)
                continue
            example = Example(run.application_id, before[key].due_at, due)
            for kind in otherwise.kinds(old, self.document, _own(old, run, before[key]), plan):
                yield kind, key, example

    def _late(
        self, run: _Run, said: Sequence[tuple], old: MapDocument, known: set[str]
    ) -> Iterator[str]:
        """The touches of the present stage that only the new version has, past their use."""
        heard = {*run.state.sent, *(key for key, _ in said)}
        new = [
            touch
            for touch in plans.speaking(self.document, run.state)
            if touch.key not in {*old.touches, *known, *heard}
        ]
        for plan in _plans(self.document, run, new):
            if plan.useful_until and plan.useful_until <= self.now:
                yield plan.key


def _plans(document: MapDocument, run: _Run, touches: Sequence[TouchDef]) -> list[PlanTouch]:
    given = document, run.state, touches
    return plans.planned(*given, settle=document.settle_delay, where=run.where)


def _own(old: MapDocument, run: _Run, touch: _Touch) -> Planned:
    due = _own_due(old, run, touch)
    parts = touch.channels, touch.relevance, touch.purpose, touch.priority
    return Planned(due, touch.useful_until, *parts)


def _own_due(old: MapDocument, run: _Run, planned: _Touch) -> datetime:
    """When the old version itself would have it: what is held is due only when it may go out."""
    if not planned.held:
        return planned.due_at
    touches = [one for one in plans.speaking(old, run.state) if one.key == planned.key]
    found = _plans(old, run, touches)
    return found[0].due_at if found else planned.due_at


# --- in the stages that they have not reached ----------------------------------------------------


def _see_later(found: Affected, document: MapDocument, keys: Mapping[int, UUID]) -> None:
    ahead: Counter[tuple[str, str, str]] = Counter()
    here: Counter[tuple[str, str, str]] = Counter()
    differences: dict[int, Difference] = {}
    for (number, stage), runs in found.where.items():
        old = versions.document(keys[number])
        difference = differences.setdefault(number, diff.diff(old, document))
        for change in difference.touches.values():
            where = (document if change.after else old).stage_of[change.key]
            if _ahead(stage, where):
                ahead[where, change.key, change.kind] += runs
            elif where == stage and _waits(change):
                here[where, change.key, change.kind] += runs
    found.later, found.here = _in_order(ahead), _in_order(here)


def _in_order(counts: Mapping[tuple[str, str, str], int]) -> list[Later]:
    ordered = sorted(counts.items(), key=lambda one: STAGES.index(one[0][0]))
    return [Later(*place, runs) for place, runs in ordered]


def _waits(change: TouchChange) -> bool:
    """Whether it is only planned when something else has happened: nobody may have it planned."""
    given = [one.trigger.kind for one in (change.before, change.after) if one]
    return not WAITING.isdisjoint(given)


WAITING = frozenset({"no_reply", "event", "manual"})


def _ahead(stage: str, other: str) -> bool:
    """Whether `other` comes later than `stage` in the order of stages."""
    return stage in STAGES and STAGES.index(other) > STAGES.index(stage)
