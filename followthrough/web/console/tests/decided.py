"""Decisions about messages, for the tests of the pages that show them."""

from __future__ import annotations

from typing import Any

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.journeys.models import Run
from followthrough.messages.models import Receipt, Touch
from followthrough.people.models import Application, Connection
from tests import lives, world

QUIET = [["zone", "pass", {"zones": ["America/Los_Angeles"], "evidence": "site"}],
         ["legal_hours", "pass", {"rules": ["us-federal"]}],
         ["quiet_hours", "hold", {"policy": 0}]]  # fmt: skip
LATE = [*QUIET, ["too_late", "drop", {"next": "2026-06-04T16:00:00+00:00"}]]


def applied(
    ats: Connection, name: str = "Ada Obi", *, site: Any = None, **given: Any
) -> Application:
    first, _, last = name.partition(" ")
    person = world.candidate(ats, given_name=first, family_name=last, **given)
    return world.application(person, world.requisition(ats, site=site))


def receipt(
    about: Application, verdict: str = "hold", code: str = "quiet_hours", **given: Any
) -> Receipt:
    """A receipt of a message of `about`; `touch` is what differs in the message."""
    run = _run(about)
    touch = Touch.objects.create(
        **{"organization": about.organization, "application": about, "candidate": about.candidate,
           "run_id": run.id, "version_id": run.version_id, "shard": 0, "origin": "map",
           "key": "thanks", "occurrence": str(uuid7()), "purpose": "informational",
           "due_at": world.NOON, "planned_at": world.NOON, "channels": ["sms"],
           **given.pop("touch", {})},
    )  # fmt: skip
    return Receipt.objects.create(
        organization_id=about.organization_id, touch_id=touch.id, application_id=about.id,
        candidate_id=about.candidate_id, verdict=verdict, code=code, version_id=run.version_id,
        **{"at": clock.now(), "checks": QUIET, "channel": "sms", **given},
    )  # fmt: skip


def _run(about: Application) -> Run:
    if known := Run.objects.filter(application=about).first():
        return known
    return Run.objects.create(
        application=about, organization=about.organization, state={}, started_at=world.NOON,
        version=lives.a_map(about.organization),
    )  # fmt: skip


def keys(*found: Receipt) -> list[str]:
    return [str(one.id) for one in found]


def own_and_other(narrow: Member, ats: Connection) -> tuple[Receipt, Receipt]:
    """A receipt at the one site that somebody works for and one elsewhere, of the same person."""
    mine = applied(ats, site=narrow.scopes.get().site)
    other = world.application(mine.candidate, world.requisition(ats))
    return receipt(mine), receipt(other)
