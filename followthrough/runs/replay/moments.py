"""What happened from outside, in order: everything a replay takes as it was.

`at` is when it was known here, by the business clock: a stage change that an ATS told late could
change nothing before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.governance.decisions import FreezeFact, Wish
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys.events import AnchorMoved, CustomEvent, StageChanged
from followthrough.journeys.offsets import UTC_ONLY, Where
from followthrough.runs.facts import Person, Subject


class Heard(NamedTuple):
    """The ATS, or the organization itself, told something of an application."""

    at: datetime
    application_id: UUID
    event: StageChanged | AnchorMoved | CustomEvent


class Wrote(NamedTuple):
    """A candidate wrote. `reading` is as what it was understood then; `opened` says that it opened
    their address again."""

    at: datetime
    candidate_id: UUID
    address_key: str
    channel: str
    body: str
    kind: str
    rule: str
    application_id: UUID | None
    opened: bool = False


class Said(NamedTuple):
    """A message went out that the map has nothing to do with; before the replay begins, also what
    the map said (it has a `key` and an `occurrence` then)."""

    at: datetime
    candidate_id: UUID
    application_id: UUID | None
    touch_id: UUID
    address_key: str
    contact_point_id: UUID | None
    channel: str
    purpose: str
    key: str = ""
    occurrence: str = ""


class Refused(NamedTuple):
    """A candidate wants no more messages, and said so by none of theirs."""

    at: datetime
    candidate_id: UUID


class Ledger(NamedTuple):
    """An entry about an address counts from now on."""

    at: datetime
    address_key: str


class Blocked(NamedTuple):
    """An address is blocked on a channel from now on; `since` None: not any more."""

    at: datetime
    address_key: str
    channel: str
    since: datetime | None


class Froze(NamedTuple):
    """Automation is silent for a subject from now on."""

    at: datetime
    freeze: FreezeFact


class Thawed(NamedTuple):
    """A freeze has ended."""

    at: datetime
    freeze: FreezeFact


class Wished(NamedTuple):
    """A candidate chose what they want to get."""

    at: datetime
    candidate_id: UUID
    wish: Wish


class Spoiled(NamedTuple):
    """An address cannot be used any more; `why` is a code."""

    at: datetime
    candidate_id: UUID
    contact_point_id: UUID
    why: str


class Ruled(NamedTuple):
    """Another policy is in force."""

    at: datetime
    policy: CompiledPolicy


Moment = (
    Heard | Wrote | Said | Refused | Ledger | Blocked | Froze | Thawed | Wished | Spoiled | Ruled
)


class Attended(NamedTuple):
    """A time for which a person had the conversation, and automation was silent."""

    since: datetime
    until: datetime | None


class Waiting(NamedTuple):
    """A touch of the map's that had not ended when the replay begins: when it is due next, and for
    what it is held."""

    due_at: datetime
    held_for: str


@dataclass(slots=True)
class Role:
    """An application that runs through the map. Before `begins_at` it had no run; `where` says
    whose days and clock are counted by. `came_at`: until then it was another map's to say
    something."""

    application_id: UUID
    candidate_id: UUID
    run_id: UUID
    begins_at: datetime
    where: Where = UTC_ONLY
    came_at: datetime | None = None


@dataclass(slots=True)
class Cast:
    """People who share addresses, with everything that happened to them, in order.

    `words` are the rows of the consent ledger by address key, `ids` the ids that the map's touches
    really had, `waiting` those that had not ended as the replay begins, `refused` by which channel
    a provider really refused one.
    """

    organization_id: UUID
    people: dict[UUID, Person]
    subjects: dict[UUID, Subject]
    roles: dict[UUID, Role]
    moments: list[Moment] = field(default_factory=list)
    words: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    ids: dict[tuple[UUID, str, str], UUID] = field(default_factory=dict)
    waiting: dict[tuple[UUID, str, str], Waiting] = field(default_factory=dict)
    attended: dict[UUID, list[Attended]] = field(default_factory=dict)
    refused: set[tuple[UUID, str, str, str]] = field(default_factory=set)
