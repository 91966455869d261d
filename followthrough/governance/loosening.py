"""Which parts of a policy allow more than they did. Pure.

What allows no more never needs a second person, so doubt counts as loosening: two rules that cannot
be compared are never taken for stricter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from followthrough.core.zones import Week
from followthrough.governance.documents import (
    CHANNELS,
    CapDocument,
    HolidaysDocument,
    KeepDocument,
    PolicyDocument,
    strictest,
)
from followthrough.governance.hours import intersection
from followthrough.governance.policy import CompiledPolicy, compiled

Part = tuple[str, Any]  # a kind of rule, and which of them: a channel, the subject of a cap, or ''


def loosened(before: PolicyDocument, after: PolicyDocument) -> list[Part]:
    """The parts in which `after` allows what `before` did not; none: it may only send less."""
    old, new = compiled(before), compiled(after)
    return [*_hours(old, new), *_caps(before, after), *_others(before, after, old, new)]


def _hours(old: CompiledPolicy, new: CompiledPolicy) -> Iterator[Part]:
    for channel in CHANNELS:
        if _wider(old.own_hours[channel], new.own_hours[channel]):
            yield "hours", channel


def _wider(old: Week | None, new: Week | None) -> bool:
    if old is None:
        return False
    return new is None or intersection([old, new]) != intersection([new])


def _caps(before: PolicyDocument, after: PolicyDocument) -> Iterator[Part]:
    kept = strictest(after.caps)
    for old in strictest(before.caps):
        if not any(_covers(new, old) for new in kept):
            yield "cap", old.subject()


def _covers(new: CapDocument, old: CapDocument) -> bool:
    """Whether whatever `old` stops `new` stops as well."""
    counts_all = new.channel in ("", old.channel) and (
        not new.purposes or (bool(old.purposes) and set(new.purposes) >= set(old.purposes))
    )
    as_long = new.window == old.window and (new.hours or 0) >= (old.hours or 0)
    return counts_all and as_long and new.per == old.per and new.at_most <= old.at_most


def _others(
    before: PolicyDocument, after: PolicyDocument, old: CompiledPolicy, new: CompiledPolicy
) -> Iterator[Part]:
    if _less_kept(before.keep_for_priority, after.keep_for_priority):
        yield "room", ""
    if after.reply_minutes > before.reply_minutes:
        yield "reply", ""
    if after.hold_above > before.hold_above:
        yield "burst", ""
    if _less_merged(before, after):
        yield "merge", ""
    if _opened(before.holidays, after.holidays):
        yield "holidays", ""
    if before.two_to_loosen and not after.two_to_loosen:
        yield "loosening", ""
    for channel in CHANNELS:
        if old.needs_consent(channel) and not new.needs_consent(channel):
            yield "consent", channel


def _opened(old: HolidaysDocument, new: HolidaysDocument) -> bool:
    """Whether a day that was closed may be open."""
    closes = bool(old.calendars or old.days) and bool(old.channels)
    days = {one.day for one in old.days} <= {one.day for one in new.days}
    same = set(old.calendars) <= set(new.calendars) and set(old.channels) <= set(new.channels)
    return closes and not (days and same)


def _less_merged(before: PolicyDocument, after: PolicyDocument) -> bool:
    """Whether a nudge that was left out may go out: none is left out any more, or fewer messages
    are nudges, since what is urgent is none."""
    if not before.merge_nudges:
        return False
    fewer = after.keep_for_priority.at_or_under > before.keep_for_priority.at_or_under
    return fewer or not after.merge_nudges


def _less_kept(old: KeepDocument, new: KeepDocument) -> bool:
    """Whether more may use all of a cap: less of it is kept, or for more messages."""
    if not old.room:
        return False
    return new.room < old.room or new.at_or_under > old.at_or_under
