"""The touches of a cast: planned, held, decided. What `messages.outbox` is to the dispatcher."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

from followthrough.core import segments
from followthrough.governance.decisions import Decision, Drop, Hold, Merge, Send
from followthrough.journeys.events import CancelTouches, PlanTouch
from followthrough.messages.outbox import Due
from followthrough.messages.planning import Plan
from followthrough.runs import simulation
from followthrough.runs.replay.fates import CANCELLED, DROPPED, MERGED, SENT, Fate, Held, plain
from followthrough.runs.replay.moments import Cast, Role
from followthrough.runs.replay.scene import Scene, Setting

Key = tuple[UUID, str, str]  # application, key, occurrence
Seen = Callable[[Fate, Due, Decision, datetime], None]

SENDERLESS = frozenset({"no_sender", "sender_inactive"})
SENDERLESS_AGAIN = timedelta(days=1)
SOON = timedelta(seconds=1)  # nothing is held for less, so that time always passes


def key_of(due: Due) -> Key:
    """What tells a touch of the map's from every other."""
    assert due.application_id is not None
    return due.application_id, due.key, plain(due.occurrence)


class Queue:
    """`fates` is what became of each touch since it is decided (`open`), in the order planned."""

    def __init__(self, cast: Cast, setting: Setting, scene: Scene, seen: Seen | None) -> None:
        self.cast, self.setting, self.scene, self.seen = cast, setting, scene, seen
        self.open = False
        self.fates: dict[Key, Fate] = {}
        self._planned: dict[Key, Due] = {}
        self._known: set[Key] = set()
        self._waiting: list[tuple[datetime, int, Key]] = []
        self._count = 0

    def begin(self, since: datetime) -> None:
        """From now on it is decided. What was due before had its end then, unless it really waits
        still; what the draft alone would have said before is left unsaid."""
        self.open = True
        for key, due in list(self._planned.items()):
            waits = self.cast.waiting.get(key)
            if due.due_at >= since:
                self._push(key, due)
            elif waits is None:
                del self._planned[key]
            else:
                self._push(key, due._replace(due_at=waits.due_at, held_for=waits.held_for))

    # --- planned and due --------------------------------------------------------------------------

    def plan(self, role: Role, plan: PlanTouch) -> None:
        """Plan a touch; planning it twice changes nothing."""
        key = role.application_id, plan.key, plain(plan.occurrence)
        if key in self._known:
            return
        self._known.add(key)
        self._planned[key] = due = self._due(role, plan, key)
        if self.open:
            self._push(key, due)

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

    def cancel(self, application_id: UUID, cancel: CancelTouches) -> None:
        """Cancel what is planned of a run: some keys, or everything."""
        for key, due in list(self._planned.items()):
            if key[0] == application_id and (cancel.keys is None or key[1] in cancel.keys):
                self._end(key, due, CANCELLED, cancel.why, due.channels[0])

    def went_out(self, application_id: UUID, name: str, occurrence: str) -> None:
        """It was really sent: it is neither planned any more nor again."""
        key = application_id, name, plain(occurrence)
        self._planned.pop(key, None)
        self._known.add(key)

    def look_again(self, held_for: str, at: datetime, *, of: UUID | None = None) -> None:
        """Have what is held for this decided again: of one person, or of everybody."""
        for key, due in list(self._planned.items()):
            if due.held_for == held_for and of in (None, due.candidate_id):
                self._push(key, due._replace(due_at=at))

    def next(self) -> datetime | None:
        """When the next touch is due."""
        return self._waiting[0][0] if self._waiting else None

    def take(self, at: datetime) -> list[Due]:
        """What is due by now."""
        found: dict[Key, Due] = {}
        while self._waiting and self._waiting[0][0] <= at:
            due_at, _, key = heappop(self._waiting)
            due = self._planned.get(key)
            if due is not None and due.due_at == due_at:  # else it ended, or has another time
                found[key] = due
        return list(found.values())

    def _push(self, key: Key, due: Due) -> None:
        self._planned[key] = due
        self._count += 1
        heappush(self._waiting, (due.due_at, self._count, key))

    # --- decided ----------------------------------------------------------------------------------

    def is_refused(self, due: Due, send: Send, at: datetime) -> bool:
        """What a provider really refused it would have refused again: another channel is tried."""
        key, channel = key_of(due), send.option.channel
        if (*key, channel) not in self.cast.refused:
            return False
        self.scene.facts.failed[due.id].add(channel)
        after = at + timedelta.resolution  # once whatever the refusal brought about is known
        self._push(key, due._replace(due_at=after, attempts=due.attempts + 1))
        return True

    def follow(self, due: Due, decision: Decision, at: datetime) -> None:
        """Do what the gate has decided."""
        key = key_of(due)
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
        channel = send.option.channel
        fate = self._end(key, due, SENT, send.code, channel)
        fate.parts = segments.count(send.rendered.body) if channel == "sms" else 0

    def _drop(self, key: Key, due: Due, drop: Drop, at: datetime) -> None:
        self._end(key, due, DROPPED, drop.code, drop.channel or due.channels[0])

    def _merge(self, key: Key, due: Due, merge: Merge, at: datetime) -> None:
        self._end(key, due, MERGED, merge.code, merge.channel or due.channels[0])

    def _end(self, key: Key, due: Due, verdict: str, code: str, channel: str) -> Fate:
        """It has ended; before anything is decided nobody asks how."""
        del self._planned[key]
        fate = self._fate(key, due) if self.open else _fated(key, due)
        fate.verdict, fate.code, fate.channel, fate.at = verdict, code, channel, self.scene.now
        return fate

    def _fate(self, key: Key, due: Due) -> Fate:
        found = self.fates.get(key)
        if found is None:
            found = self.fates[key] = _fated(key, due)
        return found


def _fated(key: Key, due: Due) -> Fate:
    first = due.channels[0]
    return Fate(key[0], due.candidate_id, due.key, key[2], due.due_at, channel=first)


def _again(hold: Hold, due: Due, at: datetime) -> datetime:
    """When to decide again. Senders are as they are today, so there is no use in looking often."""
    if hold.code not in SENDERLESS:
        return max(hold.until, at + SOON)
    return max(hold.until, due.useful_until or hold.until + SENDERLESS_AGAIN)


_FOLLOWS: Mapping[type[Any], Callable[..., None]] = {
    Send: Queue._send,
    Hold: Queue._hold,
    Drop: Queue._drop,
    Merge: Queue._merge,
}
