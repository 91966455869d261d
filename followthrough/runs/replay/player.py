"""Living through what happened once more, with a map's document: the same engine, the same drafts,
the same gate, on the facts as they were at each moment. Pure: nothing is read, nothing is written.

Until `since` what really went out is taken as it was, and nothing is decided. From then on what
the map said really does not count any more; whatever else happened does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from followthrough.core import segments
from followthrough.governance.decisions import (
    Decision,
    Drop,
    Hold,
    Merge,
    Send,
)
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
from followthrough.messages.planning import Plan
from followthrough.runs import drafts, simulation
from followthrough.runs.facts import Person
from followthrough.runs.replay import readings
from followthrough.runs.replay.asking import Asks
from followthrough.runs.replay.attention import Attention
from followthrough.runs.replay.fates import (
    CANCELLED,
    DROPPED,
    MERGED,
    SENT,
    Fate,
    Held,
    plain,
)
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
from followthrough.runs.replay.readings import ANSWERS
from followthrough.runs.replay.scene import Scene, Setting

Key = tuple[UUID, str, str]  # application, key, occurrence
Seen = Callable[[Fate, Due, Decision, datetime], None]

SENDERLESS = frozenset({"no_sender", "sender_inactive"})
SENDERLESS_AGAIN = timedelta(days=1)
SOON = timedelta(seconds=1)  # nothing is held for less, so that time always passes
_AT = attrgetter("at")


class Player:
    """One cast, lived through. `fates` is what became of each touch, in the order planned."""

    def __init__(self, cast: Cast, setting: Setting, *, seen: Seen | None = None) -> None:
        self.cast, self.setting, self.seen = cast, setting, seen
        self.scene = Scene(cast, setting)
        self.states: dict[UUID, State] = dict.fromkeys(cast.roles, State())
        self.begun: set[UUID] = set()
        self.planned: dict[Key, Due] = {}
        self.known: set[Key] = set()
        self.fates: dict[Key, Fate] = {}
        self.asks = {key: Asks() for key in cast.roles}
        self.attention = Attention(cast, setting, self.scene)
        self.live = False
        self._queue: list[tuple[datetime, int, Key | None]] = []
        self._later: list[tuple[datetime, int, Moment]] = []
        self._count = 0

    # --- time -----------------------------------------------------------------------------------

    def play(self, *, since: datetime, until: datetime) -> list[Fate]:
        """Live through it all; the fates of what was decided from `since` to `until`."""
        for at, together in groupby(self.cast.moments, key=_AT):
            if at >= until:
                break
            if at >= since and not self.live:
                self._wake_up(since)
            self._pass(at)
            for moment in together:
                self._happen(moment)
            self._pass(at)
        if not self.live:
            self._wake_up(since)
        self._pass(until)
        return list(self.fates.values())

    def _wake_up(self, since: datetime) -> None:
        """From now on it is decided. What was due before had its end then, unless it really waits
        still; what the draft alone would have said before is left unsaid."""
        self.live = True
        self.scene.judge_by_now(since)
        for key, due in list(self.planned.items()):
            if due.due_at >= since:
                self._push(key, due)
                continue
            waits = self.cast.waiting.get(key)
            if waits is None:
                del self.planned[key]
            else:
                self._push(key, due._replace(due_at=waits.due_at, held_for=waits.held_for))

    def _pass(self, at: datetime) -> None:
        """Time passes until `at`, and whatever falls due on the way is decided."""
        if not self.live:
            return
        while (moment := self._next(at)) is not None:
            for candidate_id in self.attention.ended(moment):
                self._look_again("frozen", moment, of=candidate_id)
            while self._later and self._later[0][0] <= moment:
                self._happen(heappop(self._later)[2])
            self._decide_due(moment)

    def interject(self, moment: Moment) -> None:
        """Let something happen that nobody knew before: an answer to what was sent just now."""
        self._count += 1
        heappush(self._later, (moment.at, self._count, moment))

    def _next(self, at: datetime) -> datetime | None:
        """The next moment until `at` at which something is due; never before now."""
        first = [self._queue[0][0]] if self._queue else []
        if (ends := self.attention.next()) is not None:
            first.append(ends)
        if self._later:
            first.append(self._later[0][0])
        if not first or min(first) > at:
            return None
        self.scene.now = max(min(first), self.scene.now)
        return self.scene.now

    def _push(self, key: Key, due: Due) -> None:
        self.planned[key] = due
        self._count += 1
        heappush(self._queue, (due.due_at, self._count, key))

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
        self.states[role.application_id] = State(anchors=dict(anchors))

    def _said(self, moment: Said) -> None:
        """Before the replay begins: what the map really said."""
        role = self.cast.roles.get(moment.application_id) if moment.application_id else None
        if role is None or not moment.key:
            return
        key = (role.application_id, moment.key, plain(moment.occurrence))
        self.planned.pop(key, None)
        self.known.add(key)
        self._sent(role, moment.key, moment.occurrence, moment.at)

    def _refused(self, moment: Refused) -> None:
        self._tell_all(moment.candidate_id, OptedOut(at=moment.at))

    def _thawed(self, moment: Thawed) -> None:
        self._look_again("frozen", moment.at)

    def _wished(self, moment: Wished) -> None:
        self._look_again("paused", moment.at, of=moment.candidate_id)

    def _look_again(self, held_for: str, at: datetime, *, of: UUID | None = None) -> None:
        for key, due in list(self.planned.items()):
            if due.held_for == held_for and of in (None, due.candidate_id):
                self._push(key, due._replace(due_at=at))

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
        if meant.kind in ANSWERS and about in self.asks:
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
        """The gate sees the run's asks and answers, and whether it has ended."""
        same = before.asks is after.asks and before.answers is after.answers
        if same and before.ended == after.ended:
            return
        subject = self.scene.facts.subjects[key]
        ended_at = self.scene.now if after.ended else None
        self.scene.facts.subjects[key] = subject._replace(
            asks=dict(after.asks), answers=dict(after.answers), run_ended_at=ended_at
        )

    def _plan(self, role: Role, plan: PlanTouch) -> None:
        key = role.application_id, plan.key, plain(plan.occurrence)
        if key in self.known:
            return
        self.known.add(key)
        due = self._due(role, plan, key)
        if self.live:
            self._push(key, due)
        else:
            self.planned[key] = due

    def _due(self, role: Role, plan: PlanTouch, key: Key) -> Due:
        due = simulation.imagined(
            Plan(
                organization_id=self.setting.organization_id,
                application_id=role.application_id,
                candidate_id=role.candidate_id,
                run_id=role.run_id,
                version_id=self.setting.version_id,
                shard=0,
                origin=plan.origin,
                key=plan.key,
                occurrence=plan.occurrence,
                purpose=plan.purpose,
                priority=plan.priority,
                due_at=plan.due_at,
                useful_until=plan.useful_until,
                anchor_name=plan.anchor_name,
                anchor_sequence=plan.anchor_sequence,
                relevance=plan.relevance,
                channels=plan.channels,
                content=plan.content,
                reply_to_at=plan.reply_to_at,
                listened=plan.listened,
            )
        )
        known = self.cast.ids.get(key)
        return due._replace(id=known) if known else due

    def _cancel(self, role: Role, cancel: CancelTouches) -> None:
        for key, due in list(self.planned.items()):
            if key[0] == role.application_id and (cancel.keys is None or key[1] in cancel.keys):
                del self.planned[key]
                self._end(key, due, CANCELLED, cancel.why, due.channels[0])

    def _open_ask(self, role: Role, ask: OpenAsk) -> None:
        self.asks[role.application_id].open(ask)

    def _close_ask(self, role: Role, close: CloseAsk) -> None:
        self.asks[role.application_id].close(close)

    def _need(self, role: Role, effect: HandOff) -> None:
        self.attention.ask(role.candidate_id, role.application_id, effect.reason, self.scene.now)

    # --- the gate -------------------------------------------------------------------------------

    def _decide_due(self, at: datetime) -> None:
        """Decide what is due, as the dispatcher does with what it has claimed."""
        dues = self._take_due(at)
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

    def _take_due(self, at: datetime) -> list[Due]:
        found: dict[Key, Due] = {}
        while self._queue and self._queue[0][0] <= at:
            due_at, _, key = heappop(self._queue)
            due = self.planned.get(key) if key else None
            if key and due is not None and due.due_at == due_at:
                found[key] = due
        return list(found.values())

    def _decide_person(self, person: Person, dues: list[Due], at: datetime) -> list[Due]:
        scene, sent = self.scene, []
        found = drafts.judged(person, dues, scene.facts, scene.ours, at=at)
        for due, decision in zip(dues, found, strict=True):
            if isinstance(decision, Send) and self._refused_by_provider(due, decision, at):
                continue
            self._follow(due, decision, at)
            if isinstance(decision, Send):
                scene.write(due, decision, at)
                sent.append(due)
        return sent

    def _refused_by_provider(self, due: Due, send: Send, at: datetime) -> bool:
        """What a provider really refused it would have refused again: another channel is tried."""
        assert due.application_id is not None
        key, channel = (due.application_id, due.key, plain(due.occurrence)), send.option.channel
        if (*key, channel) not in self.cast.refused:
            return False
        self.scene.facts.failed[due.id].add(channel)
        after = at + timedelta.resolution  # once whatever the refusal brought about is known
        self._push(key, due._replace(due_at=after, attempts=due.attempts + 1))
        return True

    def _follow(self, due: Due, decision: Decision, at: datetime) -> None:
        assert due.application_id is not None
        key = due.application_id, due.key, plain(due.occurrence)
        _FOLLOWS[type(decision)](self, key, due, decision, at)
        if self.seen:
            self.seen(self._fate(key, due), due, decision, at)

    def _hold(self, key: Key, due: Due, hold: Hold, at: datetime) -> None:
        if due.held_for != hold.code:
            fate = self._fate(key, due)
            fate.holds.append(Held(hold.code, at, hold.until))
            fate.channel = hold.channel or due.channels[0]
        self._push(key, due._replace(due_at=_again(hold, due, at), held_for=hold.code))

    def _send(self, key: Key, due: Due, send: Send, at: datetime) -> None:
        del self.planned[key]
        channel = send.option.channel
        fate = self._end(key, due, SENT, send.code, channel)
        fate.parts = segments.count(send.rendered.body) if channel == "sms" else 0

    def _drop(self, key: Key, due: Due, drop: Drop, at: datetime) -> None:
        del self.planned[key]
        self._end(key, due, DROPPED, drop.code, drop.channel or due.channels[0])

    def _merge(self, key: Key, due: Due, merge: Merge, at: datetime) -> None:
        del self.planned[key]
        self._end(key, due, MERGED, merge.code, merge.channel or due.channels[0])

    def _sent(self, role: Role, key: str, occurrence: str, at: datetime) -> None:
        touch = self.setting.document.touches.get(key)
        listened = touch is not None and (touch.ask or key in self.setting.document.nudges)
        if listened and role.application_id in self.begun:
            self._tell(role, TouchSent(key, occurrence, at))

    # --- what became of it ----------------------------------------------------------------------

    def _fate(self, key: Key, due: Due) -> Fate:
        found = self.fates.get(key)
        if found is None:
            found = self.fates[key] = Fate(
                key[0], due.candidate_id, due.key, key[2], due.due_at, channel=due.channels[0]
            )
        return found

    def _end(self, key: Key, due: Due, verdict: str, code: str, channel: str) -> Fate:
        """It has ended; before the replay begins nobody asks how."""
        fate = self._fate(key, due) if self.live else _nobodys(key, due)
        fate.verdict, fate.code, fate.channel, fate.at = verdict, code, channel, self.scene.now
        return fate


def _again(hold: Hold, due: Due, at: datetime) -> datetime:
    """When to decide again. Senders are as they are today, so there is no use in looking often."""
    if hold.code not in SENDERLESS:
        return max(hold.until, at + SOON)
    return max(hold.until, due.useful_until or hold.until + SENDERLESS_AGAIN)


def _nobodys(key: Key, due: Due) -> Fate:
    return Fate(key[0], due.candidate_id, due.key, key[2], due.due_at)


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
_FOLLOWS: Mapping[type[Any], Callable[..., None]] = {
    Send: Player._send,
    Hold: Player._hold,
    Drop: Player._drop,
    Merge: Player._merge,
}
