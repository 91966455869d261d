"""What the gate is given and what it answers: no database, nothing personal in checks.

None of it is ever changed. What is made and asked once for every message has slots: a frozen
dataclass or a named tuple costs it several microseconds.

Times are aware UTC datetimes of the business clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.core.places import Place
from followthrough.core.predicates import Facts
from followthrough.governance.limits import Limits

# code, outcome (pass | hold | drop | merge; skip: it does not apply here), detail
Check = tuple[str, str, Mapping[str, Any]]


@dataclass(slots=True)
class Rendered:
    """A message's text. `problem` is a code when it could not be rendered (template_error …)."""

    body: str
    subject: str = ""
    problem: str = ""
    preheader: str = ""  # of a mail: what inboxes show beside the subject

    def __repr__(self) -> str:
        return f"Rendered(problem={self.problem!r})"  # a text is personal, and logs show this


Introduce = Callable[[Rendered, Sequence[str]], tuple[Rendered, Sequence[str]]]


@dataclass(slots=True, eq=False)
class Option:
    """One way to reach the person: a channel, an address on it and a sender.

    `contact_point_id` None: they have no address for this channel. `unusable` is a code, ''
    when usable. `render` gives the text for a channel; the gate calls it last, and only when
    everything else has passed.
    """

    channel: str
    contact_point_id: UUID | None
    address_key: str
    unusable: str
    sender_id: UUID | None
    sender_active: bool
    render: Callable[[str], Rendered]
    introduce: Introduce | None = None  # where nothing was ever sent: who writes, how to stop


@dataclass(slots=True, eq=False)
class Draft:
    """A touch that is due, with what the gate must know of it.

    `facts` are what `relevance` is evaluated against; `anchor.<name>.sequence` among them is the
    anchor's present sequence (None: taken away). `freezes` are the standing ones on its
    application, map and so on beyond the person's own (`PersonFacts.freezes`). `told` is channel
    and purpose of each message; it is only filled in where a cap counts them.
    """

    touch_id: UUID
    key: str
    purpose: str
    origin: str
    priority: int
    due_at: datetime
    useful_until: datetime | None
    relevance: Mapping[str, Any]
    facts: Facts
    anchor_name: str
    anchor_sequence: int | None
    stage: str
    options: Sequence[Option]
    reply_to_at: datetime | None = None
    freezes: Sequence[FreezeFact] = ()
    failed_channels: frozenset[str] = frozenset()  # tried, and definitively failed
    limits: Limits | None = None  # what its map asks beyond law and policy
    told: Sequence[tuple[str, str]] = ()  # sent about its application in this stage
    awaited: bool = False  # it waits for an answer, or something follows when none comes


class FreezeFact(NamedTuple):
    """A standing freeze. One on a sender or a channel stops only what would leave by that one."""

    id: UUID
    subject_kind: str
    why: str
    until: datetime | None
    subject_id: UUID | None = None
    channel: str = ""  # of one on a channel


class Use(NamedTuple):
    """An earlier message that counts against a cap. Without a purpose it counts against every.

    As it is stored: `at` is in seconds since 1970 by the business clock, ids are texts.
    """

    at: float
    touch_id: str
    candidate_id: str
    channel: str
    purpose: str = ""


Stored = Sequence[Any]  # a Use as a plain list: most are too old to matter, and stay that


NOBODY: frozenset[UUID] = frozenset()


class Limit(NamedTuple):
    """An entry of the ledger that counts for some messages only: for one person's, for one purpose
    or within a scope (`requisition`, `family` or `brand`, by name). Without any: for all."""

    entry_id: str
    basis: str
    at: datetime
    candidate_id: UUID | None = None
    purpose: str = ""
    scope: Mapping[str, str] = {}
    source: str = ""


@dataclass(slots=True)
class Consent:
    """What the ledger says now for one address on one channel, and the entry that decided it
    (computed by `governance.standing`).

    `people` are the candidates whose word it is: on a shared phone one person's consent is not
    another's. Empty: it holds for whoever uses the address. `refusals` and `grants` are the words
    beside it that are narrower, or one person's alone; nearly always there are none.
    """

    state: str  # granted, revoked, unknown
    basis: str = ""
    at: datetime | None = None
    entry_id: str | None = None
    people: frozenset[UUID] = NOBODY
    refusals: Sequence[Limit] = ()
    grants: Sequence[Limit] = ()
    entries: int = 1  # how many there are, whatever counts


class Wish(NamedTuple):
    """What a candidate chose to get: it only ever makes less go out.

    `wants` is everything, interviews or nothing; `silent` are channels on which nothing may come;
    `application_id` is the only application they want to hear about, None: all. `number` counts
    the person's choices, 0 for somebody who never made one.
    """

    number: int = 0
    wants: str = "everything"
    silent: frozenset[str] = frozenset()
    paused_until: datetime | None = None
    application_id: UUID | None = None
    at: datetime | None = None


@dataclass(slots=True, eq=False)
class PersonFacts:
    """What is known of one person at the moment of deciding.

    `zones`, `zone_evidence` and `zones_unknown` come from `core.zones.plausible`, `places` (the law
    of each of them binds; none: nobody knows) and `place_evidence` from `core.places.plausible`.
    `consent` is by (address key,
    channel); `blocked` by the same, with the time of the opt-out. `uses` are the messages of the
    last 8 days by address key, whoever they were for. All three may hold others of the
    organization: they are looked up by this person's own addresses. `own_uses` are this person's,
    on whatever address.
    """

    candidate_id: UUID
    zones: Sequence[str]
    zone_evidence: str
    places: tuple[Place, ...]
    consent: Mapping[tuple[str, str], Consent]
    blocked: Mapping[tuple[str, str], datetime]
    freezes: Sequence[FreezeFact]
    uses: Mapping[str, Sequence[Stored]]
    own_uses: Sequence[Stored]
    last_inbound_at: datetime | None = None
    wish: Wish | None = None  # None: they never chose anything
    place_evidence: str = ""
    zones_unknown: Sequence[str] = ()


class Send(NamedTuple):
    """Hand it over now by `option`, with `rendered`; `counted`: it uses room of the caps."""

    touch_id: UUID
    option: Option
    rendered: Rendered
    counted: bool
    checks: Sequence[Check]
    code: str = "sent"


class Hold(NamedTuple):
    """Not now: decide again at `until`. `code` is the check that held it, `channel` the way it
    would have gone ('' where none was looked at yet)."""

    touch_id: UUID
    until: datetime
    code: str
    checks: Sequence[Check]
    channel: str = ""


class Merge(NamedTuple):
    """Another message of the same pass says enough: this one ends, `into` goes."""

    touch_id: UUID
    into: UUID
    code: str
    checks: Sequence[Check]
    channel: str = ""


class Drop(NamedTuple):
    """Never: the touch ends here. `code` is the check that dropped it, `channel` the way it was
    about ('' where none was looked at yet)."""

    touch_id: UUID
    code: str
    checks: Sequence[Check]
    channel: str = ""


Decision = Send | Hold | Merge | Drop
