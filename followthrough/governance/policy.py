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
from followthrough.governance.documents import CHANNELS, PolicyDocument, RulePack
from followthrough.governance.hours import ANY, Hours, hours
from followthrough.governance.limits import POLICY, STAGE, Cap, caps, counting, week_of


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
                counting(self.legal_caps, channel, purpose),
                counting(self.caps, channel, purpose),
            )
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
    packs: Sequence[RulePack] = ()
    _rules: dict[tuple[str, str], Rules] = field(default_factory=dict, repr=False)

    def rules(self, country: str, region: str) -> Rules:
        """The policy's rules and the legal floors of a jurisdiction, together."""
        found = self._rules.get((country, region))
        if found is None:
            found = self._rules[country, region] = _rules(self, choose(self.packs, country, region))
        return found

    @property
    def counts_stages(self) -> bool:
        """Whether a cap counts what was sent while an application was in one stage."""
        return any(cap.window == STAGE for cap in self.own_caps)

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
        packs=tuple(packs),
    )


def _rules(policy: CompiledPolicy, packs: Sequence[RulePack]) -> Rules:
    return Rules(
        hours={channel: _hours(policy, packs, channel) for channel in CHANNELS},
        legal_caps=_legal_caps(policy, packs),
        caps=policy.own_caps,
        packs=tuple(pack.id for pack in packs),
    )


def _legal_caps(policy: CompiledPolicy, packs: Sequence[RulePack]) -> tuple[Cap, ...]:
    return tuple(cap for pack in packs for cap in caps(pack.caps, pack.id, policy.room))


def _hours(policy: CompiledPolicy, packs: Sequence[RulePack], channel: str) -> Hours:
    legal = [pack.hours.week() for pack in packs if pack.hours and channel in pack.channels]
    return hours(legal, policy.own_hours[channel])
