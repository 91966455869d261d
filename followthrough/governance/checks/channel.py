"""May the person be reached this way? What drops here falls to the next channel."""

from __future__ import annotations

from followthrough.governance.case import DROP, PASS, SKIP, Case, Finding, finding, shown
from followthrough.governance.decisions import Option

CHANNEL_FAILED = finding("channel_failed", DROP)
UNTRIED = finding("untried")
ADDRESS = finding("address")
NO_ADDRESS = finding("no_address", DROP)
USABLE = finding("usable")
NOT_OPTED_OUT = finding("not_opted_out")
CONSENT_SKIPPED = finding("consent", SKIP)
NO_CONSENT = finding("no_consent", DROP)
SENDER = finding("sender")
NO_SENDER = finding("no_sender", DROP)


def untried(case: Case, option: Option) -> Finding:
    """This channel has not definitively failed for this touch."""
    failed = option.channel in case.draft.failed_channels
    return CHANNEL_FAILED if failed else UNTRIED


def address(case: Case, option: Option) -> Finding:
    """They have an address for this channel."""
    found = option.contact_point_id is not None
    return ADDRESS if found else NO_ADDRESS


def usable(case: Case, option: Option) -> Finding:
    """The address can be used."""
    if option.unusable or not option.address_key:
        return finding("unusable", DROP, {"reason": option.unusable})
    return USABLE


def not_opted_out(case: Case, option: Option) -> Finding:
    """Nobody asked for silence here. Only `service` goes on: the one confirmation."""
    if case.draft.purpose == "service":
        return finding("not_opted_out", SKIP, {"basis": "service"})
    key = (option.address_key, option.channel)
    since, consent = case.facts.blocked.get(key), case.facts.consent.get(key)
    if since is not None:
        return finding("opted_out", DROP, {"since": since.isoformat()})
    if consent is not None and consent.state == "revoked":
        return finding("opted_out", DROP, {"entry": shown(consent.entry_id)})
    return NOT_OPTED_OUT


def consent(case: Case, option: Option) -> Finding:
    """Where the policy asks for consent, this person gave it for this address."""
    if case.draft.purpose == "service" or not case.policy.needs_consent(option.channel):
        return CONSENT_SKIPPED
    consent = case.facts.consent.get((option.address_key, option.channel))
    if consent is None or consent.state != "granted":
        return NO_CONSENT
    if consent.people and case.facts.candidate_id not in consent.people:
        return finding("no_consent", DROP, {"given_by": "another_person"})
    return finding("consent", PASS, {"basis": consent.basis, "entry": shown(consent.entry_id)})


def sender(case: Case, option: Option) -> Finding:
    """The organization has a sender for this channel."""
    found = option.sender_id is not None
    return SENDER if found else NO_SENDER
