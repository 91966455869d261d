"""Events of the organization's own: told to the application's run, which may wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from followthrough.audit import facts
from followthrough.audit.facts import Actor
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.intake import aside, raw
from followthrough.intake.ats.contract import AHEAD, Hint
from followthrough.intake.ats.generic.document import BadSnapshot
from followthrough.intake.raw import Raw
from followthrough.journeys.events import CustomEvent
from followthrough.people.models import Application, Connection
from followthrough.runs import advance
from followthrough.store import sql


class UnknownApplication(Explained):
    """Nobody has told us of the application yet: the event is tried again later."""


class Told(NamedTuple):
    """A raw event, and what it says happened to which application."""

    raw: Raw
    connection: Connection
    hint: Hint


def hear(told: Sequence[Told]) -> None:
    """Tell the runs, each event in a transaction of its own; one that fails is set aside."""
    for one in told:
        try:
            _hear(one, now=clock.now())
        except Exception as problem:
            aside.check_database(problem)
            aside.put(one.raw, problem)


@transaction.atomic
def _hear(told: Told, *, now: datetime) -> None:
    if not raw.locked([told.raw.id]).answer():
        return
    application, happened = _application(told), told.hint.happened
    assert happened is not None
    if happened.at > now + AHEAD:
        raise BadSnapshot(
            "at", reason="lies more than a day in the future.", remedy="Set the source's clock."
        )
    event = CustomEvent(happened.name, happened.at, happened.id)
    actor = Actor("ats", str(told.connection.id))
    did = advance.apply([(application.id, event)], now=now, actor=actor)
    facts.record(
        organization_id=application.organization_id, actor=actor, verb="heard_event",
        subject_kind="application", subject_id=application.id,
        why={"event": happened.name, "happened": happened.at.isoformat()}, at=now,
    )  # fmt: skip
    sql.wake(application.candidate.shard)
    raw.done({told.raw.id: f"{happened.name}: {'heard' if did else 'nothing waits for it'}"})


def _application(told: Told) -> Application:
    found = Application.objects.select_related("candidate").filter(
        connection=told.connection, external_id=told.hint.external_id
    )
    if (one := found.first()) is None:
        raise UnknownApplication(
            "The application that an event is about",
            reason="is not known here yet.",
            remedy="Send the application first; the event is tried again meanwhile.",
        )
    return one
