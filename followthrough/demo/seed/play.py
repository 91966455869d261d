"""Playing the history: the clock goes from event to event, and the product does its work at each.

Nothing is written behind the product's back. The ATS's changes and the candidates' answers go in
as signed webhooks, and everything else follows as it does on any day.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db.models import Min

from followthrough.channels.models import SandboxMessage, Sender
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.demo import ats, phone, post
from followthrough.demo.models import AtsApplication, AtsEvent, PhoneMessage
from followthrough.demo.seed import answers
from followthrough.demo.seed.door import Knock, store
from followthrough.demo.seed.script import Step, Story
from followthrough.messages.models import Touch
from followthrough.people.models import Application, Connection
from followthrough.runs import engine
from followthrough.store import sql

AT_ONCE = timedelta(minutes=25)  # what lies so close together is worked off together
LEFT_FOR_YOU = timedelta(hours=60)  # what needs a person since then still does
Say = Callable[[float], object]


@dataclass(frozen=True)
class Said:
    """A candidate's answer, on the channel they were written to on."""

    sender: Sender
    address: str
    text: str


@dataclass(frozen=True)
class Reported:
    """A provider's word about a message."""

    sender: Sender
    key: str


@dataclass(frozen=True)
class SeenTo:
    """A member closes a handoff."""

    handoff_id: UUID


Act = Step | Said | Reported | SeenTo


@dataclass
class Play:
    """The history under way: what is still to come, and what has been noticed."""

    connection: Connection
    stories: list[Story]
    seed: int
    until: datetime
    member_id: UUID
    queue: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _count: int = 0
    _delivered: UUID = field(default_factory=lambda: UUID(int=0))
    _handed: set[UUID] = field(default_factory=set)
    _reports: list[tuple[datetime, Reported]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.locales = {story.external_id: story.person.locale for story in self.stories}
        organization = self.connection.organization_id
        self.senders = {one.id: one for one in Sender.objects.filter(organization=organization)}
        for step in sorted(_steps(self.stories), key=lambda step: (step.at, step.external_id)):
            self.later(step.at, step)

    def later(self, at: datetime, act: Act) -> None:
        """Put an act into its place in time; what would lie beyond the end never happens."""
        if at <= self.until:
            self._count += 1
            heapq.heappush(self.queue, (at, self._count, act))

    def run(self, say: Say) -> None:
        """Play to the end; `say` hears how much is done, from 0 to 1."""
        begin = self.queue[0][0]
        while (moment := self._next()) is not None:
            with clock.at(moment):
                self._do(self._taken(moment))
                _work()
                self._notice()
            say((moment - begin) / (self.until - begin))
        with clock.at(self.until):
            self._do(self._taken(self.until))
            _work()

    def _next(self) -> datetime | None:
        """When something happens next, gathered with what follows closely; None at the end."""
        due = Touch.objects.filter(state="planned").aggregate(at=Min("due_at"))["at"]
        times = [at for at in (due, self.queue[0][0] if self.queue else None) if at]
        if not times or min(times) > self.until:
            return None
        return min(min(times) + AT_ONCE, self.until)

    def _taken(self, moment: datetime) -> list[tuple[datetime, Act]]:
        """What is due, and the reports that came meanwhile: they make no step of their own."""
        taken: list[tuple[datetime, Act]] = list(self._reports)
        self._reports.clear()
        while self.queue and self.queue[0][0] <= moment:
            at, _, act = heapq.heappop(self.queue)
            taken.append((at, act))
        return taken

    def _do(self, acts: list[tuple[datetime, Act]]) -> None:
        store([knock for at, act in acts for knock in self._knocks(at, act)])
        for _, act in acts:
            if isinstance(act, SeenTo):
                handoff = Handoff.objects.get(id=act.handoff_id)
                handoffs.resolve(handoff, by=f"member:{self.member_id}", at=clock.now())

    def _knocks(self, at: datetime, act: Act) -> Iterable[Knock]:
        with clock.at(at):
            if isinstance(act, Step):
                yield self._changed(act)
            elif isinstance(act, Said):
                yield _typed(act)
            elif isinstance(act, Reported):
                yield _reported(act)

    def _changed(self, step: Step) -> Knock:
        application = _in_the_ats(self.connection, step)
        event_id, body = str(uuid7()), ats.webhook(application)
        AtsEvent.objects.create(
            organization_id=self.connection.organization_id, application=application,
            kind="webhook", key=event_id, what=_what(step), at=step.at,
        )  # fmt: skip
        return Knock(self.connection, body, ats.signed(self.connection, body, event_id), step.at)

    # --- what follows from what the product did ------------------------------------------------

    def _notice(self) -> None:
        now = clock.now()
        for message, touch in self._new_messages():
            sender = self.senders[message.sender_id]
            self._reports.append((now + timedelta(minutes=1), Reported(sender, message.key)))
            self._answer(message, touch, sender, now)
        for handoff in self._new_handoffs():
            chance = Random(f"{self.seed}:{handoff.opened_at}")  # noqa: S311
            if handoff.opened_at < self.until - LEFT_FOR_YOU:
                at = handoff.opened_at + timedelta(hours=chance.uniform(1, 5))
                self.later(_at_work(at), SeenTo(handoff.id))

    def _new_messages(self) -> list[tuple[SandboxMessage, Touch]]:
        found = list(SandboxMessage.objects.filter(id__gt=self._delivered))
        self._delivered = max((one.id for one in found), default=self._delivered)
        touches = Touch.objects.in_bulk([UUID(one.key) for one in found])
        pairs = [(one, touches[UUID(one.key)]) for one in found]
        return sorted(pairs, key=lambda pair: (pair[0].to, pair[0].body))

    def _answer(self, message: SandboxMessage, touch: Touch, sender: Sender, now: datetime) -> None:
        external_id = self._external_id(touch)
        if touch.origin != "map" or not external_id:
            return
        found = answers.answer(
            external_id=external_id, touch=touch.key, seed=self.seed,
            locale=self.locales.get(external_id, "en"),
        )  # fmt: skip
        if found:
            at = now + found.after
            while not answers.awake(at):
                at += timedelta(hours=1)
            self.later(at, Said(sender, message.to, found.text))

    def _external_id(self, touch: Touch) -> str:
        theirs = Application.objects.filter(id=touch.application_id)
        return theirs.values_list("external_id", flat=True).first() or ""

    def _new_handoffs(self) -> list[Handoff]:
        found = Handoff.objects.filter(resolved_at=None).exclude(id__in=self._handed)
        new = sorted(found, key=lambda one: (one.opened_at, one.reason))
        self._handed.update(one.id for one in new)
        return new


# Where there is work at all. Asking this once is cheaper than asking every shard for everything.
_BUSY = """
SELECT shard FROM intake_rawevent WHERE state = 'stored'
UNION SELECT shard FROM messaging_touch WHERE state = 'planned' AND due_at <= %s
UNION SELECT shard FROM messaging_touch WHERE state = 'sending'
UNION SELECT shard FROM people_writeback WHERE state = 'waiting'
ORDER BY shard
"""


def _work() -> None:
    """Let the product do everything that is due, one turn of each busy shard after another."""
    while shards := [row[0] for row in sql.rows(_BUSY, (clock.now(),))]:
        if not engine.once(dict.fromkeys(shards)):
            return  # what is left waits for a time of its own


def _steps(stories: Iterable[Story]) -> Iterable[Step]:
    return (step for story in stories for step in story.steps)


def _in_the_ats(connection: Connection, step: Step) -> AtsApplication:
    """The ATS's own record after this step."""
    found = AtsApplication.objects.filter(connection=connection, external_id=step.external_id)
    application = found.first()
    if application is None:
        person = step.parts["candidate"]
        application = AtsApplication(
            organization_id=connection.organization_id, connection=connection,
            external_id=step.external_id, stage="", data={},
            name=f"{person['given_name']} {person['family_name']}",
            updated_at=step.at - timedelta(seconds=1),
        )  # fmt: skip
    application.change(**step.parts)
    return application


def _what(step: Step) -> str:
    if "stage" in step.parts:
        return f"Stage: {step.parts['stage']}"
    return "Interview set" if "anchors" in step.parts else "Changed"


def _typed(act: Said) -> Knock:
    typed = PhoneMessage.objects.create(
        organization_id=act.sender.organization_id, sender=act.sender, address=act.address,
        body=act.text, at=clock.now(),
    )  # fmt: skip
    body = phone.inbound(typed)
    return Knock(act.sender, body, phone.signed(act.sender, body), clock.now())


def _reported(act: Reported) -> Knock:
    body = post.encoded(phone.delivered(act.key))
    return Knock(act.sender, body, phone.signed(act.sender, body), clock.now())


def _at_work(at: datetime) -> datetime:
    """The same time, or the next morning when nobody is at a desk (14:00 to 23:00 UTC)."""
    while not 14 <= at.hour < 23:
        at += timedelta(hours=1)
    return at
