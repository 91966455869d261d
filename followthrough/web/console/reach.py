"""How a candidate can be reached, in words: each address, and what they allowed there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.governance import consent, policies, preferences
from followthrough.governance.decisions import Consent, Wish
from followthrough.governance.policy import CompiledPolicy
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Candidate, ContactPoint
from followthrough.runs.simulation import Scene
from followthrough.store import sql
from followthrough.web.console import sentences

Key = tuple[str, str]  # an address's key, and a channel


@dataclass(frozen=True)
class Way:
    """One address on one channel: `state` is a meaning (kept, quiet, stopped, held) and `said`
    what was allowed, by what and since when."""

    point: ContactPoint
    channel: str
    state: str
    said: str

    @property
    def open(self) -> bool:
        """Whether a message may go this way, as far as the person is concerned."""
        return self.state in ("kept", "quiet")


MAY = {"sms": gettext_noop("May be texted"), "email": gettext_noop("May be mailed")}
UNASKED = {
    "sms": gettext_noop("Nobody asked whether they may be texted: no texts."),
    "email": gettext_noop("Nobody asked whether they may be mailed: no mails."),
}
ABOUT_IT = gettext_noop("May be written to about their own application.")


class Known(NamedTuple):
    """What was said of an organization's addresses, and what binds them."""

    consents: Mapping[Key, Consent]
    blocks: Mapping[Key, datetime]
    policy: CompiledPolicy
    wishes: Mapping[UUID, Wish]


def known(organization_id: UUID, candidates: Sequence[UUID], seen: Scene | None = None) -> Known:
    """What there is to know of the ways to candidates, in one round trip; in none where the gate's
    facts about them were `seen`."""
    if seen:
        return Known(seen.ours.consents, seen.ours.blocks, seen.ours.policy, seen.known.wishes)
    consents, blocks, standing, wishes = sql.ask(
        consent.of_people(candidates),
        consent.blocks_of_people(candidates),
        policies.standing([organization_id]),
        preferences.of_people(candidates),
    )
    mine = consents.get(organization_id, {}), blocks.get(organization_id, {})
    return Known(*mine, standing[organization_id], wishes)


def ways(candidate: Candidate, *, zone: str, given: Known | None = None) -> list[Way]:
    """Every address with its channel, as the ATS orders them; days are by the clock of `zone`."""
    given = given or known(candidate.organization_id, [candidate.id])
    return _each([candidate.id], given, zone=zone)[candidate.id]


def closed(candidates: Iterable[UUID], *, organization_id: UUID) -> set[UUID]:
    """Those among the candidates of an organization none of whose addresses may be written to."""
    theirs = sql.distinct(candidates)
    found = _each(theirs, known(organization_id, theirs), zone="UTC")
    return {one for one, ways in found.items() if why_closed(ways)}


def why_closed(theirs: Iterable[Way]) -> str:
    """Why nothing may be written to somebody who has these ways; '' when one of them is open."""
    return "" if any(way.open for way in theirs) else _("no address of theirs may be written to")


def nothing(why: str) -> str:
    """What comes next for somebody whom nothing may be written to."""
    return _("Nothing: %(why)s.") % {"why": why}


def _each(candidates: Sequence[UUID], given: Known, *, zone: str) -> dict[UUID, list[Way]]:
    """The ways of each candidate."""
    told = given.consents, given.blocks, given.policy, zone
    found: dict[UUID, list[Way]] = {one: [] for one in candidates}
    points = ContactPoint.objects.filter(candidate__in=candidates)
    for point in points.order_by("-kind", "position", "id"):
        theirs = _Told(point.candidate_id, given.wishes.get(point.candidate_id), *told)
        found[point.candidate_id] += [theirs.way(point, one) for one in _channels(point)]
    return found


def _channels(point: ContactPoint) -> list[str]:
    return [channel for channel, kind in CHANNEL_KIND.items() if kind == point.kind]


@dataclass(frozen=True)
class _Told:
    """What was said of a candidate's addresses."""

    candidate_id: UUID
    wish: Wish | None
    consents: Mapping[Key, Consent]
    blocks: Mapping[Key, datetime]
    policy: CompiledPolicy
    zone: str

    def way(self, point: ContactPoint, channel: str) -> Way:
        return Way(point, channel, *self._state(point, channel))

    def _state(self, point: ContactPoint, channel: str) -> tuple[str, str]:
        key = (point.address_key, channel)
        if not point.usable:
            return "held", _("Not used: %(why)s.") % {"why": sentences.unusable(point)}
        consent = self.consents.get(key)
        mine = consent and self.candidate_id in (consent.people or {self.candidate_id})
        if key in self.blocks or (consent and mine and consent.state == "revoked"):
            return "stopped", self._stopped(consent, self.blocks.get(key))
        if consent and (refused := self._refused_alone(consent)):
            return "stopped", self._stopped(refused, refused.at)
        if self.wish and self.wish.at and self._silenced(self.wish, channel):
            day = self._day(self.wish.at)
            return "stopped", _("Stopped: they chose it on their page, %(day)s") % {"day": day}
        if consent and mine and consent.state == "granted":
            less = self._less(consent)
            return "kept", self._granted(consent, channel) + (f".{less}" if less else "")
        if self.policy.needs_consent(channel):
            return "stopped", _(UNASKED[channel])
        return "quiet", _(ABOUT_IT) + (self._less(consent) if consent else "")

    def _refused_alone(self, consent: Consent) -> Consent | None:
        """This person's own refusal of everything, beside what others on the address said."""
        for one in consent.refusals:
            if one.candidate_id == self.candidate_id and not (one.purpose or one.scope):
                return Consent("revoked", one.basis, one.at, one.entry_id)
        return None

    def _less(self, consent: Consent) -> str:
        """What of it they do not want."""
        told = [
            _("Not%(about)s, since %(day)s.")
            % {"about": sentences.about(one.scope, one.purpose), "day": self._day(one.at)}
            for one in consent.refusals
            if one.candidate_id in (None, self.candidate_id)
        ]
        return "".join(f" {one}" for one in told)

    def _silenced(self, wish: Wish, channel: str) -> bool:
        return channel in wish.silent or wish.wants == preferences.NOTHING

    def _granted(self, consent: Consent, channel: str) -> str:
        said = {"may": _(MAY[channel]), "basis": sentences.basis(consent.basis)}
        return _("%(may)s: %(basis)s, %(day)s") % {**said, "day": self._day(consent.at)}

    def _stopped(self, consent: Consent | None, since: datetime | None) -> str:
        at = since or (consent and consent.at)
        if consent and consent.state == "revoked":
            said = {"basis": sentences.basis(consent.basis), "day": at and self._day(at)}
            return _("Stopped: %(basis)s, %(day)s") % said
        return _("Stopped since %(day)s: somebody asked for it on this address") % {
            "day": at and self._day(at)
        }

    def _day(self, at: datetime) -> str:
        return sentences.day(at, self.zone)
