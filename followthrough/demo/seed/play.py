"""Playing the history: the clock goes from event to event, and the product does its work at each.

Nothing is written behind the product's back. The ATS's changes and the candidates' answers go in
as signed webhooks, members do what the console's buttons do, and everything else follows as it
does on any day.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from followthrough.accounts.models import Member
from followthrough.channels.models import Sender
from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.phones import read_phone
from followthrough.demo.models import AtsEvent
from followthrough.demo.seed import answers, publishing
from followthrough.demo.seed.acts import (
    Act,
    Published,
    Reported,
    Said,
    SeenTo,
    Taken,
    Timed,
    knocks,
)
from followthrough.demo.seed.company import COUNTRY, INGRID, TOMAS, Colleague
from followthrough.demo.seed.days import awake
from followthrough.demo.seed.door import store
from followthrough.demo.seed.rota import Rota, keeper
from followthrough.demo.seed.script import Step, Story
from followthrough.demo.seed.turns import work
from followthrough.people.models import Connection
from followthrough.store import sql

AT_ONCE = timedelta(minutes=20)  # what lies so close together is worked off together …
LATELY = timedelta(days=2)
AT_ONCE_LATELY = timedelta(minutes=4)  # … and not so coarsely in the last days, which are looked at
ON_THE_WAY = timedelta(seconds=40)  # what a message takes to arrive
GIVEN_UP = timedelta(minutes=6)  # after so long a provider says that it did not
CALLED = timedelta(minutes=4)  # after another time was agreed on, its handoff is closed
REPORTS = 12  # that messages arrived, which come together: they say themselves when it was
NOBODY = UUID(int=0)  # before every key
Say = Callable[[float], object]


class _Sent(NamedTuple):
    """A message that reached a phone (or would have)."""

    sender: Sender
    key: str
    touch: str
    story: Story | None  # None: not by the map


@dataclass
class Play:
    """The history under way: what is still to come, and what has been noticed."""

    connection: Connection
    stories: list[Story]
    seed: int
    until: datetime
    queue: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _count: int = 0
    _moment: datetime | None = None  # the last one
    _reports: list[Timed] = field(default_factory=list)
    _noted: list[AtsEvent] = field(default_factory=list)
    _heard: bool = False  # something that may need a person
    _arrived: UUID = NOBODY  # the last message that was noticed
    _opened: UUID = NOBODY  # the last handoff
    _with: dict[str, list[SeenTo]] = field(default_factory=lambda: defaultdict(list))
    _writes_on: dict[str, Sender] = field(default_factory=dict)  # by application

    def __post_init__(self) -> None:
        organization = self.connection.organization_id
        self.by_id = {story.external_id: story for story in self.stories}
        self.senders = {one.id: one for one in Sender.objects.filter(organization=organization)}
        found = Member.objects.filter(organization=organization).select_related("user")
        self.members = {one.user.email: one for one in found}
        self.rota = Rota(self.until)
        self._plan()

    def _plan(self) -> None:
        """Everything that is known beforehand."""
        for story in self.stories:
            for step in story.steps:
                self.later(step.at, step)
            if story.scene and (said := story.scene.said):
                at = said.at(self.until, story.opening.place)
                self._write(story, at, self._texts, said.text)
        self.later(publishing.map_changed_at(self.until), Published("map", self._id(TOMAS)))
        self.later(publishing.policy_changed_at(self.until), Published("policy", self._id(INGRID)))

    @property
    def _texts(self) -> Sender:
        return next(one for one in self.senders.values() if one.channel == "sms")

    def _id(self, colleague: Colleague) -> UUID:
        return self.members[colleague.email].id

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
                work()
                self._notice()
            say((moment - begin) / (self.until - begin))
        with clock.at(self.until):
            self._do(self._reports)
            work()
        AtsEvent.objects.bulk_create(self._noted, batch_size=500)

    def _next(self) -> datetime | None:
        """When the next things have happened that lie close together; None at the end."""
        times = [row[0] for row in sql.rows(_NEXT, (self.until,))]
        times += [at for at, *_ in self.queue]
        if not times:
            return None
        first = min(times)
        end = first + (AT_ONCE if first < self.until - LATELY else AT_ONCE_LATELY)
        last = max(at for at in times if at <= end)
        self._moment = max(last, self._moment or last)
        return self._moment

    def _taken(self, moment: datetime) -> list[Timed]:
        """What is due, and the reports that came meanwhile: they make no step of their own."""
        taken = []
        if len(self._reports) >= REPORTS or moment > self.until - LATELY:
            taken = [one for one in self._reports if one[0] <= moment]
            self._reports = [one for one in self._reports if one[0] > moment]
        while self.queue and self.queue[0][0] <= moment:
            at, _, act = heapq.heappop(self.queue)
            taken.append((at, act))
        return sorted(taken, key=lambda one: one[0])

    # --- what people do ------------------------------------------------------------------------

    def _do(self, acts: list[Timed]) -> None:
        with transaction.atomic():
            store(knocks(self.connection, acts, noted=self._noted))
        self._heard = any(_calls_somebody(act) for _, act in acts)
        for _, act in acts:
            if isinstance(act, Step):
                self._agreed(act)
            elif isinstance(act, SeenTo):
                self._see_to(act)
            elif isinstance(act, Taken):
                self._take(act)
            elif isinstance(act, Published):
                _PUBLISH[act.what](self._member(act.member_id), at=clock.now())

    def _agreed(self, step: Step) -> None:
        """Who sets another time has talked with the candidate, and closes what was open."""
        if "stage" not in step.parts:
            for act in self._with.pop(step.external_id, ()):
                self.later(step.at + CALLED, act)

    def _see_to(self, act: SeenTo) -> None:
        handoff = Handoff.objects.select_related("application").get(id=act.handoff_id)
        if not handoffs.resolve(handoff, by=f"member:{act.member_id}", at=clock.now()):
            return
        story = self._story(handoff)
        if said := answers.after_talking(story, at=clock.now(), seed=self.seed):
            by = self._writes_on.get(story.external_id, self._texts)
            self._write(story, clock.now() + said.after, by, said.text)

    def _take(self, act: Taken) -> None:
        handoff, by = Handoff.objects.get(id=act.handoff_id), f"member:{act.member_id}"
        handoffs.assign(handoff, self._member(act.member_id), by=by, at=clock.now())

    def _member(self, member_id: UUID) -> Member:
        return next(one for one in self.members.values() if one.id == member_id)

    def _write(self, story: Story, at: datetime, sender: Sender, text: str) -> None:
        address = story.person.email
        if sender.channel == "sms":
            address = read_phone(story.person.phone, country=COUNTRY)
        self._writes_on[story.external_id] = sender
        self.later(at, Said(sender, address, text))

    # --- what follows from what the product did ------------------------------------------------

    def _notice(self) -> None:
        for sent in self._new_messages():
            self._report(sent)
            self._answer(sent)
        for handoff in self._new_handoffs() if self._heard else ():
            self._hand(handoff)

    def _new_messages(self) -> list[_Sent]:
        """In an order that is the same each time, which that of their keys is not."""
        found = sql.rows(_SENT, (self._arrived,))
        self._arrived = max([self._arrived, *(row[0] for row in found)])
        return [
            _Sent(self.senders[sender_id], key, touch, self.by_id.get(external_id or ""))
            for _, sender_id, key, touch, external_id in found
        ]

    def _report(self, sent: _Sent) -> None:
        """What arrives is reported with whatever comes next; what does not, at its own time."""
        now = clock.now()
        if sent.story and sent.sender.channel in sent.story.person.deaf:
            at = now + GIVEN_UP
            self.later(at, Reported(sent.sender, sent.key, at, arrived=False))
        else:
            at = min(now + ON_THE_WAY, self.until)
            self._reports.append((at, Reported(sent.sender, sent.key, at)))

    def _answer(self, sent: _Sent) -> None:
        story = sent.story
        if story is None or sent.sender.channel in story.person.deaf:
            return
        said = answers.answer(story, sent.touch, at=clock.now(), seed=self.seed)
        at = clock.now()
        while said:
            at = awake(story.opening.place, at + said.after)
            self._write(story, at, sent.sender, said.text)
            said = said.then

    def _new_handoffs(self) -> list[Handoff]:
        found = Handoff.objects.filter(id__gt=self._opened).select_related("application")
        new = list(found.order_by("id"))
        self._opened = new[-1].id if new else self._opened
        return sorted(new, key=lambda one: (one.opened_at, self._story(one).external_id))

    def _story(self, handoff: Handoff) -> Story:
        assert handoff.application  # all who write here have applied
        return self.by_id[handoff.application.external_id]

    def _hand(self, handoff: Handoff) -> None:
        """Whoever it falls to sees to it, in their own time."""
        story = self._story(handoff)
        chance = Random(f"{self.seed}:{story.external_id}:{handoff.opened_at}")  # noqa: S311
        mine = SeenTo(handoff.id, self._id(keeper(story, handoff.reason)))
        if at := self.rota.seen_at(handoff, story, chance):
            self._with[story.external_id].append(mine)
            self.later(at, mine)
        elif story.scene and story.scene.taken_by:
            taken = Taken(handoff.id, self._id(story.scene.taken_by))
            self.later(handoff.opened_at + CALLED, taken)


# A held message whose person must speak first is looked at every hour; that makes no moment.
_NEXT = """
SELECT due_at FROM messaging_touch
WHERE state = 'planned' AND held_for <> 'frozen' AND due_at <= %s ORDER BY due_at LIMIT 40
"""
_SENT = """
SELECT s.id, s.sender_id, s.key, t.key, a.external_id FROM channels_sandboxmessage s
JOIN messaging_touch t ON t.id = s.key::uuid
LEFT JOIN people_application a ON a.id = t.application_id AND t.origin = 'map'
WHERE s.id > %s ORDER BY s."to", s.body
"""
_PUBLISH = {"map": publishing.change_map, "policy": publishing.change_policy}


def _calls_somebody(act: Act) -> bool:
    """Whether a person may be needed for it."""
    return isinstance(act, Said) or (isinstance(act, Reported) and not act.arrived)
