"""Does the candidate want it? What they chose on their page (`governance.preferences`).

Only `service` goes out against it. A pause, and what they want to hear about, silence automation
only: a person may still write to them, and what they write themselves is answered.
"""

from __future__ import annotations

from datetime import datetime

from followthrough.governance.case import DROP, HOLD, SKIP, Case, Finding, finding
from followthrough.governance.checks.channel import OnChannel
from followthrough.governance.decisions import Wish

INTERVIEW = "interview"  # the stage, and what the names of its anchors begin with

NOT_ASKED_ON = OnChannel("wished_channel", SKIP)
WISHED_ON = OnChannel("wished_channel")
NOT_ASKED, WISHED = finding("wished", SKIP), finding("wished")


def channel(case: Case) -> Finding:
    """They have not silenced the channel at hand; this binds members' own messages too."""
    wish, via = case.facts.wish, case.via.channel
    if wish is None or case.draft.purpose == "service":
        return NOT_ASKED_ON[via]
    if via in wish.silent:
        return finding("silent_channel", DROP, {"channel": via, **_chosen(wish.at)})
    return WISHED_ON[via]


def wished(case: Case) -> Finding:
    """They want messages such as this one, and want them now."""
    wish = case.facts.wish
    if wish is None or case.draft.purpose == "service":
        return NOT_ASKED
    if wish.wants == "nothing":
        return finding("nothing_wished", DROP, _chosen(wish.at))
    if case.draft.origin == "member" or case.basis:
        return finding("wished", SKIP, {"basis": case.basis or "member"})
    return _narrower(wish, case) or _paused(wish, case) or WISHED


def _narrower(wish: Wish, case: Case) -> Finding | None:
    """What drops it: that they want to hear about something else."""
    if wish.wants == "interviews" and not about_interview(case):
        return finding("only_interviews", DROP, _chosen(wish.at))
    if wish.application_id is not None and _about_another(wish, case):
        return finding("other_application", DROP, _chosen(wish.at))
    return None


def about_interview(case: Case) -> bool:
    """It hangs on the time of an interview, or asks something of whoever is to come to one."""
    draft = case.draft
    return draft.anchor_name.startswith(INTERVIEW) or (draft.stage == INTERVIEW and draft.awaited)


def _about_another(wish: Wish, case: Case) -> bool:
    return case.draft.facts.get("application.id") not in (None, str(wish.application_id))


def _paused(wish: Wish, case: Case) -> Finding | None:
    until = wish.paused_until
    if until is None or until <= case.now:
        return None
    return finding("paused", HOLD, _chosen(wish.at), until, certain=True)


def _chosen(at: datetime | None) -> dict[str, str]:
    return {"chosen": at.isoformat()} if at else {}
