"""What becomes of a planned message at its time: the gate's own word, as far as it is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.governance import phrases, reasons, unmet
from followthrough.governance.decisions import Decision, Drop, Hold
from followthrough.messages.models import Touch, TouchState
from followthrough.messages.outbox import Due
from followthrough.people.models import Candidate
from followthrough.runs import simulation
from followthrough.runs.simulation import Foreseen, Scene
from followthrough.web.console import sentences

GOES, LATER, WAITS, UNMET, NEVER = "goes", "later", "waits", "unmet", "never"
SAID = {
    LATER: gettext_noop("%(why)s: goes out from %(from)s"),
    WAITS: gettext_noop("Waits: %(why)s"),
    UNMET: gettext_noop("As things are, it will not go out: %(why)s"),
    NEVER: gettext_noop("Will not go out: %(why)s"),
}
NEXT = {
    WAITS: gettext_noop("“%(name)s” waits: %(why)s."),
    UNMET: gettext_noop("As things are, nothing: “%(name)s” will not go out. %(why)s."),
    NEVER: gettext_noop("Nothing: “%(name)s” will not go out. %(why)s."),
}


@dataclass(frozen=True)
class Outlook:
    """What becomes of a message: one of the five words, when it leaves (None: not as things are),
    and why not at its time."""

    kind: str
    leaves: datetime | None = None
    why: str = ""

    @property
    def refused(self) -> bool:
        """Whether it will not go out, as far as is known."""
        return self.kind in (UNMET, NEVER)

    def said(self, zone: str) -> str:
        """In a line about the message; '' where it goes out at its time."""
        leaves = sentences.moment(self.leaves, zone) if self.leaves else ""
        return _(SAID[self.kind]) % {"why": self.why, "from": leaves} if self.kind in SAID else ""

    def instead(self, name: str) -> str:
        """What comes next, where it is this message and it does not leave."""
        return _(NEXT[self.kind]) % {"name": name, "why": self.why}


def scene(candidate: Candidate, touches: Sequence[Touch], *, now: datetime) -> Scene | None:
    """What the gate knows of a candidate of whom these touches are, in one round trip; None where
    none of them is planned."""
    planned = _planned(touches)
    return simulation.scene(candidate, planned, now=now) if planned else None


def of(touches: Sequence[Touch], seen: Scene | None, *, zone: str) -> Mapping[UUID, Outlook]:
    """What becomes of those among the touches that are planned; times in `zone`."""
    if seen is None:
        return {}
    planned = _planned(touches)
    found = simulation.foreseen(planned, seen)
    return {due.id: _outlook(found[due.id], max(seen.now, due.due_at), zone) for due in planned}


def _planned(touches: Sequence[Touch]) -> list[Due]:
    return [_due(one) for one in touches if one.state == TouchState.PLANNED]


def _due(touch: Touch) -> Due:
    """A touch as the dispatcher will claim it."""
    return Due(*(getattr(touch, name) for name in Due._fields))


def _outlook(seen: Foreseen, at: datetime, zone: str) -> Outlook:
    if seen.leaves:
        why = reasons.label(seen.first.code)
        return Outlook(GOES if seen.leaves == at else LATER, seen.leaves, why)
    if held := _without_end(seen):
        return Outlook(WAITS, why=_waiting(held))
    if seen.last.code == "not_relevant":
        return Outlook(UNMET, why=unmet.why(_detail(seen.last)["failing"]))
    return Outlook(NEVER, why=_refusal(seen.last, zone))


def _without_end(seen: Foreseen) -> Hold | None:
    """What holds it until something changes, be it for longer than it is of use: a person may
    answer before that."""
    if isinstance(seen.last, Hold):
        return seen.last
    late = seen.last.code == reasons.LATE
    return seen.first if late and isinstance(seen.first, Hold) else None


def _waiting(hold: Hold) -> str:
    if hold.code == "frozen":
        return _(phrases.FREEZES.get(_detail(hold)["why"], sentences.HELD["frozen"]))
    return _(sentences.HELD.get(hold.code, reasons.label(hold.code)))


def _refusal(drop: Decision, zone: str) -> str:
    """Why it never goes out; of one that would wait past its use, for what."""
    waited = drop.checks[-2:-1] if isinstance(drop, Drop) and drop.code == reasons.LATE else ()
    held = next((code for code, outcome, _why in waited if outcome == "hold"), "")
    if not held:
        return reasons.label(drop.code)
    until = sentences.moment(datetime.fromisoformat(_detail(drop)["next"]), zone)
    told = {"why": reasons.label(held), "until": until}
    return capfirst(_("%(why)s until %(until)s, and of no use then") % told)


def _detail(decision: Decision) -> Mapping[str, str]:
    return decision.checks[-1][2]
