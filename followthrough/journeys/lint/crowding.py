"""More messages than the caps allow: what somebody hears who stays silent, or who says yes or no at
once, stage by stage, for several distances to what lies ahead. Planned by the engine's own code;
hours and caps are those that the gate counts by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import product
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followthrough.core.predicates import fields
from followthrough.governance.limits import DAY, MAP, POLICY, STAGE, Cap
from followthrough.journeys import plans
from followthrough.journeys.answers import ANSWERS
from followthrough.journeys.events import PlanTouch, State
from followthrough.journeys.lint.clock import opens
from followthrough.journeys.lint.finding import Finding
from followthrough.journeys.lint.possible import possible
from followthrough.journeys.lint.reach import domain
from followthrough.journeys.lint.survey import Spot, Survey
from followthrough.journeys.offsets import rough

BEGINS = datetime(2026, 6, 1, 10, tzinfo=UTC)  # a Monday
AHEAD = (timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=3, hours=5),
         timedelta(days=8))  # fmt: skip
OPEN = "open"  # what an ask is until somebody answers
SILENT = ""  # the answer of somebody who gives none
MOST_STEPS = 200  # messages and waits of one stage: more is a circle


class Crowded(NamedTuple):
    """`key` finds `cap` full at `at`, used up by `by`; what it is about lies `ahead`. It goes out
    at `frees`, or never (None)."""

    key: str
    at: datetime
    cap: Cap
    limit: int
    by: tuple[str, ...]
    ahead: timedelta | None
    frees: datetime | None
    answer: str = SILENT  # what they say to every question


def too_many(survey: Survey) -> Iterator[Finding]:
    """Touches for which a cap leaves no room any more while they are of use, or not for anybody
    when they are due. A nudge may be lost where things are near: caps are there for that. Lost
    always, it is no nudge."""
    for stage in survey.stages:
        spots = survey.of_stage(stage)
        lost, put_off, heard = _played(survey, stage, spots)
        for spot in spots:
            found = next((one for one in lost if one.key == spot.key), None)
            if found and not (spot.touch.trigger.no_reply and spot.key in heard):
                yield _finding(survey, spot, found)
            elif spot.key in put_off:
                yield _finding(survey, spot, put_off[spot.key])


class Played(NamedTuple):
    """What is lost for good to anybody, those first who stay silent; what comes later than the map
    says to everybody who hears it; and what somebody hears."""

    lost: Sequence[Crowded]
    put_off: Mapping[str, Crowded]
    heard: Set[str]


def _played(survey: Survey, stage: str, spots: Sequence[Spot]) -> Played:
    lost: list[Crowded] = []
    late: dict[str, Crowded] = {}
    heard, in_time = set(), set()
    for answer, ahead in product(_answers(spots), _tried(survey, spots)):
        person = _Person.enters(survey, stage, ahead, answer)
        full = list(person.hears())
        theirs = {key for _at, key, _channel, _purpose in person.sent}
        waited = {one.key: one for one in reversed(full) if one.frees and one.key in theirs}
        lost += [one for one in full if not one.frees]
        late = waited | late
        heard |= theirs
        in_time |= theirs - waited.keys()
    return Played(lost, {key: one for key, one in late.items() if key not in in_time}, heard)


def _answers(spots: Sequence[Spot]) -> Sequence[str]:
    """The answers that make a difference: those that conditions can tell from silence."""
    asking = any(spot.touch.ask for spot in spots)
    return (SILENT, *ANSWERS) if asking and any(_asks(spot) for spot in spots) else (SILENT,)


def _asks(spot: Spot) -> bool:
    parts = spot.touch.predicates()
    return any(name.startswith("ask.") for part in parts for name in fields(part))


def _tried(survey: Survey, spots: Sequence[Spot]) -> Sequence[timedelta | None]:
    """The distances for which it is played through: none where no cap can be full, and None where
    nothing lies ahead."""
    if len(spots) <= _least(survey, spots):
        return []
    hangs = any(survey.document.anchors[spot.key] for spot in spots)
    return _distances(spots) if hangs else [None]


def _distances(spots: Sequence[Spot]) -> Sequence[timedelta | None]:
    """How far ahead things may lie: usual distances, and where a reminder comes with the entry."""
    offsets = {rough(one.touch.trigger.before.by) for one in spots if one.touch.trigger.before}
    return sorted({*AHEAD, *offsets})


def _least(survey: Survey, spots: Sequence[Spot]) -> int:
    """The fewest messages that any cap lets through: with no more of them none is ever full."""
    binding = [cap for spot in spots for cap in survey.caps(spot, spot.touch.channels[0])]
    return min((cap.unless_urgent for cap in binding), default=len(spots))


@dataclass
class _Person:
    """Somebody who enters a stage, and says `answer` to all that asks something there."""

    survey: Survey
    spots: dict[str, Spot]
    state: State
    ahead: timedelta | None
    answer: str
    sent: list[tuple[datetime, str, str, str]] = field(default_factory=list)
    waiting: list[tuple[datetime, int, str, PlanTouch]] = field(default_factory=list)

    @classmethod
    def enters(cls, survey: Survey, stage: str, ahead: timedelta | None, answer: str) -> _Person:
        spots = {spot.key: spot for spot in survey.of_stage(stage)}
        anchors = {name for key in spots if (name := survey.document.anchors[key])}
        at = {name: (BEGINS + (ahead or timedelta()), 1) for name in anchors}
        state = State(stage=stage, visit=2, entered_at=BEGINS, anchors=at)
        made = cls(survey, spots, state, ahead, answer)
        made._plan(list(spots))
        return made

    def _plan(self, keys: Sequence[str]) -> None:
        document = self.survey.document
        touches = [self.spots[key].touch for key in keys if key in self.spots]
        settle = document.settle_delay
        for plan in plans.planned(document, self.state, touches, settle=settle):
            heappush(self.waiting, (plan.due_at, plan.priority, plan.key, plan))

    def hears(self) -> Iterator[Crowded]:
        """What finds a cap full, as one message after another goes out."""
        for _step in range(MOST_STEPS):
            if not self.waiting:
                return
            at, priority, key, plan = heappop(self.waiting)
            opened = opens(self.survey.hours(self.spots[key], plan.channels[0]), at)
            if opened is None or _late(plan, opened) or not self._relevant(key):
                continue
            if opened > at:
                heappush(self.waiting, (opened, priority, key, plan))
            elif self._merged(plan, at):
                continue
            elif full := self._full(plan, at):
                yield from self._held(full, plan)
            else:
                self._send(plan, at)

    def _merged(self, plan: PlanTouch, at: datetime) -> bool:
        """Whether a more urgent one of the same pass says enough (`governance.checks.merging`)."""
        policy = self.survey.setting.policy
        if not policy.merge_nudges or plan.priority <= policy.urgent_at:
            return False
        return any(
            when == at and by == plan.channels[0]
            for when, key, by, _purpose in self.sent
            if self.spots[key].touch.priority > policy.urgent_at
        )

    def _relevant(self, key: str) -> bool:
        """Whether its conditions may hold for somebody who answers so."""
        spot = self.spots[key]
        waits = spot.touch.trigger.no_reply
        if waits and self.answer and self.survey.document.touches[waits.to].ask:
            return False
        if not spot.touch.when:
            return True
        said = self.answer or OPEN
        asks = {f"ask.{one}": (said if one in self.state.asks else None,)
                for one in self.survey.document.touches}  # fmt: skip
        silent = {} if self.answer else {"candidate.replied_at": (None,)}
        return possible(spot.touch.predicates(), {**domain(self.survey, spot), **asks, **silent})

    def _send(self, plan: PlanTouch, at: datetime) -> None:
        key, asks = plan.key, self.state.asks
        self.sent.append((at, key, plan.channels[0], plan.purpose))
        if self.spots[key].touch.ask:
            asks = {**asks, key: plan.occurrence}
        self.state = replace(self.state, sent={**self.state.sent, key: at}, asks=asks)
        self._plan([nudge.key for nudge in self.survey.document.nudges.get(key, ())])

    def _full(self, plan: PlanTouch, at: datetime) -> Crowded | None:
        """The first cap that has no room for it, and when it has again."""
        policy, channel = self.survey.setting.policy, plan.channels[0]
        for cap in self.survey.caps(self.spots[plan.key], channel):
            limit = cap.at_most if plan.priority <= policy.urgent_at else cap.unless_urgent
            used = [one for one in self.sent if _counts(cap, one, channel, at)]
            if len(used) >= limit:
                frees = _frees(cap, used, limit)
                by = tuple(key for _at, key, _channel, _purpose in used)
                late = frees is None or _late(plan, frees)
                again = None if late else frees
                return Crowded(plan.key, at, cap, limit, by, self.ahead, again, self.answer)
        return None

    def _held(self, full: Crowded, plan: PlanTouch) -> Iterator[Crowded]:
        yield full
        if full.frees:
            heappush(self.waiting, (full.frees, plan.priority, plan.key, plan))


def _late(plan: PlanTouch, at: datetime) -> bool:
    return plan.useful_until is not None and at >= plan.useful_until


def _counts(cap: Cap, sent: tuple[datetime, str, str, str], channel: str, at: datetime) -> bool:
    """Whether a message counts against a cap for another by `channel` at a moment."""
    when, _key, by, purpose = sent
    if not cap.covers(by, purpose) or (cap.per == "address" and by != channel):
        return False
    if cap.window == STAGE:
        return True
    return when.date() == at.date() if cap.window == DAY else when > at - cap.length


def _frees(cap: Cap, used: Sequence[tuple[datetime, str, str, str]], limit: int) -> datetime | None:
    if cap.window == STAGE:
        return None
    if cap.window == DAY:
        last = used[-1][0]
        return last.replace(hour=0, minute=0) + timedelta(days=1)
    return used[len(used) - limit][0] + cap.length


def _finding(survey: Survey, spot: Spot, one: Crowded) -> Finding:
    told = {
        "who": _WHO[one.answer],
        "limit": one.limit,
        "window": _window(one.cap),
        "source": _source(one.cap),
        "by": ", ".join(f"“{key}”" for key in one.by),
    }
    reason = _("%(who)s has heard %(by)s by then: %(source)s allows %(limit)d %(window)s.") % told
    reason += " " + _outcome(one)
    if one.ahead is not None:
        reason += " " + _("(%(anchor)s %(hours)d hours ahead.)") % {
            "anchor": survey.document.anchors[spot.key] or _("What is asked about"),
            "hours": one.ahead.total_seconds() // 3600,
        }
    remedy = _("Leave one of them out, spread them, or give the most important one a priority of"
               " %(at)d or less.") % {"at": survey.setting.policy.urgent_at}  # fmt: skip
    code = "put_off" if one.frees else "over_cap"
    return spot.finding(code, reason, remedy, at=("trigger",), channel=spot.touch.channels[0])


def _outcome(one: Crowded) -> str:
    if one.frees is None:
        return str(_("So they never get this one."))
    hours = round((one.frees - one.at) / timedelta(hours=1))
    said = ngettext(
        "So this one comes %(hours)d hour later than the map says.",
        "So this one comes %(hours)d hours later than the map says.",
        hours,
    )
    return str(said % {"hours": hours})


_WHO = {
    SILENT: gettext_lazy("Whoever answers nothing"),
    "confirmed": gettext_lazy("Whoever answers yes"),
    "declined": gettext_lazy("Whoever answers no"),
}


def _window(cap: Cap) -> str:
    if cap.window == STAGE:
        return str(_("in one stage"))
    if cap.window == DAY:
        return str(_("on one day"))
    return str(_("in %(hours)d hours") % {"hours": cap.seconds // 3600})


def _source(cap: Cap) -> str:
    ours = {POLICY: _("the policy"), MAP: _("the map itself")}
    return str(ours.get(cap.source, cap.source))
