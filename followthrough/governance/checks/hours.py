"""Is it an hour at which law and policy let this person be written to, wherever they may be?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from followthrough.governance.case import HOLD, PASS, SKIP, Case, Finding, finding
from followthrough.governance.hours import Compiled, first_open, open_at, opens

Rule = tuple[str, Any]  # what allows or forbids an hour, as the receipt names it

ZONE_AGAIN = timedelta(hours=6)  # how soon to look again when no hour is known to be allowed


def zone(case: Case) -> Finding:
    """Where hours bind, some zone is known: without any, nothing is allowed."""
    if case.bounds.hours.both is None or case.basis:
        return finding("zone", SKIP, {"zones": case.zones})
    if not case.zones:
        return finding("no_zone", HOLD, {}, case.now + ZONE_AGAIN)
    return _known(case.zones, case.facts.zone_evidence)


@lru_cache(maxsize=16_384)
def _known(zones: tuple[str, ...], evidence: str) -> Finding:
    return finding("zone", PASS, {"zones": zones, "evidence": evidence})


def legal_hours(case: Case) -> Finding:
    """The rule packs allow this hour in every plausible zone."""
    return _within(case, "legal_hours", case.bounds.hours.legal, ("rules", case.rules.packs))


def quiet_hours(case: Case) -> Finding:
    """The policy allows this hour in every plausible zone."""
    return _within(case, "quiet_hours", case.bounds.hours.own, ("policy", case.policy.number))


def _within(case: Case, code: str, week: Compiled | None, rule: Rule) -> Finding:
    if week is None:
        return finding(code, SKIP)
    if case.basis:
        return finding(code, PASS, {"basis": case.basis, **_answered(case)})
    if open_at(week, case.zones, case.minute):
        return _allowed(code, rule)
    until = next_open(case, case.now)
    if until is None:
        return finding("no_common_hour", HOLD, dict([rule]), case.now + ZONE_AGAIN)
    told = dict([rule, *_then(case, week, until)])
    return finding(code, HOLD, told, _spread(case, until), certain=True)


def _then(case: Case, week: Compiled, until: datetime) -> list[Rule]:
    """The policy, where it keeps on holding what the law would let go earlier."""
    if week is not case.bounds.hours.legal:
        return []
    lawful = opens(week, case.zones, case.minute)
    return [("policy", case.policy.number)] if lawful and lawful < until else []


@lru_cache(maxsize=1024)
def _allowed(code: str, rule: Rule) -> Finding:
    return finding(code, PASS, dict([rule]))


def _answered(case: Case) -> Mapping[str, Any]:
    at = case.draft.reply_to_at
    return {"answers": at.isoformat()} if at is not None and case.basis == "reply" else {}


def next_open(case: Case, moment: datetime) -> datetime | None:
    """The first instant from `moment` on that law and policy allow; None within eight days."""
    return moment if case.basis else first_open(case.bounds.hours.both, case.zones, moment)


def _spread(case: Case, until: datetime) -> datetime:
    """Let people go at different minutes after the hours open, each always at the same one."""
    minutes = int(case.policy.spread.total_seconds()) // 60
    if not minutes:
        return until
    later = until + timedelta(minutes=case.facts.candidate_id.int % (minutes + 1))
    useful = case.draft.useful_until is None or later < case.draft.useful_until
    return later if useful and next_open(case, later) == later else until
