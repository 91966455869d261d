"""Does another message of the same pass already say enough?"""

from __future__ import annotations

from followthrough.governance.case import MERGE, SKIP, Case, Finding, finding
from followthrough.governance.decisions import Draft

NUDGES = frozenset({"informational", "outreach"})
NOT_MERGED_SKIPPED = finding("not_merged", SKIP)
NOT_MERGED = finding("not_merged")


def not_merged(case: Case) -> Finding:
    """A nudge gives way to a more urgent one that just went out on the same channel and stage."""
    if not case.policy.merge_nudges or not _nudge(case.draft, case):
        return NOT_MERGED_SKIPPED
    for other, sent in case.sent:
        if sent.option.channel == case.via.channel and _competes(case.draft, other, case):
            return finding("merged", MERGE, {"into": str(other.touch_id)}, into=other.touch_id)
    return NOT_MERGED


def _nudge(draft: Draft, case: Case) -> bool:
    urgent = draft.priority <= case.policy.urgent_at
    return draft.purpose in NUDGES and draft.origin != "member" and not urgent


def _competes(one: Draft, other: Draft, case: Case) -> bool:
    about = "application.id"
    same = one.stage == other.stage and one.facts.get(about) == other.facts.get(about)
    return same and _nudge(other, case)
