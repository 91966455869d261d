"""Today: who needs a person, what nobody is written to about, and what broke."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from followthrough.conversations import handoffs
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.intake.models import RawEvent
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Application, WriteBack
from followthrough.people.stages import Stage
from followthrough.web.console.access import own
from followthrough.web.console.frame import back

MOST = 50
ENDED = (Stage.HIRED, Stage.REJECTED, Stage.WITHDRAWN)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page a working day begins with."""
    mine = request.member.organization_id
    waiting = _waiting(mine)
    return render(
        request,
        "console/today.html",
        {
            "waiting": _with_words(waiting[:MOST]),
            "waiting_count": waiting.count(),
            "no_map": _without_map(mine),
            "unmapped": _unmapped(mine),
            "parked_events": RawEvent.objects.filter(organization_id=mine, state="parked")[:MOST],
            "parked_write_backs": _parked(mine)[:MOST],
            "not_sent": _not_sent(mine)[:MOST],
        },
    )


@require_POST
def resolve(request: HttpRequest, key: UUID) -> HttpResponse:
    """A person has seen to it: automation goes on."""
    handoff = own(request, Handoff, key, candidate="candidate")
    handoffs.resolve(handoff, by=f"member:{request.member.id}", at=clock.now())
    return back(request, otherwise="today")


def _waiting(organization_id: UUID) -> QuerySet[Handoff]:
    found = Handoff.objects.filter(organization_id=organization_id, resolved_at=None)
    return found.select_related("candidate", "application__requisition").order_by("opened_at")


def _with_words(waiting: QuerySet[Handoff]) -> list[Handoff]:
    """Each with what the candidate wrote, if that is what led to it."""
    rows = list(waiting)
    ids = [one.message_id for one in rows if one.message_id]
    texts = dict(Message.objects.filter(id__in=ids).values_list("id", "body"))
    for row in rows:
        row.wrote = texts.get(row.message_id, "")
    return rows


def _open_applications(organization_id: UUID) -> QuerySet[Application]:
    found = Application.objects.filter(organization_id=organization_id)
    return found.exclude(stage__in=ENDED)


def _without_map(organization_id: UUID) -> list[dict]:
    """Open applications that no message map is assigned to, counted by family."""
    found = _open_applications(organization_id).filter(run=None).exclude(stage=Stage.UNMAPPED)
    counted = found.values("requisition__family").annotate(count=Count("id"))
    return list(counted.order_by("-count"))


def _unmapped(organization_id: UUID) -> list[dict]:
    """Stage names of the ATS that nobody has given a meaning, with how many stand there."""
    found = Application.objects.filter(organization_id=organization_id, stage=Stage.UNMAPPED)
    return list(found.values("ats_stage").annotate(count=Count("id")).order_by("-count"))


def _parked(organization_id: UUID) -> QuerySet[WriteBack]:
    found = WriteBack.objects.filter(organization_id=organization_id, state="parked")
    return found.select_related("application__candidate").order_by("created_at")


def _not_sent(organization_id: UUID) -> QuerySet[Touch]:
    """Messages that could not be sent, or of which nobody knows whether they were, lately."""
    found = Touch.objects.filter(organization_id=organization_id, state__in=("failed", "unknown"))
    lately = found.filter(ended_at__gt=clock.now() - timedelta(days=7))
    return lately.select_related("candidate").order_by("-id")
