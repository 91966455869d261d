"""What the gate would say of a message that is planned, or that nobody has planned. Nothing is
written.

It is the same gate on the same facts, loaded as the dispatcher loads them: what is answered here
is what would be decided at that moment, as far as it is known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.ids import uuid7
from followthrough.governance.decisions import Decision, Hold, Send
from followthrough.governance.policy import CompiledPolicy
from followthrough.messages import planning
from followthrough.messages.models import Message
from followthrough.messages.outbox import Due
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate
from followthrough.runs import drafts, shadowing
from followthrough.runs import facts as known_facts
from followthrough.runs.facts import Company, Facts, Person, Point

STEPS = 8  # holds in a row that are looked beyond: a cap may free into a quiet night
SILENCE = ("opt_out", "ambiguous_stop", "wrong_number")  # readings that want no answer at night
ORDINARY, URGENT = 5, 1  # priorities: a map's usual one, and that of what a person writes


@dataclass(frozen=True)
class Scene:
    """A person with everything the gate knows of them at a moment."""

    now: datetime
    person: Person
    ours: Company
    known: Facts

    def decided(self, due: Due, *, at: datetime | None = None) -> Decision:
        """What the gate says of a touch, now or at another moment on what is known now."""
        given = self.person, [due], self.known, self.ours
        return drafts.judged(*given, at=at or self.now)[0]

    def zones(self, due: Due) -> tuple[str, ...]:
        """Where they may be, by everything that the touch is about."""
        return tuple(drafts.zones(self.person, [due], self.known).names)

    def point(self, due: Due, channel: str) -> Point | None:
        """The address that a touch would go to on a channel."""
        return drafts.point_for(due, self.person, channel, self.known)


def scene(candidate: Candidate, dues: Sequence[Due], *, now: datetime) -> Scene:
    """Load what the gate must know to judge these touches of a candidate, in one round trip."""
    known = known_facts.load(dues, now=now)
    ours = known.companies()[candidate.organization_id]
    return Scene(now, known.people[candidate.id], ours, known)


def imagined(plan: planning.Plan) -> Due:
    """A touch that is not there, as it would be claimed."""
    *planned, _cause = plan
    return Due(uuid7(), *planned, held_for="", attempts=0, tries=0)


def answerable(candidate_id: UUID, policy: CompiledPolicy, *, now: datetime) -> dict[str, datetime]:
    """By channel, when the candidate wrote what may be answered at any hour now."""
    lately = Message.objects.filter(
        candidate_id=candidate_id, direction="in", at__gt=now - policy.reply_within, at__lte=now
    )
    found: dict[str, datetime] = {}
    for channel, at, reading in lately.order_by("id").values_list("channel", "at", "reading"):
        if _wants_answer(reading or {}):
            found[channel] = at
    return found


def _wants_answer(reading: Mapping[str, Any]) -> bool:
    """Whether they wrote it themselves, and did not perhaps ask for silence."""
    return reading.get("rule") != "automatic" and reading.get("kind") not in SILENCE


# --- what becomes of what is planned? -----------------------------------------------------------


class Foreseen(NamedTuple):
    """What becomes of a touch at its time, as far as that is known now: the decision then, the one
    at the end of its holds, and when it leaves (None: never, or not until something changes)."""

    first: Decision
    last: Decision
    leaves: datetime | None


def foreseen(dues: Sequence[Due], seen: Scene) -> Mapping[UUID, Foreseen]:
    """What becomes of planned touches of somebody, each by itself."""
    return {due.id: _foreseen(due, max(seen.now, due.due_at), seen) for due in dues}


def _foreseen(due: Due, at: datetime, seen: Scene) -> Foreseen:
    first = seen.decided(due, at=at)
    return Foreseen(first, *_leaves(due, first, seen, at=at))


# --- may it go out? ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A message: what for, and whether automation or a member sends it."""

    purpose: str = "informational"
    origin: str = "map"

    @property
    def priority(self) -> int:
        """What a person writes may use the room that caps keep."""
        return URGENT if self.origin == "member" else ORDINARY


@dataclass(frozen=True)
class Answer:
    """What the gate says of a message by one channel.

    `leaves` is when it would go out if it were held, as far as that is known now; None: never, or
    not until something changes. `last` is then what would still be in its way. `shadow` is what
    keeps it in shadow (as `shadowing.keeps` has it), where it is decided and nothing is sent.
    """

    channel: str
    point: Point | None
    decision: Decision
    leaves: datetime | None
    last: str
    zones: tuple[str, ...]
    shadow: str = ""

    @property
    def code(self) -> str:
        """What decides: `sent`, or the check that holds or drops it."""
        return self.decision.code


def answers(
    candidate: Candidate,
    application: Application | None,
    *,
    wanted: Wanted,
    at: datetime,
    channels: Iterable[str] = tuple(CHANNEL_KIND),
) -> list[Answer]:
    """What would become of a message to the candidate at a moment, by each of the channels."""
    plans = [planned(candidate, application, wanted=wanted, channel=one, at=at) for one in channels]
    seen = scene(candidate, [imagined(one) for one in plans], now=at)
    wrote: Mapping[str, datetime] = {}
    if wanted.purpose == "reply":
        wrote = answerable(candidate.id, seen.ours.policy, now=at)
    return [_answer(imagined(one), seen, wrote.get(one.channels[0])) for one in plans]


def _answer(due: Due, seen: Scene, wrote: datetime | None) -> Answer:
    due = due._replace(reply_to_at=wrote)
    (channel,), decision = due.channels, seen.decided(due)
    last, leaves = _leaves(due, decision, seen, at=seen.now)
    shadow = shadowing.keeps(due, seen.known)
    point, zones = seen.point(due, channel), seen.zones(due)
    return Answer(channel, point, decision, leaves, last.code, zones, shadow)


def _leaves(
    due: Due, decision: Decision, seen: Scene, *, at: datetime
) -> tuple[Decision, datetime | None]:
    """The decision at the end of the holds that begin with the one taken then, and when it goes
    out; None where it does not."""
    for _ in range(STEPS):
        if not isinstance(decision, Hold):
            break
        at = decision.until
        decision = seen.decided(due, at=at)
    return decision, at if isinstance(decision, Send) else None


def planned(
    candidate: Candidate,
    application: Application | None,
    *,
    wanted: Wanted,
    channel: str,
    at: datetime,
) -> planning.Plan:
    """The message as it would be planned, with some text; of use for as long as it takes. One from
    the map is of the version that the application runs through, and bound by its limits."""
    run = getattr(application, "run", None) if wanted.origin == "map" else None
    return planning.apart(
        candidate,
        application and application.id,
        origin=wanted.origin,
        key="message",
        occurrence="",
        purpose=wanted.purpose,
        priority=wanted.priority,
        due_at=at,
        useful_until=None,
        channel=channel,
        content={candidate.locale: {"subject": "", "body": "…"}},
        version_id=run and run.version_id,
    )
