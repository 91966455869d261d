"""The sending policy: the document people write, and the compiled form the gate asks.

Pure: no Django, no database. Times in a document are the candidate's local times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from followthrough.core.places import UNKNOWN, Place
from followthrough.core.places import named as name_of
from followthrough.core.zones import Week, Window
from followthrough.governance.calendars import Closed
from followthrough.governance.documents import CHANNELS, HolidaysDocument, PolicyDocument
from followthrough.governance.hours import ANY, Compiled, Hours, hours
from followthrough.governance.limits import POLICY, STAGE, Cap, caps, counting, week_of
from followthrough.governance.packs import RulePack

ALWAYS: Week = {day: (Window(time(0), time(0)),) for day in range(7)}
NO_HOLIDAYS = HolidaysDocument()


@dataclass(frozen=True, eq=False, slots=True)
class Bounds:
    """What binds messages of one channel and purpose: the hours, the caps that count them, and the
    rule packs that ask for consent."""

    hours: Hours
    legal_caps: Sequence[Cap]
    own_caps: Sequence[Cap]
    consent: tuple[str, ...] = ()


UNBOUND = Bounds(ANY, (), ())


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """What binds people who may be in `places`: the policy, and the rule packs in force there."""

    policy: CompiledPolicy
    places: Sequence[Place]
    packs: Sequence[RulePack]
    named: tuple[str, ...]  # the places as receipts have them
    _bounds: dict[tuple[str, str], Bounds] = field(default_factory=dict, repr=False)
    _disclosures: dict[tuple[str, str], dict[str, tuple[str, ...]]] = field(
        default_factory=dict, repr=False
    )

    def bounds(self, channel: str, purpose: str) -> Bounds:
        """Those of them that have a say about messages of a channel and purpose."""
        found = self._bounds.get((channel, purpose))
        if found is None:
            found = self._bounds[channel, purpose] = self._bind(channel, purpose)
        return found

    def _bind(self, channel: str, purpose: str) -> Bounds:
        speaking = [pack for pack in self.packs if pack.speaks_of(channel, purpose)]
        return Bounds(
            hours=hours(tuple(self._laws(speaking)), self.policy.own_week(channel, self.places)),
            legal_caps=counting(self._caps(speaking), channel, purpose),
            own_caps=counting(self.policy.own_caps, channel, purpose),
            consent=tuple(one.id for one in self.packs if one.needs_consent(channel, purpose)),
        )

    def _laws(self, speaking: Iterable[RulePack]) -> Iterator[tuple[str, Compiled]]:
        for pack in speaking:
            if (week := pack.week(self.places)) is not None:
                yield pack.id, week

    def _caps(self, speaking: Iterable[RulePack]) -> list[Cap]:
        room = self.policy.room
        return [cap for pack in speaking for cap in caps(pack.caps, pack.id, room)]

    def disclosures(self, channel: str, purpose: str) -> dict[str, tuple[str, ...]]:
        """What the first message of a conversation must say, with the rule packs that ask for it:
        `automated`, `company`, `stop`."""
        known = self._disclosures.get((channel, purpose))
        if known is None:
            known = self._disclosures[channel, purpose] = self._disclose(channel, purpose)
        return known

    def _disclose(self, channel: str, purpose: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for pack in self.packs:
            for one in pack.disclosures if pack.speaks_of(channel, purpose) else ():
                found[one] = (*found.get(one, ()), pack.id)
        return found


@dataclass(frozen=True, eq=False, slots=True)
class CompiledPolicy:
    """A version of a policy, ready for the gate. `id` None and `number` 0: the default one.

    Touches of a priority number above `urgent_at` leave `room` messages of each cap unused.
    """

    id: UUID | None
    number: int
    own_hours: Mapping[str, Week | None]
    own_caps: Sequence[Cap]
    urgent_at: int
    room: int
    reply_within: timedelta
    require_consent: Mapping[str, bool]
    merge_nudges: bool
    spread: timedelta
    hold_above: int
    stale_after: timedelta
    packs: Sequence[RulePack] = ()
    holidays: HolidaysDocument = NO_HOLIDAYS
    changes: Sequence[datetime] = ()  # when rule packs begin to count, or cease to
    _rules: dict[tuple[tuple[Place, ...], int], Rules] = field(default_factory=dict, repr=False)
    _weeks: dict[tuple[str, Closed | None], Compiled] = field(default_factory=dict, repr=False)

    def rules(self, places: tuple[Place, ...], at: datetime) -> Rules:
        """The policy's rules and the legal floors at a moment, for people who may be in any of
        `places` (none: nobody knows where): all of them bind."""
        key = places, bisect_right(self.changes, at)
        found = self._rules.get(key)
        if found is None:
            where = places or (UNKNOWN,)
            named = tuple(one for place in places if (one := name_of(place)))
            found = self._rules[key] = Rules(self, where, choose(self.packs, where, at), named)
        return found

    def own_week(self, channel: str, places: Iterable[Place]) -> Compiled | None:
        """The policy's own hours for a channel, without its closed days; None: at any hour."""
        week, closed = self.own_hours[channel], self.holidays.closed(channel, places)
        if week is None and closed is None:
            return None
        if (channel, closed) not in self._weeks:
            self._weeks[channel, closed] = Compiled.of(ALWAYS if week is None else week, closed)
        return self._weeks[channel, closed]

    @property
    def counts_stages(self) -> bool:
        """Whether a cap counts what was sent while an application was in one stage."""
        return any(cap.window == STAGE for cap in self.own_caps)

    def needs_consent(self, channel: str) -> bool:
        """Whether the ledger must hold a grant before anything goes out by `channel`."""
        return self.require_consent.get(channel, True)


def choose(packs: Iterable[RulePack], places: Iterable[Place], at: datetime) -> list[RulePack]:
    """The rule packs in force at a moment that bind people who may be in any of `places`."""
    where = tuple(places)
    return [pack for pack in packs if pack.counts(at) and any(map(pack.binds, where))]


def compiled(
    document: PolicyDocument | Mapping[str, Any],
    *,
    id: UUID | None = None,
    number: int = 0,
    packs: Sequence[RulePack] = (),
) -> CompiledPolicy:
    """Compile a policy document. Raises documents.PolicyError when it is not one."""
    given = document if isinstance(document, PolicyDocument) else PolicyDocument.read(document)
    keep = given.keep_for_priority
    hours_by_name = {str(name): week for name, week in given.hours.items()}
    return CompiledPolicy(
        id=id,
        number=number,
        own_hours={channel: week_of(hours_by_name, channel) for channel in CHANNELS},
        own_caps=caps(given.caps, POLICY, keep.room),
        urgent_at=keep.at_or_under,
        room=keep.room,
        reply_within=timedelta(minutes=given.reply_minutes),
        require_consent={str(name): need for name, need in given.require_consent.items()},
        merge_nudges=given.merge_nudges,
        spread=timedelta(minutes=given.spread_minutes),
        hold_above=given.hold_above,
        stale_after=timedelta(days=given.stale_days),
        packs=tuple(packs),
        holidays=given.holidays,
        changes=sorted({at for pack in packs for at in pack.bounds() if at}),
    )
