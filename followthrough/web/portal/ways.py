"""How a candidate is reached, channel by channel, as their own page says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from followthrough.channels import registry
from followthrough.governance import consent, policies
from followthrough.governance.decisions import Wish
from followthrough.governance.standing import ATS, refuses_all
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Candidate, ContactPoint
from followthrough.runs import choices
from followthrough.store import sql
from followthrough.web.portal.masks import masked, written

ON, OFF, STOPPED, UNUSED = "on", "off", "stopped", "unused"


class Channel(NamedTuple):
    """A channel with their addresses on it, masked. `state` is on, off (they turned it off, or
    never allowed it), stopped (opted out) or unused. `bar` is why they cannot turn it on here:
    '', start (their phone company must hear it first) or another (somebody else's wish)."""

    name: str
    addresses: Sequence[str]
    state: str
    bar: str = ""
    number: str = ""  # ours, to text START to
    keys: Sequence[str] = ()  # of the addresses

    @property
    def reopens(self) -> bool:
        """Whether choosing messages again opens it."""
        return self.state == STOPPED and not self.bar


class Reach(NamedTuple):
    """The channels on which somebody has an address, in the order in which the product has them;
    and the openings (by their id in the ATS) about which they asked to hear nothing."""

    channels: Sequence[Channel]
    refused: frozenset[str]


def of(candidate: Candidate, wish: Wish) -> Reach:
    """How they are reached."""
    points = ContactPoint.objects.filter(candidate_id=candidate.id).exclude(address_key="")
    by_kind = _by_kind(points.order_by("position", "id"))
    known = _Known(candidate, wish)
    channels = [
        known.channel(name, by_kind[kind]) for name, kind in CHANNEL_KIND.items() if kind in by_kind
    ]
    return Reach(channels, known.refused_jobs())


def _by_kind(points: Iterator[ContactPoint]) -> dict[str, list[ContactPoint]]:
    """The points of each kind, each address once."""
    found: dict[str, dict[str, ContactPoint]] = {}
    for point in points:
        found.setdefault(point.kind, {}).setdefault(point.address_key, point)
    return {kind: list(theirs.values()) for kind, theirs in found.items()}


class _Known:
    """What was said of a candidate's addresses, and chosen."""

    def __init__(self, candidate: Candidate, wish: Wish) -> None:
        organization = candidate.organization_id
        consents, blocks, standing, senders = sql.ask(
            consent.of_people([candidate.id]),
            consent.blocks_of_people([candidate.id]),
            policies.standing([organization]),
            registry.of_organizations([organization]),
        )
        self.candidate, self.wish = candidate, wish
        self.consents, self.blocks = consents.get(organization, {}), blocks.get(organization, {})
        self.policy, self.senders = standing[organization], senders.get(organization, {})

    def channel(self, name: str, points: Sequence[ContactPoint]) -> Channel:
        """A channel of theirs, as things are."""
        return self._channel(name, points)._replace(keys=[one.address_key for one in points])

    def _channel(self, name: str, points: Sequence[ContactPoint]) -> Channel:
        usable = [one for one in points if one.usable]
        shown = [masked(one) for one in usable or points]
        if not usable:
            return Channel(name, shown, UNUSED)
        closed = [one for one in usable if self._stopped(one, name)]
        if len(closed) == len(usable):
            return Channel(name, shown, STOPPED, *self._barred(name, closed))
        if name in self.wish.silent:
            return Channel(name, shown, OFF, *self._barred(name, closed))
        allowed = any(self._allowed(one, name) for one in usable)
        return Channel(name, shown, ON if allowed else OFF)

    def refused_jobs(self) -> frozenset[str]:
        return frozenset(
            limit.scope["requisition"]
            for said in self.consents.values()
            for limit in said.refusals
            if limit.candidate_id == self.candidate.id
            and "requisition" in limit.scope
            and limit.source != ATS  # that is not for them to take back here
        )

    def _stopped(self, point: ContactPoint, channel: str) -> bool:
        key = (point.address_key, channel)
        said = self.consents.get(key)
        return key in self.blocks or bool(said and refuses_all(said, self.candidate.id))

    def _allowed(self, point: ContactPoint, channel: str) -> bool:
        if not self.policy.needs_consent(channel):
            return True
        said = self.consents.get((point.address_key, channel))
        if said is None or said.state != "granted":
            return False
        return not said.people or self.candidate.id in said.people

    def _barred(self, channel: str, closed: Sequence[ContactPoint]) -> tuple[str, str]:
        ways = [choices.Way(one, channel) for one in closed]
        if any(map(choices.at_carrier, ways)):
            sender = self.senders.get(channel)
            return "start", written(sender.config.address) if sender else ""
        return ("" if all(map(choices.reopens, ways)) else "another"), ""
