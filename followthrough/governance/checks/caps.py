"""Is there room under every cap, legal, the policy's and the map's, also for what is more urgent?

A full window holds the message until it has room again. A stage has no end that anybody knows: what
is too much for it is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from followthrough.core import zones
from followthrough.governance.case import DROP, HOLD, PASS, SKIP, Case, Finding, finding
from followthrough.governance.checks.hours import ZONE_AGAIN, next_open
from followthrough.governance.decisions import Stored, Use
from followthrough.governance.limits import DAY, MAP, POLICY, STAGE, Cap

Day = tuple[float, datetime]  # when it begins, in seconds since 1970, and when it ends

NOWHERE = ("UTC",)  # by whose day is counted where nobody knows a person's


def legal_caps(case: Case) -> Finding:
    """Every cap of the rule packs has room."""
    return _room(case, "legal_caps", case.bounds.legal_caps)


def policy_caps(case: Case) -> Finding:
    """Every cap of the policy has room, and of the message map."""
    return _room(case, "caps", _own(case))


def _own(case: Case) -> Sequence[Cap]:
    own, limits = case.bounds.own_caps, case.draft.limits
    if limits is None or case.draft.origin == "member":
        return own
    return [*own, *limits.counting(case.via.channel, case.draft.purpose)]


def _room(case: Case, code: str, binding: Sequence[Cap]) -> Finding:
    if not binding:
        return _without(code, SKIP)
    full = [cap for cap in binding if _full(case, cap)]
    if not full:
        return _without(code, PASS)
    if stage := next((cap for cap in full if cap.window == STAGE), None):
        return finding(code, DROP, _told(case, stage))
    frees, cap = max(((_frees(case, cap), cap) for cap in full), key=lambda one: one[0])
    opening = next_open(case, frees)
    until = opening or frees + ZONE_AGAIN
    return finding(code, HOLD, _told(case, cap), until, certain=opening is not None)


@lru_cache(maxsize=64)
def _without(code: str, outcome: str) -> Finding:
    """A finding without a detail."""
    return finding(code, outcome)


def _full(case: Case, cap: Cap) -> bool:
    """Whether `cap` has no room for one more."""
    if cap.window == STAGE:
        return case.draft.origin != "member" and _stage_full(case, cap)
    recent = _recent(case, cap)
    if len(recent) + len(case.sent) < _limit(case, cap):
        return False  # whatever they are
    times = list(_counted(case, cap, recent))
    return bool(_full_days(case, cap, times)) if cap.window == DAY else _too_many(times, case, cap)


def _frees(case: Case, cap: Cap) -> datetime:
    """When a full cap has room for one more."""
    times = sorted(_counted(case, cap, _recent(case, cap)))
    if cap.window == DAY:
        return max(ends for _, ends in _full_days(case, cap, times))
    return datetime.fromtimestamp(times[len(times) - _limit(case, cap)], tz=UTC) + cap.length


def _too_many(times: Sequence[float], case: Case, cap: Cap) -> bool:
    return len(times) >= _limit(case, cap)


def _full_days(case: Case, cap: Cap, times: Sequence[float]) -> list[Day]:
    """Today in each zone, where it has seen enough."""
    days = _days(case.zones, case.minute)
    return [day for day in days if _too_many([at for at in times if at >= day[0]], case, cap)]


def _limit(case: Case, cap: Cap) -> int:
    """What this draft may use of a cap: the last of it is kept for urgent ones."""
    urgent = case.draft.priority <= case.policy.urgent_at
    return cap.at_most if urgent else cap.unless_urgent


def _recent(case: Case, cap: Cap) -> Sequence[Stored]:
    """What went out within the window, of whatever kind."""
    facts, since = case.facts, _since(case, cap)
    earlier = facts.own_uses if cap.per == "person" else facts.uses.get(case.via.address_key, ())
    return [use for use in earlier if use[0] > since]


def _since(case: Case, cap: Cap) -> float:
    """What was later than this may count."""
    if cap.window == DAY:
        return _earliest(case.zones, case.minute) - 1
    return case.seconds - cap.seconds


@lru_cache(maxsize=16_384)
def _days(names: tuple[str, ...], minute: int) -> Sequence[Day]:
    """When today began in each zone (in seconds since 1970) and when it will have ended."""
    now = datetime.fromtimestamp(minute * 60, tz=UTC)
    return [_day(zones.local(now, name).date(), name) for name in names or NOWHERE]


@lru_cache(maxsize=16_384)
def _earliest(names: tuple[str, ...], minute: int) -> float:
    """When today began in the first of them."""
    return min(began for began, _ in _days(names, minute))


def _day(day: date, name: str) -> Day:
    began = zones.instant(day, time(), name)
    return began.timestamp(), zones.instant(day + timedelta(days=1), time(), name)


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


def _stage_full(case: Case, cap: Cap) -> bool:
    """Whether enough messages about this application went out in its stage, this pass included."""
    earlier, limit = case.draft.told, _limit(case, cap)
    told = [*earlier, *_said(case)] if case.sent else earlier
    return len(told) >= limit and limit <= sum(
        cap.covers(channel, purpose) and purpose != "service" for channel, purpose in told
    )


def _said(case: Case) -> Iterator[tuple[str, str]]:
    """What is said in this pass about the same application."""
    about = case.draft.facts.get("application.id")
    for one, sent in case.sent:
        if about is not None and one.facts.get("application.id") == about:
            yield sent.option.channel, one.purpose


def _told(case: Case, cap: Cap) -> Mapping[str, Any]:
    limit = _limit(case, cap)
    window = {"hours": int(cap.seconds) // 3600} if cap.seconds else {"window": cap.window}
    kept = cap.at_most - limit
    return {"per": cap.per, **window, "at_most": limit, "kept": kept, **_source(case, cap)}


def _source(case: Case, cap: Cap) -> Mapping[str, Any]:
    if cap.source == POLICY:
        return {"policy": case.policy.number}
    if cap.source == MAP and case.draft.limits is not None:
        return {"map": case.draft.limits.version}
    return {"rules": [cap.source]}
