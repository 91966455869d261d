"""Is automation silent for this person, application, map, sender or organization?"""

from __future__ import annotations

from datetime import timedelta

from followthrough.governance.case import HOLD, SKIP, Case, Finding, finding
from followthrough.governance.decisions import FreezeFact

FROZEN_AGAIN = timedelta(hours=1)  # a freeze without an end is looked at again this soon
WIDE = frozenset({"organization", "channel", "sender"})
NOT_FROZEN = finding("not_frozen")
SERVICE_SKIPPED = finding("not_frozen", SKIP, {"basis": "service"})


def not_frozen(case: Case) -> Finding:
    """No freeze that binds this draft stands."""
    if not case.facts.freezes and not case.draft.freezes:
        return _not_frozen(case)
    standing = [
        freeze
        for freeze in (*case.facts.freezes, *case.draft.freezes)
        if (freeze.until is None or freeze.until > case.now) and _binds(freeze, case)
    ]
    if not standing:
        return _not_frozen(case)
    last = max((freeze.until or case.now + FROZEN_AGAIN) for freeze in standing)
    detail = {"why": standing[0].why, "on": standing[0].subject_kind, "id": str(standing[0].id)}
    return finding("frozen", HOLD, detail, last)


def _not_frozen(case: Case) -> Finding:
    return SERVICE_SKIPPED if case.draft.purpose == "service" else NOT_FROZEN


def _binds(freeze: FreezeFact, case: Case) -> bool:
    """Freezes silence automation; a kill switch silences members as well, and confirmations too
    unless it is on something narrower than a sender."""
    if freeze.subject_kind == "sender" and freeze.subject_id not in (None, case.via.sender_id):
        return False
    if freeze.subject_kind == "channel" and freeze.channel not in ("", case.via.channel):
        return False
    if case.draft.purpose == "service":
        return freeze.why == "kill_switch" and freeze.subject_kind in WIDE
    return freeze.why == "kill_switch" or case.draft.origin != "member"
