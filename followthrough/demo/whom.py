"""Whom the demo begins with: somebody for whom every step of the walk works at this hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.places import normal
from followthrough.core.zones import local
from followthrough.demo.models import AtsApplication
from followthrough.governance import policies
from followthrough.governance.hours import open_at
from followthrough.governance.models import AddressBlock
from followthrough.messages.models import Message
from followthrough.people.models import Application, ContactPoint

CONSIDERED = 60
ROOM = timedelta(hours=1)  # the walk's first minutes; an hour that is about to close is none


class Fit(NamedTuple):
    """Somebody to begin with, and whether texts may reach them at this hour."""

    application: AtsApplication
    by_day: bool


def likely(organization_id: UUID, *, but: Sequence[UUID] = ()) -> Fit | None:
    """Somebody to begin with, but none of `but`; None when there is nobody whom texts reach."""
    everyone = AtsApplication.objects.filter(organization_id=organization_id).exclude(id__in=but)
    reached = everyone.filter(data__candidate__phones__0__isnull=False)
    reached = reached.exclude(external_id__in=_unreached(organization_id).values("external_id"))
    ready = reached.filter(stage="Phone screen")
    mapped = ready.exclude(data__requisition__family="office").filter(data__candidate__locale="en")
    free = mapped.filter(external_id__in=unhindered(organization_id).values("external_id"))
    texts = _TextHours(organization_id)
    for found in (free, mapped, reached):
        rows = list(found.select_related("connection").order_by("-updated_at", "-id")[:CONSIDERED])
        fits = [Fit(one, texts.open(one)) for one in rows]
        if fits:
            return min(fits, key=_worth)
    return None


def anybody(organization_id: UUID) -> AtsApplication | None:
    """Whom a page is about that names nobody: somebody likely, else whoever was changed last."""
    fit = likely(organization_id)
    rows = AtsApplication.objects.filter(organization_id=organization_id)
    latest = rows.select_related("connection").order_by("-updated_at", "-id")
    return fit.application if fit else latest.first()


def _worth(fit: Fit) -> tuple[bool, bool]:
    """The lower the better: by day first, then where the map has most to say."""
    return not fit.by_day, family_of(fit.application) != "retail"


def family_of(application: AtsApplication) -> str:
    """The job family as the ATS has it."""
    return str((application.data.get("requisition") or {}).get("family", ""))


class _TextHours:
    """The hours at which the organization's policy and the law let texts go out."""

    def __init__(self, organization_id: UUID) -> None:
        self._rules = policies.of(organization_id).rules

    def open(self, application: AtsApplication) -> bool:
        """Whether they may at the application's site, now and for some time yet."""
        site = (application.data.get("requisition") or {}).get("site") or {}
        place = normal(site.get("country", ""), site.get("region", ""))
        week = self._rules((place,), clock.now()).bounds("sms", "informational").hours.both
        names = (site.get("zone") or "UTC",)
        minutes = (int(at.timestamp()) // 60 for at in (clock.now(), clock.now() + ROOM))
        return week is None or all(open_at(week, names, minute) for minute in minutes)


def unhindered(organization_id: UUID) -> QuerySet[Application]:
    """Whose next texts neither a cap, a person, an opt-out nor an address holds up."""
    today = Message.objects.filter(direction="out", at__gt=clock.now() - timedelta(days=1))
    waiting = Handoff.objects.filter(resolved_at=None)
    reached = Message.objects.filter(direction="out", channel="sms", delivery="delivered")
    found = Application.objects.filter(organization_id=organization_id, run__ended_at=None)
    found = found.filter(run__isnull=False, candidate__in=reached.values("candidate"))
    for busy in (today, waiting):
        found = found.exclude(candidate__in=busy.values("candidate"))
    shared = found.filter(candidate__contact_points__address_key__in=_shared(organization_id))
    for kept in (shared, _unreached(organization_id)):
        found = found.exclude(id__in=kept.values("id"))
    return found


def _unreached(organization_id: UUID) -> QuerySet[Application]:
    """Whom no text reaches: no telephone number works, or somebody there wants none."""
    phones = ContactPoint.objects.filter(organization_id=organization_id, kind="phone", usable=True)
    blocked = AddressBlock.objects.filter(organization_id=organization_id, lifted_at=None)
    stopped = ContactPoint.objects.filter(
        organization_id=organization_id, address_key__in=blocked.values("address_key")
    )
    without = ~Q(candidate__in=phones.exclude(address_key="").values("candidate"))
    theirs = Application.objects.filter(organization_id=organization_id)
    return theirs.filter(without | Q(candidate__in=stopped.values("candidate")))


def _shared(organization_id: UUID) -> QuerySet[ContactPoint, str]:
    """Addresses that several people have: an answer from there may be anybody's."""
    points = ContactPoint.objects.filter(organization_id=organization_id).exclude(address_key="")
    counted = points.values("address_key").annotate(people=Count("candidate", distinct=True))
    return counted.filter(people__gt=1).values_list("address_key", flat=True)


def hour_at(application: AtsApplication) -> str:
    """What time it is at the application's site: `02:10`."""
    site = (application.data.get("requisition") or {}).get("site") or {}
    return local(clock.now(), site.get("zone") or "UTC").strftime("%H:%M")
