"""May the person be reached by the option at hand? What drops here falls to the next channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from followthrough.governance import standing
from followthrough.governance.case import DROP, PASS, SKIP, Case, Finding, finding, shown
from followthrough.governance.decisions import Consent, Limit


class OnChannel(dict[str, Finding]):
    """A finding by the channel it is about, when there is nothing else to say."""

    def __init__(self, code: str, outcome: str = PASS) -> None:
        super().__init__()
        self.code, self.outcome = code, outcome

    def __missing__(self, channel: str) -> Finding:
        made = self[channel] = finding(self.code, self.outcome, {"channel": channel})
        return made


CHANNEL_FAILED = OnChannel("channel_failed", DROP)
UNTRIED = OnChannel("untried")
ADDRESS = OnChannel("address")
NO_ADDRESS = OnChannel("no_address", DROP)
USABLE = OnChannel("usable")
NOT_OPTED_OUT = OnChannel("not_opted_out")
CONSENT_SKIPPED = OnChannel("consent", SKIP)
NO_CONSENT = OnChannel("no_consent", DROP)
SENDER = OnChannel("sender")
NO_SENDER = OnChannel("no_sender", DROP)


def untried(case: Case) -> Finding:
    """This channel has not definitively failed for this touch."""
    channel = case.via.channel
    return (CHANNEL_FAILED if channel in case.draft.failed_channels else UNTRIED)[channel]


def address(case: Case) -> Finding:
    """They have an address for this channel."""
    found = case.via.contact_point_id is not None
    return (ADDRESS if found else NO_ADDRESS)[case.via.channel]


def usable(case: Case) -> Finding:
    """The address can be used."""
    option = case.via
    if option.unusable or not option.address_key:
        return finding("unusable", DROP, _told(case, reason=option.unusable))
    return USABLE[option.channel]


def not_opted_out(case: Case) -> Finding:
    """Nobody asked for silence here. Only `service` goes on: the one confirmation."""
    if case.draft.purpose == "service":
        return finding("not_opted_out", SKIP, _told(case, basis="service"))
    key = (case.via.address_key, case.via.channel)
    since, said = case.facts.blocked.get(key), case.facts.consent.get(key)
    if since is not None or (said is not None and standing.revoked(said, case.facts.candidate_id)):
        return _opted_out(case, since, said)
    if said is not None and said.refusals and (limit := _refusing(said, case)):
        return _narrowed(case, limit)
    return NOT_OPTED_OUT[case.via.channel]


def _opted_out(case: Case, since: datetime | None, said: Consent | None) -> Finding:
    told = {} if since is None else {"since": since.isoformat()}
    if said is not None and said.state == standing.REVOKED:
        told |= {"entry": shown(said.entry_id), "basis": said.basis}
    return finding("opted_out", DROP, _told(case, **told))


def _refusing(said: Consent, case: Case) -> Limit | None:
    draft = case.draft
    return standing.refusing(said, case.facts.candidate_id, draft.purpose, draft.facts)


def _narrowed(case: Case, limit: Limit) -> Finding:
    """They asked for less, and this is of what they do not want."""
    if not (limit.purpose or limit.scope):
        told = {"entry": limit.entry_id, "basis": limit.basis, "since": limit.at.isoformat()}
        return finding("opted_out", DROP, _told(case, **told))
    told = {"entry": limit.entry_id, "basis": limit.basis, "scope": next(iter(limit.scope), "")}
    return finding("narrowed", DROP, _told(case, **told))


def consent(case: Case) -> Finding:
    """Where the policy or the law asks for consent, this person gave it for this address."""
    channel = case.via.channel
    asked = case.policy.needs_consent(channel) or case.bounds.consent
    if case.draft.purpose == "service" or not asked:
        return CONSENT_SKIPPED[channel]
    said = case.facts.consent.get((case.via.address_key, channel))
    if said is None:
        return NO_CONSENT[channel]
    if said.state == standing.GRANTED and not (
        said.people and case.facts.candidate_id not in said.people
    ):
        told = {"channel": channel, "basis": said.basis, "entry": said.entry_id or ""}
        return finding("consent", PASS, told)
    return _granted_in_part(case, said)


def _granted_in_part(case: Case, said: Consent) -> Finding:
    """They gave it for something narrower; or somebody else did."""
    draft, me = case.draft, case.facts.candidate_id
    if said.grants and (found := standing.granting(said, me, draft.purpose, draft.facts)):
        return finding("consent", PASS, _told(case, basis=found.basis, entry=found.entry_id))
    if said.state == standing.GRANTED:
        return finding("no_consent", DROP, _told(case, given_by="another_person"))
    return NO_CONSENT[case.via.channel]


def sender(case: Case) -> Finding:
    """The organization has a sender for this channel."""
    found = case.via.sender_id is not None
    return (SENDER if found else NO_SENDER)[case.via.channel]


def _told(case: Case, **more: str) -> dict[str, Any]:
    return {"channel": case.via.channel, **more}
