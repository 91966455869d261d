"""Caps, ready to be asked, and the limits that a message map sets itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from followthrough.core.zones import Week
from followthrough.governance.documents import (
    ANY_HOUR_CHANNELS,
    CHANNELS,
    CapDocument,
    LimitsDocument,
    WeekDocument,
    strictest,
)
from followthrough.governance.hours import Compiled, intersection

POLICY, MAP = "policy", "map"  # sources of a cap that are no rule pack's
ROLLING, DAY, STAGE = "rolling", "day", "stage"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `at_most` messages in any window. Empty `channel` or `purposes`: all of them.

    `window`: rolling (any `seconds`), day (by the candidate's own clock) or stage (while their
    application is in it).
    """

    per: str  # person | address | application
    channel: str
    window: str
    seconds: float  # of a rolling window, else 0
    at_most: int
    unless_urgent: int  # at most: the rest of it is kept for urgent ones
    purposes: frozenset[str]
    source: str  # POLICY, MAP or the id of a rule pack

    @property
    def length(self) -> timedelta:
        """Of a rolling window."""
        return timedelta(seconds=self.seconds)

    def covers(self, channel: str, purpose: str) -> bool:
        """Whether messages of this channel and purpose count; an unknown purpose ('') does."""
        return self.channel in ("", channel) and (
            not self.purposes or not purpose or purpose in self.purposes
        )


def cap(document: CapDocument, source: str, room: int) -> Cap:
    """A cap from its document; `room` messages of it are kept for urgent ones."""
    return Cap(
        per=document.per,
        channel=document.channel,
        window=document.window or ROLLING,
        seconds=(document.hours or 0) * 3600.0,
        at_most=document.at_most,
        unless_urgent=max(1, document.at_most - room),
        purposes=frozenset(document.purposes),
        source=source,
    )


def caps(documents: Sequence[CapDocument], source: str, room: int) -> tuple[Cap, ...]:
    """Caps from their documents: where two are about the same, the stricter."""
    return tuple(cap(one, source, room) for one in strictest(documents))


def counting(given: Sequence[Cap], channel: str, purpose: str) -> Sequence[Cap]:
    """The caps that count messages of a channel and purpose: none counts a `service`."""
    return [one for one in given if purpose != "service" and one.covers(channel, purpose)]


def week_of(hours: Mapping[str, WeekDocument], channel: str) -> Week | None:
    """The hours of a channel among those of a document: its own, else `default` where it binds
    the channel; None: at any hour."""
    found = hours.get(channel)
    if found is None and channel not in ANY_HOUR_CHANNELS:
        found = hours.get("default")
    return found.week() if found else None


@dataclass(frozen=True, eq=False, slots=True)
class Limits:
    """What a version of a map, or a stage in it, asks beyond law and policy. Known by identity."""

    version: int
    hours: Mapping[str, Compiled | None]
    caps: Sequence[Cap]
    _counting: dict[tuple[str, str], Sequence[Cap]] = field(default_factory=dict, repr=False)

    @property
    def counts_stages(self) -> bool:
        """Whether a cap counts what was sent while an application was in one stage."""
        return any(one.window == STAGE for one in self.caps)

    def counting(self, channel: str, purpose: str) -> Sequence[Cap]:
        """Its caps that count messages of a channel and purpose."""
        found = self._counting.get((channel, purpose))
        if found is None:
            found = self._counting[channel, purpose] = counting(self.caps, channel, purpose)
        return found


def limits(documents: Sequence[LimitsDocument], version: int) -> Limits | None:
    """The limits of a map's version, and of one stage in it; None where there are none.

    Room for urgent messages is the policy's affair: a map's cap is the same for all of them.
    """
    said = [one for one in documents if one]
    if not said:
        return None
    return Limits(
        version=version,
        hours={channel: _common(said, channel) for channel in CHANNELS},
        caps=caps([cap for one in said for cap in one.caps], MAP, 0),
    )


def _common(said: Sequence[LimitsDocument], channel: str) -> Compiled | None:
    """The hours of a channel that all of them allow."""
    by_name = [{str(name): week for name, week in one.hours.items()} for one in said]
    weeks = [week for one in by_name if (week := week_of(one, channel)) is not None]
    return Compiled.of(intersection(weeks)) if weeks else None
