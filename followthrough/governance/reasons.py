"""The reasons of receipts, short: what they are called in lists, which belong together, and what
would have to change. Their sentences are in `phrases`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

LABELS = {
    "sent": _("Sent"),
    "not_relevant": _("Did not apply"),
    "too_late": _("Of no more use by then"),
    "anchor_moved": _("Its time has changed"),
    "channel_failed": _("The channel had failed"),
    "no_address": _("No address"),
    "unusable": _("The address cannot be used"),
    "opted_out": _("They opted out"),
    "no_consent": _("No consent"),
    "narrowed": _("They allowed less"),
    "silent_channel": _("They chose no messages there"),
    "nothing_wished": _("They chose no messages"),
    "only_interviews": _("They chose interviews only"),
    "other_application": _("They chose another application only"),
    "paused": _("They chose a pause"),
    "no_sender": _("No sender"),
    "frozen": _("Automation is silent"),
    "no_zone": _("Time zone unknown"),
    "legal_hours": _("Legal hours"),
    "quiet_hours": _("Quiet hours"),
    "map_hours": _("Hours of the map"),
    "no_common_hour": _("No hour suits every zone"),
    "merged": _("Another one says enough"),
    "legal_caps": _("Legal cap"),
    "caps": _("A cap was used up"),
    "sender_inactive": _("The sender is paused"),
    "empty_text": _("The text is empty"),
    "template_problem": _("The text could not be made"),
    "too_long": _("The text is too long"),
    "left_stage": _("Left the stage"),
    "anchor_cleared": _("Its time was taken away"),
    "answered": _("Answered already"),
    "replied": _("They wrote meanwhile"),
    "withdrawn": _("Taken back"),
    "run_ended": _("The map had ended"),
    "version_moved": _("Moved to another version"),
    "unmatched": _("No rule gives it this map"),
    "in_shadow": _("Shadow: not sent"),
    "stale_batch": _("Stale, left out of a batch"),
    "batch_cancelled": _("The batch was cancelled"),
    "unreachable": _("Nobody to be reached there"),
    "throttled": _("The provider asked to wait"),
    "rejected": _("The provider refused it"),
    "opted_out_at_provider": _("An opt-out at the provider"),
    "misconfigured": _("The sender is set up wrongly"),
    "outcome_unknown": _("Outcome unknown"),
    "poison": _("A fault of ours"),
    "decision_expired": _("Had to be decided again"),
}  # fmt: skip


class Group(NamedTuple):
    """Reasons that people ask for together."""

    code: str
    said: str
    codes: Sequence[str]


GROUPS = (
    Group("hours", _("Outside hours"), 
          ("quiet_hours", "legal_hours", "map_hours", "no_common_hour", "no_zone")),
    Group("consent", _("Consent and opt-outs"),
          ("opted_out", "no_consent", "narrowed", "opted_out_at_provider")),
    Group("chosen", _("What they chose"),
          ("silent_channel", "nothing_wished", "only_interviews", "other_application", "paused")),
    Group("often", _("Too many messages"), ("caps", "legal_caps", "merged")),
    Group("silence", _("Automation is silent"), ("frozen",)),
    Group("batch", _("Decided for many at once"), ("stale_batch", "batch_cancelled")),
    Group("address", _("The address"), ("no_address", "unusable", "unreachable", "channel_failed")),
    Group("moot", _("No longer needed"),
          ("not_relevant", "too_late", "left_stage", "answered", "replied", "anchor_moved",
           "anchor_cleared", "withdrawn", "run_ended", "version_moved", "unmatched")),
    Group("shadow", _("In shadow"), ("in_shadow",)),
    Group("sender", _("Sender and provider"),
          ("no_sender", "sender_inactive", "throttled", "rejected", "misconfigured")),
    Group("text", _("The text"), ("empty_text", "template_problem", "too_long")),
    Group("fault", _("Faults and doubt"), ("outcome_unknown", "decision_expired", "poison")),
)  # fmt: skip

LATE = "too_late"  # and why may stand in the check before: what it would have had to wait for
WAITED_FOR = frozenset({"quiet_hours", "legal_hours", "map_hours", "caps", "legal_caps"})

# What would have to change for a message to go out, where waiting alone changes nothing.
REMEDIES = {
    "channel_failed": _("Write to them on another channel."),
    "no_address": _("Add an address for this channel in the ATS."),
    "unusable": _("Correct the address in the ATS."),
    "opted_out": _("Only they can change that."),
    "no_consent": _("Ask them whether they may be written to there, and put it on record."),
    "narrowed": _("Only they can change that."),
    "silent_channel": _("Only they can change that, on their own page."),
    "nothing_wished": _("Only they can change that, on their own page."),
    "only_interviews": _("Only they can change that, on their own page."),
    "other_application": _("Only they can change that, on their own page."),
    "paused": _("Wait for the end of the pause that they chose."),
    "no_sender": _("Add a sender for this channel under Connections."),
    "frozen": _("It goes on once a person has answered, or the stop is ended."),
    "no_zone": _("Add their address in the ATS, or ask them where they are."),
    "legal_hours": _("Wait for the hours the law allows."),
    "quiet_hours": _("Wait for the hours the policy allows."),
    "map_hours": _("Wait for the hours the message map allows."),
    "no_common_hour": _("Ask them where they are: no hour suits every zone they may be in."),
    "merged": _("The other message says enough."),
    "legal_caps": _("Wait until earlier messages are old enough."),
    "caps": _("Wait until earlier messages are old enough."),
    "sender_inactive": _("Put the sender back to work under Connections."),
    "empty_text": _("Write a text in the message map."),
    "template_problem": _("Correct the text in the message map."),
    "too_long": _("Shorten the text in the message map."),
}
BY_CHANNEL = {
    ("opted_out", "sms"): _("Only they can change that: they text START."),
    ("opted_out", "email"): _("Only they can change that: they write START by mail."),
    ("no_consent", "sms"): _("They text START, or say so on an application form."),
    ("no_address", "sms"): _("Add a phone number in the ATS."),
    ("no_address", "email"): _("Add a mail address in the ATS."),
}


def label(code: str) -> str:
    """A reason in a few words."""
    return gettext(LABELS[code]) if code in LABELS else code.replace("_", " ").capitalize()


def group(code: str) -> Group | None:
    """The reasons that are asked for by one name."""
    return next((one for one in GROUPS if one.code == code), None)


def codes(reason: str) -> frozenset[str]:
    """The codes that a group, or a code itself, stands for."""
    found = group(reason)
    return frozenset(found.codes if found else (reason,))


def remedy(code: str, channel: str = "") -> str:
    """What would have to change; '' where nobody can say."""
    found = BY_CHANNEL.get((code, channel)) or REMEDIES.get(code)
    return gettext(found) if found else ""
