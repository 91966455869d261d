"""Where a message that hangs on a time would land: planned by the engine's own code and decided by
the gate itself, for example times, under the policy in force.

The example person has a number and an address, has agreed to everything and was sent nothing: what
is left to hold a message are the hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from followthrough.core.places import Place
from followthrough.governance import gate
from followthrough.governance.decisions import (
    Consent,
    Decision,
    Draft,
    Hold,
    Option,
    PersonFacts,
    Rendered,
    Send,
)
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys import plans
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.events import PlanTouch, State
from followthrough.web.console.ruler import Band, bands, minute_of

WEDNESDAY = datetime(2026, 6, 3, tzinfo=UTC)
EXAMPLES = tuple(WEDNESDAY + timedelta(hours=hour) for hour in (8, 14))
ZONE = "UTC"  # hours are local: any zone gives the same answer, and this one never jumps
SOMEBODY = UUID(int=0)
LONG_BEFORE = timedelta(days=370)  # longer than any wait: the stage was entered before it all
FINE, HELD, NOT_SENT = "kept", "held", "stopped"  # as the tags of the console mean them

Places = tuple[Place, ...]  # of the organization: the law of each of them counts


@dataclass(frozen=True)
class Landing:
    """What becomes of a touch when its anchor is at `anchor_at`. Times are local."""

    anchor_at: datetime
    due_at: datetime
    kind: str  # FINE, HELD or NOT_SENT
    until: datetime | None  # when it would go out (or could have, were it still of use)
    useful_until: datetime | None
    bands: Sequence[Band]  # of the day it is due

    @property
    def example(self) -> str:
        return clock(self.anchor_at)

    @property
    def due_minute(self) -> int:
        return minute_of(self.due_at)

    @property
    def wait(self) -> int:
        """Minutes it waits on the day it is due."""
        if self.kind == FINE or self.until is None:
            return 0
        same_day = self.until.date() == self.due_at.date()
        return (minute_of(self.until) if same_day else 24 * 60) - self.due_minute

    @property
    def said(self) -> str:
        told = {"due": clock(self.due_at), "until": self.until and clock(self.until),
                "useful": self.useful_until and clock(self.useful_until)}  # fmt: skip
        if self.kind == FINE:
            return _("Goes out %(due)s.") % told
        if self.kind == HELD:
            return _("Due %(due)s, in quiet hours: held until %(until)s.") % told
        if self.until is None:
            return _("Due %(due)s, and no hour is allowed: not sent.") % told
        return _("Due %(due)s, in quiet hours until %(until)s; of use only until %(useful)s: not"
                 " sent.") % told  # fmt: skip


def clock(at: datetime) -> str:
    """`Wed 08:00`."""
    return date_format(at.replace(tzinfo=None), "D H:i")


def landings(
    document: MapDocument, touch: TouchDef, policy: CompiledPolicy, *, places: Places
) -> list[Landing]:
    """One for each example; [] for a touch that does not hang on a time, or is switched off."""
    if not (touch.trigger.before or touch.trigger.after):
        return []
    found = [(at, _plan(document, touch, at)) for at in EXAMPLES]
    return [_landing(plan, at, policy, places) for at, plan in found if plan]


def _plan(document: MapDocument, touch: TouchDef, anchor_at: datetime) -> PlanTouch | None:
    state = State(
        stage=document.stage_of[touch.key],
        visit=1,
        entered_at=anchor_at - LONG_BEFORE,
        anchors={str(touch.anchor): (anchor_at, 1)},
    )
    planned = plans.planned(document, state, [touch], settle=timedelta())
    return planned[0] if planned else None


def _landing(
    plan: PlanTouch, anchor_at: datetime, policy: CompiledPolicy, places: Places
) -> Landing:
    (decision,) = gate.decide([_draft(plan)], _facts(plan, places), policy, plan.due_at)
    channel = decision.option.channel if isinstance(decision, Send) else plan.channels[0]
    hours = policy.rules(places, plan.due_at).bounds(channel, plan.purpose).hours
    return Landing(
        anchor_at=anchor_at,
        due_at=plan.due_at,
        kind=_kind(decision),
        until=_until(decision),
        useful_until=plan.useful_until,
        bands=bands(hours, plan.due_at.weekday()),
    )


def _kind(decision: Decision) -> str:
    if isinstance(decision, Send):
        return FINE
    return HELD if isinstance(decision, Hold) else NOT_SENT


def _until(decision: Decision) -> datetime | None:
    """When the hours open, as the check that stopped it says."""
    if isinstance(decision, Hold):
        return decision.until
    found = decision.checks[-1][2].get("next")
    return datetime.fromisoformat(found) if found else None


def _draft(plan: PlanTouch) -> Draft:
    return Draft(
        touch_id=SOMEBODY,
        key=plan.key,
        purpose=plan.purpose,
        origin=plan.origin,
        priority=plan.priority,
        due_at=plan.due_at,
        useful_until=plan.useful_until,
        relevance={},
        facts={f"anchor.{plan.anchor_name}.sequence": plan.anchor_sequence},
        anchor_name=plan.anchor_name,
        anchor_sequence=plan.anchor_sequence,
        stage="",
        options=[
            Option(channel, SOMEBODY, channel, "", SOMEBODY, True, lambda _: Rendered("Hello"))
            for channel in plan.channels
        ],
    )


def _facts(plan: PlanTouch, places: Places) -> PersonFacts:
    return PersonFacts(
        candidate_id=SOMEBODY,
        zones=(ZONE,),
        zone_evidence="stated",
        places=places,
        consent={(channel, channel): Consent("granted") for channel in plan.channels},
        blocked={},
        freezes=[],
        uses={},
        own_uses=[],
    )
