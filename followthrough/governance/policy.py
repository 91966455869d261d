"""The sending policy: the document people write, and the compiled form the gate asks.

Pure: no Django, no database. Times in a document are the candidate's local times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from followthrough.core.zones import Week
from followthrough.governance.documents import (
    ANY_HOUR_CHANNELS,
    CHANNELS,
    CapDocument,
    PolicyDocument,
    RulePack,
)
from followthrough.governance.hours import ANY, Hours, hours

POLICY = "policy"  # the source of a cap that is not a rule pack's


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `at_most` messages in any `window`. Empty `channel` or `purposes`: all of them."""

    per: str  # person | address
    channel: str
    seconds: float  # of the window
    at_most: int
    unless_urgent: int  # at most: the rest of it is kept for urgent ones
    purposes: frozenset[str]
    source: str  # POLICY or the id of a rule pack

    @property
    def window(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    def covers(self, channel: str, purpose: str) -> bool:
        """Whether messages of this channel and purpose count; an unknown purpose ('') does."""
        return self.channel in ("", channel) and (
            not self.purposes or not purpose or purpose in self.purposes
        )


@dataclass(frozen=True, eq=False, slots=True)
class Bounds:
    """What binds messages of one channel and purpose: the hours, and the caps that count them."""

    hours: Hours
    legal_caps: Sequence[Cap]
    own_caps: Sequence[Cap]


UNBOUND = Bounds(ANY, (), ())


@dataclass(frozen=True, eq=False, slots=True)
class Rules:
    """What binds people of one jurisdiction: hours by channel and caps, legal ones apart."""

    hours: Mapping[str, Hours]
    legal_caps: Sequence[Cap]
    caps: Sequence[Cap]
    packs: tuple[str, ...]
    _bounds: dict[tuple[str, str], Bounds] = field(default_factory=dict, repr=False)

    def bounds(self, channel: str, purpose: str) -> Bounds:
        """Those of them that have a say about messages of a channel and purpose."""
        found = self._bounds.get((channel, purpose))
        if found is None:
            found = self._bounds[channel, purpose] = Bounds(
                self.hours.get(channel, ANY),
                _counting(self.legal_caps, channel, purpose),
                _counting(self.caps, channel, purpose),
            )
        return found


def _counting(caps: Sequence[Cap], channel: str, purpose: str) -> Sequence[Cap]:
    """The caps that count such messages: none counts a `service`."""
    return [cap for cap in caps if purpose != "service" and cap.covers(channel, purpose)]


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
    packs: Sequence[RulePack] = ()
    _rules: dict[tuple[str, str], Rules] = field(default_factory=dict, repr=False)

    def rules(self, country: str, region: str) -> Rules:
        """The policy's rules and the legal floors of a jurisdiction, together."""
        found = self._rules.get((country, region))
        if found is None:
            found = self._rules[country, region] = _rules(self, choose(self.packs, country, region))
        return found

    @property
    def remembers(self) -> timedelta:
        """The longest window of any cap: what is older binds nobody."""
        caps = (
            *self.own_caps,
            *(_cap(cap, pack.id, self.room) for pack in self.packs for cap in pack.caps),
        )
        return max((cap.window for cap in caps), default=timedelta())

    def needs_consent(self, channel: str) -> bool:
        """Whether the ledger must hold a grant before anything goes out by `channel`."""
        return self.require_consent.get(channel, True)


def choose(packs: Sequence[RulePack], country: str, region: str) -> list[RulePack]:
    """The rule packs that bind people in `country` (ISO 3166) and `region` ('' when unknown)."""
    return [
        pack
        for pack in packs
        if (pack.country == country and pack.region in ("", region))
        or (not country and pack.when_unknown)
    ]


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
    return CompiledPolicy(
        id=id,
        number=number,
        own_hours={channel: _own_week(given, channel) for channel in CHANNELS},
        own_caps=tuple(_cap(cap, POLICY, keep.room) for cap in given.caps),
        urgent_at=keep.at_or_under,
        room=keep.room,
        reply_within=timedelta(minutes=given.reply_minutes),
        require_consent={str(name): need for name, need in given.require_consent.items()},
        merge_nudges=given.merge_nudges,
        spread=timedelta(minutes=given.spread_minutes),
        packs=tuple(packs),
    )


def _own_week(document: PolicyDocument, channel: str) -> Week | None:
    by_name = {str(name): week for name, week in document.hours.items()}
    found = by_name.get(channel)
    if found is None and channel not in ANY_HOUR_CHANNELS:
        found = by_name.get("default")
    return found.week() if found else None


def _cap(cap: CapDocument, source: str, room: int) -> Cap:
    return Cap(
        per=cap.per,
        channel=cap.channel,
        seconds=cap.hours * 3600.0,
        at_most=cap.at_most,
        unless_urgent=max(1, cap.at_most - room),
        purposes=frozenset(cap.purposes),
        source=source,
    )


def _rules(policy: CompiledPolicy, packs: Sequence[RulePack]) -> Rules:
    return Rules(
        hours={channel: _hours(policy, packs, channel) for channel in CHANNELS},
        legal_caps=tuple(_cap(cap, pack.id, policy.room) for pack in packs for cap in pack.caps),
        caps=policy.own_caps,
        packs=tuple(pack.id for pack in packs),
    )


def _hours(policy: CompiledPolicy, packs: Sequence[RulePack], channel: str) -> Hours:
    legal = [pack.hours.week() for pack in packs if pack.hours and channel in pack.channels]
    return hours(legal, policy.own_hours[channel])
