"""May the person be reached by the option at hand? What drops here falls to the next channel."""

from __future__ import annotations

from typing import Any

from followthrough.governance.case import DROP, PASS, SKIP, Case, Finding, finding, shown


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
    since, consent = case.facts.blocked.get(key), case.facts.consent.get(key)
    if since is not None:
        return finding("opted_out", DROP, _told(case, since=since.isoformat()))
    if consent is not None and consent.state == "revoked":
        return finding("opted_out", DROP, _told(case, entry=shown(consent.entry_id)))
    return NOT_OPTED_OUT[case.via.channel]


def consent(case: Case) -> Finding:
    """Where the policy or the law asks for consent, this person gave it for this address."""
    channel = case.via.channel
    asked = case.policy.needs_consent(channel) or case.bounds.consent
    if case.draft.purpose == "service" or not asked:
        return CONSENT_SKIPPED[channel]
    consent = case.facts.consent.get((case.via.address_key, channel))
    if consent is None or consent.state != "granted":
        return NO_CONSENT[channel]
    if consent.people and case.facts.candidate_id not in consent.people:
        return finding("no_consent", DROP, _told(case, given_by="another_person"))
    told = {"channel": channel, "basis": consent.basis, "entry": consent.entry_id or ""}
    return finding("consent", PASS, told)


def sender(case: Case) -> Finding:
    """The organization has a sender for this channel."""
    found = case.via.sender_id is not None
    return (SENDER if found else NO_SENDER)[case.via.channel]


def _told(case: Case, **more: str) -> dict[str, Any]:
    return {"channel": case.via.channel, **more}
