"""The one gate every outgoing message passes. Pure: facts in, decisions out, each explained.

The order of the checks is the order of the tables. A check passes, does not apply (skip), holds,
drops, or merges the draft into another of the same pass; whatever it finds is in the receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from followthrough.governance.case import DROP, HOLD, Case, Finding, finding
from followthrough.governance.checks import (
    caps,
    channel,
    content,
    freezes,
    hours,
    merging,
    touch,
    wishes,
)
from followthrough.governance.decisions import (
    Decision,
    Draft,
    Drop,
    Hold,
    Merge,
    Option,
    PersonFacts,
    Send,
)
from followthrough.governance.policy import CompiledPolicy

TOUCH_CHECKS: Sequence[Callable[[Case], Finding]] = (
    touch.relevant,
    touch.in_time,
    touch.anchor,
)
OPTION_CHECKS: Sequence[Callable[[Case], Finding]] = (
    channel.untried,
    channel.address,
    channel.usable,
    channel.not_opted_out,
    channel.consent,
    wishes.channel,
    channel.sender,
)
SEND_CHECKS: Sequence[Callable[[Case], Finding]] = (
    wishes.wished,
    freezes.not_frozen,
    hours.zone,
    hours.legal_hours,
    hours.quiet_hours,
    hours.map_hours,
    merging.not_merged,
    caps.legal_caps,
    caps.policy_caps,
    content.sender_active,
    content.introduced,
    content.content,
)

# When no channel is left, the most telling reason is the one that is given.
TELLING = (
    "opted_out",
    "narrowed",
    "no_consent",
    "silent_channel",
    "channel_failed",
    "unusable",
    "no_sender",
    "no_address",
)

GATE_CODES = frozenset(
    {
        "relevant", "not_relevant", "in_time", "too_late", "anchor", "anchor_moved",
        "untried", "channel_failed", "address", "no_address", "usable", "unusable",
        "not_opted_out", "opted_out", "narrowed", "consent", "no_consent", "sender", "no_sender",
        "wished_channel", "silent_channel", "wished", "nothing_wished", "only_interviews",
        "other_application", "paused",
        "not_frozen", "frozen",
        "zone", "no_zone", "legal_hours", "quiet_hours", "map_hours", "no_common_hour",
        "not_merged", "merged", "legal_caps", "caps",
        "sender_active", "sender_inactive", "introduced",
        "text", "empty_text", "template_problem", "too_long",
        "sent",
    }
)  # fmt: skip


def decide(
    drafts: Sequence[Draft], facts: PersonFacts, policy: CompiledPolicy, now: datetime
) -> list[Decision]:
    """Decide about one person's drafts of one pass: one decision each, in the order given.

    They are judged most urgent first, and what goes out counts for those judged after it.
    """
    rules = policy.rules(facts.places, now)
    zones, (seconds, minute) = tuple(facts.zones), _since_1970(now)
    found: list[Any] = [None] * len(drafts)
    sent: list[tuple[Draft, Send]] = []
    for place, draft in _by_urgency(drafts):
        basis = _basis(draft, policy, now)
        decision = _judge(
            Case(draft, facts, policy, rules, now, sent, zones, basis, seconds, minute)
        )
        found[place] = decision
        if isinstance(decision, Send):
            sent.append((draft, decision))
    return found


@lru_cache(maxsize=8)
def _since_1970(now: datetime) -> tuple[float, int]:
    """The seconds, and the whole minutes, of a moment that a whole batch is judged at."""
    return now.timestamp(), int(now.timestamp()) // 60


def _by_urgency(drafts: Sequence[Draft]) -> Iterable[tuple[int, Draft]]:
    placed = enumerate(drafts)
    return sorted(placed, key=_urgency) if len(drafts) > 1 else placed


def _urgency(placed: tuple[int, Draft]) -> tuple[bool, int, datetime, int]:
    """What gives way to others is judged when it is known whether they go out."""
    place, draft = placed
    return bool(merging.told_by(draft)), draft.priority, draft.due_at, place


def _basis(draft: Draft, policy: CompiledPolicy, now: datetime) -> str:
    """Why a message may go out at any hour: it answers what was just written, or is a service."""
    if draft.purpose == "service":
        return "service"
    if draft.purpose != "reply" or draft.reply_to_at is None:
        return ""
    return "reply" if abs(now - draft.reply_to_at) <= policy.reply_within else ""


def _judge(case: Case) -> Decision:
    stop = _first_stop(case, TOUCH_CHECKS) or _choose(case) or _first_stop(case, SEND_CHECKS)
    if stop is not None:
        return _stopped(case, stop)
    assert case.rendered is not None
    counted = case.draft.purpose != "service"
    return Send(case.draft.touch_id, case.via, case.rendered, counted, case.checks)


def _first_stop(case: Case, checks: Sequence[Callable[[Case], Finding]]) -> Finding | None:
    note = case.checks.append
    for check in checks:
        found = check(case)
        note(found.check)
        if not found.goes_on:
            return found
    return None


def _choose(case: Case) -> Finding | None:
    """Take the first option that passes every check of a channel; a Finding when none does."""
    failed: dict[str, Option] = {}
    for option in case.draft.options:
        case.try_option(option)
        stop = _first_stop(case, OPTION_CHECKS)
        if stop is None:
            return None
        failed.setdefault(stop.code, option)
    if "no_sender" in failed:  # an operator can still add one: nothing is lost meanwhile
        case.via = failed["no_sender"]
        return finding("no_sender", HOLD, until=case.now + content.SENDER_AGAIN)
    if not failed:
        case.checks.append(("no_address", DROP, {}))
        return finding("no_address", DROP)
    telling = min(failed, key=TELLING.index)
    case.via = failed[telling]
    return finding(telling, DROP)


def _stopped(case: Case, stop: Finding) -> Decision:
    """The decision a finding leads to. A hold that outlasts the touch's use is a drop."""
    touch_id, useful_until = case.draft.touch_id, case.draft.useful_until
    checks, by = case.checks, case.via.channel
    if stop.into is not None:
        return Merge(touch_id, stop.into, stop.code, checks, by)
    if stop.until is None:
        return Drop(touch_id, stop.code, checks, by)
    if useful_until is None or stop.until < useful_until:
        return Hold(touch_id, stop.until, stop.code, checks, by)
    if stop.certain:
        checks.append(("too_late", DROP, {"next": stop.until.isoformat()}))
        return Drop(touch_id, "too_late", checks, by)
    return Hold(touch_id, useful_until, stop.code, checks, by)
