"""Does another message of the same pass already say enough?"""

from __future__ import annotations

from followthrough.core import predicates
from followthrough.governance.case import MERGE, SKIP, Case, Finding, finding
from followthrough.governance.decisions import Draft

TOLD = "told."
NUDGES = frozenset({"informational", "outreach"})
NOT_MERGED_SKIPPED = finding("not_merged", SKIP)
NOT_MERGED = finding("not_merged")


def not_merged(case: Case) -> Finding:
    """A nudge gives way to a more urgent one that just went out on the same channel and stage; a
    reminder to what has just told of its time."""
    nudge = case.policy.merge_nudges and _nudge(case.draft, case)
    for other, sent in case.sent:
        near = sent.option.channel == case.via.channel and _same_application(case.draft, other)
        if near and (other.key in told_by(case.draft) or (nudge and _competes(other, case))):
            return finding("merged", MERGE, {"into": str(other.touch_id)}, into=other.touch_id)
    return NOT_MERGED if nudge else NOT_MERGED_SKIPPED


def told_by(draft: Draft) -> frozenset[str]:
    """The keys of the touches that spare somebody this one, once they went out."""
    asked = predicates.fields(draft.relevance)
    return frozenset(one.removeprefix(TOLD) for one in asked if one.startswith(TOLD))


def _same_application(one: Draft, other: Draft) -> bool:
    about = "application.id"
    return bool(one.facts.get(about) == other.facts.get(about))


def _nudge(draft: Draft, case: Case) -> bool:
    urgent = draft.priority <= case.policy.urgent_at
    return draft.purpose in NUDGES and draft.origin != "member" and not urgent


def _competes(other: Draft, case: Case) -> bool:
    return case.draft.stage == other.stage and _nudge(other, case)
