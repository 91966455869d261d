"""Is there room under every cap, legal and the policy's own, also for what is more urgent?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from followthrough.governance.case import HOLD, PASS, SKIP, Case, Finding, finding
from followthrough.governance.checks.hours import ZONE_AGAIN, next_open
from followthrough.governance.decisions import Stored, Use
from followthrough.governance.policy import POLICY, Cap


def legal_caps(case: Case) -> Finding:
    """Every cap of the rule packs has room."""
    return _room(case, "legal_caps", case.bounds.legal_caps)


def policy_caps(case: Case) -> Finding:
    """Every cap of the policy has room."""
    return _room(case, "caps", case.bounds.own_caps)


def _room(case: Case, code: str, binding: Sequence[Cap]) -> Finding:
    if not binding:
        return _without(code, SKIP)
    full = [(frees, cap) for cap in binding if (frees := _frees(case, cap)) is not None]
    if not full:
        return _without(code, PASS)
    frees, cap = max(full, key=lambda one: one[0])
    opening = next_open(case, frees)
    until = opening or frees + ZONE_AGAIN
    return finding(code, HOLD, _told(case, cap), until, certain=opening is not None)


@lru_cache(maxsize=64)
def _without(code: str, outcome: str) -> Finding:
    """A finding without a detail."""
    return finding(code, outcome)


def _frees(case: Case, cap: Cap) -> datetime | None:
    """When `cap` has room for one more; None: it has some now."""
    facts, since, limit = case.facts, case.seconds - cap.seconds, _limit(case, cap)
    to_all = cap.per == "person"
    earlier = facts.own_uses if to_all else facts.uses.get(case.via.address_key, ())
    recent = [use for use in earlier if use[0] > since]
    if len(recent) + len(case.sent) < limit:
        return None  # whatever they are
    times = sorted(_counted(case, cap, recent))
    if len(times) < limit:
        return None
    return datetime.fromtimestamp(times[len(times) - limit], tz=UTC) + cap.window


def _limit(case: Case, cap: Cap) -> int:
    """What this draft may use of a cap: the last of it is kept for urgent ones."""
    urgent = case.draft.priority <= case.policy.urgent_at
    return cap.at_most if urgent else cap.unless_urgent


def _counted(case: Case, cap: Cap, recent: Sequence[Stored]) -> Iterator[float]:
    """When there went out what counts against the cap, this pass included."""
    own = str(case.draft.touch_id)
    for use in (*(Use(*one) for one in recent), *_sent(case, cap)):
        if use.touch_id != own and cap.covers(use.channel, use.purpose):
            yield use.at


def _sent(case: Case, cap: Cap) -> Iterator[Use]:
    """What goes to the person or the address in this pass."""
    for one, sent in case.sent:
        if cap.per == "person" or sent.option.address_key == case.via.address_key:
            yield Use(case.seconds, str(one.touch_id), "", sent.option.channel, one.purpose)


def _told(case: Case, cap: Cap) -> Mapping[str, Any]:
    limit = _limit(case, cap)
    source = {"policy": case.policy.number} if cap.source == POLICY else {"rules": [cap.source]}
    hours = int(cap.window.total_seconds()) // 3600
    return {"per": cap.per, "hours": hours, "at_most": limit, "kept": cap.at_most - limit, **source}
