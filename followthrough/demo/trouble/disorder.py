"""Stages out of order: Offer arrives first, and after it the Interview that came before."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.core.canonical import iso
from followthrough.demo import ats, record
from followthrough.demo.models import Trouble
from followthrough.demo.trouble import crowd
from followthrough.demo.trouble.told import Told
from followthrough.intake.models import RawEvent
from followthrough.messages.models import Touch
from followthrough.people.models import Application, StageChange


class Seen(NamedTuple):
    """What the rows say: the stages seen, what came of the late webhook (None: not worked off),
    and how many messages were planned about the interview and since."""

    stage: str
    changes: int
    outcome: str | None
    about_interview: int
    about_offer: int


def begin(organization_id: UUID) -> Trouble | None:
    """Somebody applies and is moved twice; the second webhook overtakes the first."""
    people = crowd.gather(organization_id, 1)
    if not people:
        return None
    someone = people[0]
    crowd.tell(someone)
    at = record.suggested(someone)
    first = ats.changed(someone, stage="Interview", anchors={ats.INTERVIEW: iso(at)})
    late = ats.webhook(first)
    second = ats.changed(someone, stage="Offer")
    ats.send(second, _("Stage: %(stage)s") % {"stage": "Offer"}, ats.webhook(second))
    sent = ats.send(second, _("Stage: Interview, late and with its older time"), late)
    return Trouble.objects.create(
        organization_id=organization_id, kind=Trouble.Kind.DISORDER, begun_at=clock.wall(),
        about={"person": someone.external_id, "name": someone.name, "late": sent.key},
    )  # fmt: skip


def told(trouble: Trouble) -> Told:
    """What happened, by the rows."""
    about = trouble.about
    return said(_seen(trouble), name=about["name"], see=about["person"])


def _seen(trouble: Trouble) -> Seen:
    known = Application.objects.filter(
        organization_id=trouble.organization_id, external_id=trouble.about["person"]
    )
    application = known.select_related("run").first()
    late = RawEvent.objects.filter(
        organization_id=trouble.organization_id, dedupe_key=f"event:{trouble.about['late']}"
    ).first()
    if application is None:
        return Seen("", 0, None, 0, 0)
    touches = list(Touch.about([application]))
    about_interview = sum(one.anchor_name == ats.INTERVIEW for one in touches)
    since = StageChange.objects.filter(application=application)
    offered = since.filter(to_stage="offer").order_by("id").first()
    return Seen(
        application.stage,
        since.count(),
        late.outcome if late and late.state == "done" else None,
        about_interview,
        sum(offered is not None and one.planned_at >= offered.observed_at for one in touches),
    )


def said(seen: Seen, *, name: str, see: str) -> Told:
    """Pure: the card."""
    numbers = (
        (_("webhooks, the older one last"), 3),
        (_("stage changes seen"), seen.changes),
        (_("stage now"), seen.stage.capitalize() or "—"),
        (_("messages about the interview"), seen.about_interview),
        (_("messages about the offer"), seen.about_offer),
    )
    kind, state, text = _stage(seen)
    given = {"name": name, "outcome": seen.outcome or ""}
    return Told(kind, state, text % given, numbers, see)


def _stage(seen: Seen) -> tuple[str, str, str]:
    if seen.outcome is None:
        return "held", _("Underway"), _("%(name)s: the webhooks are being read.")
    if seen.stage == "offer" and not seen.about_interview:
        text = _("%(name)s is in Offer. The late webhook was stored and read as “%(outcome)s”:"
                 " nobody is invited to an interview that is over.")  # fmt: skip
        return "kept", _("Ends right"), text
    return "held", _("Changed since"), _("%(name)s has been moved on since.")
