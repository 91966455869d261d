"""Touches of a map that a member sends by hand, in the stage an application is in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from followthrough.accounts.models import Member
from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core.errors import Explained
from followthrough.journeys import engine, versions
from followthrough.journeys.definition import TouchDef
from followthrough.journeys.events import CustomEvent, by_hand
from followthrough.journeys.models import Run
from followthrough.people.models import Application
from followthrough.runs import advance


class NotOffered(Explained):
    """The touch cannot be sent by hand now."""


class Offered(NamedTuple):
    """A touch that may be pressed. `after` tells this press from the one before: whoever presses
    twice on the same page has pressed once."""

    touch: TouchDef
    after: str


def offered(run: Run) -> list[Offered]:
    """What may be sent by hand in the stage the run is in; nothing while no rule gives it its map,
    since it hears nothing then."""
    if run.end_reason == "unmatched":
        return []
    state = engine.load_state(run.state)
    touches = versions.document(run.version_id).of_stage(state.stage)
    return [
        Offered(touch, state.heard.get(by_hand(touch.key), (None, ""))[1])
        for touch in touches
        if touch.trigger.manual and touch.enabled
    ]


@transaction.atomic
def press(
    application: Application, key: str, *, after: str, member: Member, at: datetime
) -> TouchDef:
    """Plan touch `key` of an application's map for now; pressing the same again changes nothing.

    Raises NotOffered where the run is not in the touch's stage any more, or never was.
    """
    advance.lock([application.id])
    run = Run.objects.filter(application=application).first()
    found = next((one.touch for one in offered(run) if one.touch.key == key), None) if run else None
    if run is None or found is None:
        raise NotOffered(
            "The message",
            reason="is not offered in the stage that they are in now.",
            remedy="Look at the page again.",
        )
    event = CustomEvent(by_hand(key), at, f"{run.id}:{key}:{after}")
    actor = Actor("member", str(member.id))
    advance.apply([(application.id, event)], now=at, actor=actor)
    facts.record(
        organization_id=application.organization_id, actor=actor, verb="pressed_touch",
        subject_kind="application", subject_id=application.id, why={"key": key, "after": after},
        at=at,
    )  # fmt: skip
    return found
