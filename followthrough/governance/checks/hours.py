"""Is it an hour at which law, policy and map let this person be written to, wherever they are?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from followthrough.governance.case import HOLD, PASS, SKIP, Case, Finding, finding
from followthrough.governance.documents import ANY_HOUR_CHANNELS
from followthrough.governance.hours import Compiled, first_open, holiday, open_at, opens

Rule = tuple[str, Any]  # what allows or forbids an hour, as the receipt names it

ZONE_AGAIN = timedelta(hours=6)  # how soon to look again when no hour is known to be allowed
MAP_HOURS_SKIPPED = finding("map_hours", SKIP)


def zone(case: Case) -> Finding:
    """Where hours bind, some zone is known: without any, nothing is allowed."""
    if case.hours is None or case.basis or _asks(case):
        return finding("zone", SKIP, {"zones": case.zones})
    unknown = tuple(case.facts.zones_unknown)
    if not case.zones:
        told = {"unknown": unknown} if unknown else {}
        return finding("no_zone", HOLD, told, case.now + ZONE_AGAIN)
    return _known(case.zones, case.facts.zone_evidence, unknown)


def _asks(case: Case) -> bool:
    """A member's mail to somebody whom no zone is known of: it is how they are asked, and mail
    that no law keeps to hours waits to be read."""
    if case.zones or case.draft.origin != "member" or case.via.channel not in ANY_HOUR_CHANNELS:
        return False
    return case.bounds.hours.legal is None


@lru_cache(maxsize=16_384)
def _known(zones: tuple[str, ...], evidence: str, unknown: tuple[str, ...]) -> Finding:
    left_out = {"unknown": unknown} if unknown else {}
    return finding("zone", PASS, {"zones": zones, "evidence": evidence, **left_out})


def legal_hours(case: Case) -> Finding:
    """The rule packs allow this hour in every plausible zone."""
    hours, facts = case.bounds.hours, case.facts
    if hours.legal is None:
        return finding("legal_hours", SKIP)
    if case.basis:
        return _answering(case, "legal_hours")
    if open_at(hours.legal, case.zones, case.minute):
        return _lawful(hours.packs, case.rules.named, facts.place_evidence)
    against = [id for id, week in hours.laws if not open_at(week, case.zones, case.minute)]
    where = _where(case.rules.named, facts.place_evidence)
    return _closed(case, "legal_hours", hours.legal, {"rules": against or [*hours.packs], **where})


@lru_cache(maxsize=16_384)
def _lawful(packs: tuple[str, ...], places: tuple[str, ...], evidence: str) -> Finding:
    return finding("legal_hours", PASS, {"rules": packs, **_where(places, evidence)})


def _where(places: tuple[str, ...], evidence: str) -> Mapping[str, Any]:
    """Where they may be, and how that is known."""
    return {"places": places, "by": evidence} if places else {}


def quiet_hours(case: Case) -> Finding:
    """The policy allows this hour in every plausible zone."""
    own = case.bounds.hours.own
    return _within(case, "quiet_hours", own, ("policy", case.policy.number))


def map_hours(case: Case) -> Finding:
    """So does the message map, where it is stricter."""
    limits = case.draft.limits
    if limits is None:
        return MAP_HOURS_SKIPPED
    return _within(case, "map_hours", limits.hours.get(case.via.channel), ("map", limits.version))


def _within(case: Case, code: str, week: Compiled | None, rule: Rule) -> Finding:
    if week is None:
        return finding(code, SKIP)
    if case.basis:
        return _answering(case, code)
    if _asks(case):
        return finding(code, PASS, {"basis": "asks"})
    if open_at(week, case.zones, case.minute):
        return _allowed(code, rule)
    return _closed(case, code, week, dict([rule]))


def _closed(case: Case, code: str, week: Compiled, told: Mapping[str, Any]) -> Finding:
    """A hold until everything allows it, if anything ever does."""
    day = holiday(week, case.zones, case.minute)
    said = {**told, "holiday": day} if day else told
    until = next_open(case, case.now)
    if until is None:
        return finding("no_common_hour", HOLD, said, case.now + ZONE_AGAIN)
    then = _then(case, week, until)
    return finding(code, HOLD, {**said, **then}, _spread(case, until), certain=True)


def _then(case: Case, week: Compiled, until: datetime) -> Mapping[str, Any]:
    """Who keeps on holding what `week` would let go earlier: the law, the policy or the map."""
    alone = opens(week, case.zones, case.minute)
    if alone is None or alone >= until:
        return {}
    last = int(until.timestamp()) // 60 - 1
    hours, limits = case.bounds.hours, case.draft.limits
    laws = [id for id, law in hours.laws if not open_at(law, case.zones, last)]
    found: dict[str, Any] = {}
    if week is not hours.legal and laws:
        found["rules"] = laws
    if hours.own and week is not hours.own and not open_at(hours.own, case.zones, last):
        found["policy"] = case.policy.number
    theirs = limits.hours.get(case.via.channel) if limits else None
    if limits and theirs and week is not theirs and not open_at(theirs, case.zones, last):
        found["map"] = limits.version
    return found


@lru_cache(maxsize=1024)
def _allowed(code: str, rule: Rule) -> Finding:
    return finding(code, PASS, dict([rule]))


def _answering(case: Case, code: str) -> Finding:
    at = case.draft.reply_to_at
    answers = {"answers": at.isoformat()} if at is not None and case.basis == "reply" else {}
    return finding(code, PASS, {"basis": case.basis, **answers})


def next_open(case: Case, moment: datetime) -> datetime | None:
    """The first instant from `moment` on that law, policy and map allow; None: none is near."""
    free = case.basis or _asks(case)
    return moment if free else first_open(case.hours, case.zones, moment)


def _spread(case: Case, until: datetime) -> datetime:
    """Let people go at different minutes after the hours open, each always at the same one: while
    it is of use, before what it is about, and without leaving the hours again."""
    minutes = _room(case, until)
    chosen = case.facts.candidate_id.int % (minutes + 1) if minutes > 0 else 0
    later = until + timedelta(minutes=chosen)
    return later if next_open(case, later) == later else until


def _room(case: Case, until: datetime) -> int:
    """For how many minutes after `until` it may go."""
    room = case.policy.spread
    for end in (case.draft.useful_until, _about(case)):
        if end is not None and end > until:
            room = min(room, end - until - timedelta(minutes=1))
    return int(room.total_seconds()) // 60


def _about(case: Case) -> datetime | None:
    """When that is which the draft is planned around."""
    name = case.draft.anchor_name
    at = case.draft.facts.get(f"anchor.{name}.at") if name else None
    return datetime.fromisoformat(at).astimezone(UTC) if isinstance(at, str) else None
