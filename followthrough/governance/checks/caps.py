"""Is there room under every cap, legal and the policy's own, also for what is more urgent?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from followthrough.governance.case import HOLD, SKIP, Case, Finding, finding
from followthrough.governance.checks.hours import ZONE_AGAIN, next_open
from followthrough.governance.decisions import Use
from followthrough.governance.policy import POLICY, Cap


def legal_caps(case: Case) -> Finding:
    """Every cap of the rule packs has room."""
    return _room(case, "legal_caps", case.rules.legal_caps)


def policy_caps(case: Case) -> Finding:
    """Every cap of the policy has room."""
    return _room(case, "caps", case.rules.caps)


def _room(case: Case, code: str, caps: Sequence[Cap]) -> Finding:
    purpose, channel = case.draft.purpose, case.via.channel
    binding = [cap for cap in caps if cap.covers(channel, purpose)]
    if not binding or purpose == "service":
        return finding(code, SKIP)
    full = [(frees, cap) for cap in binding if (frees := _frees(case, cap)) is not None]
    if not full:
        return finding(code)
    frees, cap = max(full, key=lambda one: one[0])
    opening = next_open(case, frees)
    until = opening or frees + ZONE_AGAIN
    return finding(code, HOLD, _told(case, cap), until, certain=opening is not None)


def _frees(case: Case, cap: Cap) -> datetime | None:
    """When `cap` has room for one more; None: it has some now."""
    limit, recent = _limit(case, cap), _recent(case, cap)
    if len(recent) < limit:
        return None  # whatever they are
    own = str(case.draft.touch_id)
    times = sorted(
        use.at for use in recent if use.touch_id != own and cap.covers(use.channel, use.purpose)
    )
    if len(times) < limit:
        return None
    return datetime.fromtimestamp(times[len(times) - limit], tz=UTC) + cap.window


def _limit(case: Case, cap: Cap) -> int:
    """What this draft may use of a cap: the last of it is kept for urgent ones."""
    urgent = case.draft.priority <= case.policy.urgent_at
    return cap.at_most if urgent else max(1, cap.at_most - case.policy.room)


def _recent(case: Case, cap: Cap) -> list[Use]:
    """What went to the person or the address within the cap's window, this pass included."""
    since, facts, key = case.seconds - cap.seconds, case.facts, case.via.address_key
    earlier = facts.own_uses if cap.per == "person" else facts.uses.get(key, ())
    recent = [Use(*one) for one in earlier if one[0] > since]
    for one, sent in case.sent:
        if cap.per == "person" or sent.option.address_key == key:
            recent.append(
                Use(case.seconds, str(one.touch_id), "", sent.option.channel, one.purpose)
            )
    return recent


def _told(case: Case, cap: Cap) -> Mapping[str, Any]:
    limit = _limit(case, cap)
    source = {"policy": case.policy.number} if cap.source == POLICY else {"rules": [cap.source]}
    hours = int(cap.window.total_seconds()) // 3600
    return {"per": cap.per, "hours": hours, "at_most": limit, "kept": cap.at_most - limit, **source}
