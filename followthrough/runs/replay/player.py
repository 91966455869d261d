"""Living through what happened once more, with a map's document: the same engine, the same drafts,
the same gate, on the facts as they were at each moment. Pure: nothing is read, nothing is written.

Until `since` what really went out is taken as it was, and nothing is decided. From then on what
the map said really does not count any more; whatever else happened does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from followthrough.core.canonical import iso
from followthrough.governance.decisions import Send
from followthrough.journeys import engine
from followthrough.journeys.events import (
    AskAnswered,
    CancelTouches,
    CloseAsk,
    Effect,
    Event,
    HandOff,
    OpenAsk,
    OptedOut,
    PlanTouch,
    Replied,
    State,
    TouchSent,
)
from followthrough.messages.outbox import Due
from followthrough.runs import drafts
from followthrough.runs.facts import Person
from followthrough.runs.replay import readings
from followthrough.runs.replay.asking import Asks
from followthrough.runs.replay.attention import Attention
from followthrough.runs.replay.fates import Fate
from followthrough.runs.replay.moments import (
    Cast,
    Heard,
    Moment,
    Refused,
    Role,
    Said,
    Thawed,
    Wished,
    Wrote,
)
from followthrough.runs.replay.queue import Queue, Seen
from followthrough.runs.replay.readings import ANSWERS
from followthrough.runs.replay.scene import Scene, Setting

_AT = attrgetter("at")


class Player:
    """One cast, lived through. `seen` is told of each decision."""

    def __init__(self, cast: Cast, setting: Setting, *, seen: Seen | None = None) -> None:
        self.cast, self.setting = cast, setting
        self.scene = Scene(cast, setting)
        self.queue = Queue(cast, setting, self.scene, seen)
        self.states: dict[UUID, State] = dict.fromkeys(cast.roles, State())
        self.begun: set[UUID] = set()
        self.asks = {key: Asks() for key in cast.roles}
        self.attention = Attention(cast, setting, self.scene)
        self._later: list[tuple[datetime, int, Moment]] = []
        self._count = 0

    # --- time -----------------------------------------------------------------------------------

    def play(self, *, since: datetime, until: datetime) -> list[Fate]:
        """Live through it all; the fates of what was decided from `since` to `until`."""
        for at, together in groupby(self.cast.moments, key=_AT):
            if at >= until:
                break
            if at >= since:
                self._decide_from(since)
            self._pass(at)
            for moment in together:
                self._happen(moment)
            self._pass(at)
        self._decide_from(since)
        self._pass(until)
        return list(self.queue.fates.values())

    def _decide_from(self, since: datetime) -> None:
        if not self.queue.open:
            self.scene.judge_by_now(since)
            self.queue.begin(since)

    def _pass(self, at: datetime) -> None:
        """Time passes until `at`, and whatever falls due on the way is decided."""
        if not self.queue.open:
            return
        while (moment := self._next(at)) is not None:
            for candidate_id in self.attention.ended(moment):
                self.queue.look_again("frozen", moment, of=candidate_id)
            while self._later and self._later[0][0] <= moment:
                self._happen(heappop(self._later)[2])
            self._decide_due(moment)

    def interject(self, moment: Moment) -> None:
        """Let something happen that nobody knew before: an answer to what was sent just now."""
        self._count += 1
        heappush(self._later, (moment.at, self._count, moment))

    def _next(self, at: datetime) -> datetime | None:
        """The next moment until `at` at which something is due; never before now."""
        later = self._later[0][0] if self._later else None
        known = [one for one in (self.queue.next(), self.attention.next(), later) if one]
        if not known or min(known) > at:
            return None
        self.scene.now = max(min(known), self.scene.now)
        return self.scene.now

    # --- what happened --------------------------------------------------------------------------

    def _happen(self, moment: Moment) -> None:
        self.scene.change(moment)
        if act := _ACTS.get(type(moment)):
            act(self, moment)

    def _heard(self, moment: Heard) -> None:
        role = self.cast.roles.get(moment.application_id)
        if role is None or moment.at < role.begins_at:
            return
        if role.application_id not in self.begun:
            self._begin(role)
        self._tell(role, moment.event)

    def _begin(self, role: Role) -> None:
        """A run that begins late knows the anchors that were set before it."""
        self.begun.add(role.application_id)
        anchors = self.scene.facts.anchors[role.application_id]
        self.states[role.application_id] = State(anchors=dict(anchors), came_at=role.came_at)

    def _said(self, moment: Said) -> None:
        """Before the replay begins: what the map really said."""
        role = self.cast.roles.get(moment.application_id) if moment.application_id else None
        if role is None or not moment.key:
            return
        self.queue.went_out(role.application_id, moment.key, moment.occurrence)
        self._sent(role, moment.key, moment.occurrence, moment.at)

    def _refused(self, moment: Refused) -> None:
        self._tell_all(moment.candidate_id, OptedOut(at=moment.at))

    def _thawed(self, moment: Thawed) -> None:
        self.queue.look_again("frozen", moment.at)

    def _wished(self, moment: Wished) -> None:
        self.queue.look_again("paused", moment.at, of=moment.candidate_id)

    # --- what candidates wrote ------------------------------------------------------------------

    def _wrote(self, moment: Wrote) -> None:
        about = self.scene.spoken_of(moment.candidate_id)
        asks = self.asks.get(about) if about else None
        person = self.scene.facts.people[moment.candidate_id]
        meant = readings.read(moment, person, asks)
        if meant.last_word:
            self.scene.wrote(moment.candidate_id, moment.at)
        if meant.kind == "opt_out":
            self._refuse(moment)
        if meant.engages:
            self._tell_all(moment.candidate_id, Replied(at=moment.at))
        if meant.kind in ANSWERS and about is not None and asks is not None:
            self._answer(about, meant.kind, moment)
        elif meant.hands_over:
            self.attention.ask(moment.candidate_id, about, meant.hands_over, moment.at)

    def _answer(self, application_id: UUID, answer: str, moment: Wrote) -> None:
        found = self.asks[application_id].waiting
        if found is not None:
            event = AskAnswered(found.key, answer, moment.at, moment.channel)
            self._tell(self.cast.roles[application_id], event)

    def _refuse(self, moment: Wrote) -> None:
        """Everyone on the address hears it."""
        for role in self.cast.roles.values():
            person = self.scene.facts.people[role.candidate_id]
            if moment.address_key in person.keys and role.application_id in self.begun:
                self._tell(role, OptedOut(at=moment.at))

    def _tell_all(self, candidate_id: UUID, event: Event) -> None:
        for key in sorted(self.begun):
            if self.cast.roles[key].candidate_id == candidate_id:
                self._tell(self.cast.roles[key], event)

    # --- the engine -----------------------------------------------------------------------------

    def _tell(self, role: Role, event: Event) -> None:
        key, document = role.application_id, self.setting.document
        before = self.states[key]
        after, effects = engine.advance(
            document,
            before,
            event,
            self.scene.now,
            settle=document.settle_delay,
            where=role.where,
        )
        self.states[key] = after
        for effect in effects:
            if act := _EFFECTS.get(type(effect)):
                act(self, role, effect)
        if after is not before:
            self._show(key, before, after)

    def _show(self, key: UUID, before: State, after: State) -> None:
        """The gate sees the run's asks and answers, what went out, and whether it has ended."""
        same = all(getattr(before, name) is getattr(after, name) for name in _SEEN)
        if same and before.ended == after.ended:
            return
        subject = self.scene.facts.subjects[key]
        ended_at = self.scene.now if after.ended else None
        self.scene.facts.subjects[key] = subject._replace(
            asks=dict(after.asks), answers=dict(after.answers), run_ended_at=ended_at,
            sent={touch: iso(at) for touch, at in after.sent.items()},
        )  # fmt: skip

    def _plan(self, role: Role, plan: PlanTouch) -> None:
        self.queue.plan(role, plan)

    def _cancel(self, role: Role, cancel: CancelTouches) -> None:
        self.queue.cancel(role.application_id, cancel)

    def _open_ask(self, role: Role, ask: OpenAsk) -> None:
        self.asks[role.application_id].open(ask)

    def _close_ask(self, role: Role, close: CloseAsk) -> None:
        self.asks[role.application_id].close(close)

    def _need(self, role: Role, effect: HandOff) -> None:
        self.attention.ask(role.candidate_id, role.application_id, effect.reason, self.scene.now)

    # --- the gate -------------------------------------------------------------------------------

    def _decide_due(self, at: datetime) -> None:
        """Decide what is due, as the dispatcher does with what it has claimed."""
        dues = self.queue.take(at)
        if not dues:
            return
        self.scene.count_stages()
        sent: list[Due] = []
        for candidate_id, theirs in drafts.by_person(dues).items():
            person = self.scene.facts.people[candidate_id]
            sent += self._decide_person(person, theirs, at)
        for due in sent:
            if due.listened:
                assert due.application_id is not None
                self._sent(self.cast.roles[due.application_id], due.key, due.occurrence, at)

    def _decide_person(self, person: Person, dues: list[Due], at: datetime) -> list[Due]:
        scene, sent = self.scene, []
        found = drafts.judged(person, dues, scene.facts, scene.ours, at=at)
        for due, decision in zip(dues, found, strict=True):
            if isinstance(decision, Send) and self.queue.is_refused(due, decision, at):
                continue
            self.queue.follow(due, decision, at)
            if isinstance(decision, Send):
                scene.write(due, decision, at)
                sent.append(due)
        return sent

    def _sent(self, role: Role, key: str, occurrence: str, at: datetime) -> None:
        touch = self.setting.document.touches.get(key)
        listened = touch is not None and (touch.ask or key in self.setting.document.nudges)
        if listened and role.application_id in self.begun:
            self._tell(role, TouchSent(key, occurrence, at))


_SEEN = ("asks", "answers", "sent")  # what the gate sees of a state
_ACTS: Mapping[type, Callable[[Player, Any], None]] = {
    Heard: Player._heard,
    Said: Player._said,
    Wrote: Player._wrote,
    Refused: Player._refused,
    Thawed: Player._thawed,
    Wished: Player._wished,
}
_EFFECTS: Mapping[type[Effect], Callable[[Player, Role, Any], None]] = {
    PlanTouch: Player._plan,
    CancelTouches: Player._cancel,
    OpenAsk: Player._open_ask,
    CloseAsk: Player._close_ask,
    HandOff: Player._need,
}
