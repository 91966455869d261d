"""What the demo's page shows: the chosen application, and each panel with its version.

A panel's version is a hash of what it shows; the live page asks with the versions it has and is
sent only what is different.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.tokens import plain
from followthrough.core.zones import instant, local
from followthrough.demo import ats, phone
from followthrough.demo.models import AtsApplication
from followthrough.governance.models import AddressBlock
from followthrough.messages.models import Message, Touch
from followthrough.people.models import Application
from followthrough.web.console import candidate
from followthrough.web.console.sentences import Wall, place

MOST = 15  # applications in the list at once: whoever has no mouse goes through them all
EVENTS = 6
PANELS = {
    "strip": "console/parts/strip.html",
    "list": "demo/panels/list.html",
    "record": "demo/panels/record.html",
    "acts": "demo/panels/acts.html",
    "events": "demo/panels/events.html",
    "thread": "demo/panels/thread.html",
    "compose": "demo/panels/compose.html",
    "clock": "demo/panels/clock.html",
    "case": "demo/panels/case.html",
}
CSRF = "the token is filled in when the panel has been compared"


def shown(request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows, for what its address says (application, q, stage)."""
    organization_id, given = request.member.organization_id, request.GET
    wanted, stage = given.get("q", "").strip()[:100], given.get("stage", "")[:80]
    found = listed(organization_id, wanted=wanted, stage=stage)
    chosen = named(organization_id, given.get("application", "")) or _likely(organization_id, found)
    return {
        "member": request.member,
        "demo": True,
        "this_page": address(chosen, q=wanted, stage=stage) if chosen else reverse("demo:home"),
        "viewer_zone": timezone.get_current_timezone_name(),
        "now": clock.now(),
        "clock_shift": clock.shift(),
        "q": wanted,
        "chosen_stage": stage,
        "stages": list(ats.STAGES),
        "listed": found[:MOST],
        "more": max(0, found.count() - MOST),
        "chosen": chosen,
        **(_about(chosen) if chosen else {}),
    }


def listed(organization_id: UUID, *, wanted: str, stage: str) -> QuerySet[AtsApplication]:
    """The ATS's applications, the latest first, by name and stage."""
    found = AtsApplication.objects.filter(organization_id=organization_id)
    if stage:
        found = found.filter(stage=stage)
    if words := plain(wanted).split():
        found = found.filter(id__in=_called(found, words))
    return found.order_by("-updated_at", "-id")


def _called(found: QuerySet[AtsApplication], words: list[str]) -> list[UUID]:
    """Whose names have all the words. Here, since our PostgreSQL has no `unaccent`."""
    names = {key: plain(name) for key, name in found.values_list("id", "name")}
    return [key for key, name in names.items() if all(word in name for word in words)]


def named(organization_id: UUID, external_id: str) -> AtsApplication | None:
    """The application an address names."""
    mine = AtsApplication.objects.filter(organization_id=organization_id)
    return mine.filter(external_id=external_id).select_related("connection").first()


def _likely(organization_id: UUID, found: QuerySet[AtsApplication]) -> AtsApplication | None:
    """Somebody to begin with: about to be invited, with a phone, and nothing in the way."""
    ready = found.filter(stage="Phone screen", data__candidate__phones__0__isnull=False)
    mapped = ready.exclude(data__requisition__family="office").filter(data__candidate__locale="en")
    free = mapped.filter(external_id__in=_unhindered(organization_id).values("external_id"))
    by_day = next((one for one in free[:MOST] if _by_day(site_wall(one).zone)), None)
    return by_day or free.first() or mapped.first() or found.first()


def _by_day(zone: str) -> bool:
    """Whether it is an hour there at which messages may go out for some time yet."""
    return 9 <= local(clock.now(), zone).hour < 18


def _unhindered(organization_id: UUID) -> QuerySet[Application]:
    """Whose next messages neither a cap holds nor a person, and who has not opted out."""
    today = Message.objects.filter(direction="out", at__gt=clock.now() - timedelta(days=1))
    waiting = Handoff.objects.filter(resolved_at=None)
    blocked = AddressBlock.objects.filter(lifted_at=None).values("address_key")
    found = Application.objects.filter(organization_id=organization_id)
    for busy in (today, waiting):
        found = found.exclude(candidate__in=busy.values("candidate"))
    return found.exclude(candidate__contact_points__address_key__in=blocked)


def mirrored(chosen: AtsApplication) -> Application | None:
    """The product's own row of an application, once it has heard of it."""
    known = Application.objects.filter(connection=chosen.connection_id)
    return known.filter(external_id=chosen.external_id).select_related("candidate", "run").first()


def _about(chosen: AtsApplication) -> dict[str, Any]:
    wall, interview = site_wall(chosen), interview_of(chosen)
    facts = {
        "events": list(chosen.events.order_by("-id")[:EVENTS]),
        "site_wall": wall,
        "interview": interview,
        "suggested": suggested(wall.zone),
        "interview_field": as_field(interview, wall.zone) if interview else suggested(wall.zone),
        "next_stage": next_stage(chosen.stage),
    }
    application = mirrored(chosen)
    if application is None:
        return facts
    person, touch = application.candidate, next_touch(application)
    return {
        **facts,
        "next_touch": touch,
        "next_in": touch and _nearness(touch.due_at - clock.now()),
        "mapless": not hasattr(application, "run"),
        "phone_channels": phone.channels(person),
        "quick": phone.QUICK,
        "notes": phone.thread(person),
        **candidate.about(person),
    }


def address(chosen: AtsApplication, **search: str) -> str:
    """The page with this application, and what the list is searched for."""
    kept = {name: value for name, value in search.items() if value}
    return f"{reverse('demo:home')}?{urlencode({'application': chosen.external_id, **kept})}"


def site_wall(chosen: AtsApplication) -> Wall:
    """The clock of the application's site: what times in the ATS are meant by."""
    site = (chosen.data.get("requisition") or {}).get("site") or {}
    zone = site.get("zone") or "UTC"
    return Wall(zone, site.get("name") or place(zone))


def interview_of(chosen: AtsApplication) -> datetime | None:
    """When the ATS says the interview is."""
    at = chosen.data.get("anchors", {}).get(ats.INTERVIEW)
    return datetime.fromisoformat(at) if at else None


def suggested(zone: str) -> str:
    """A likely time for an interview, as a form field: 14:00 on the day after tomorrow."""
    day = local(clock.now(), zone).date() + timedelta(days=2)
    return as_field(instant(day, time(14), zone), zone)


def as_field(at: datetime, zone: str) -> str:
    """An instant as a form's field has it: what the wall clock of `zone` shows."""
    return local(at, zone).strftime("%Y-%m-%dT%H:%M")


def next_stage(stage: str) -> str:
    """Where an application most likely goes from `stage`."""
    ahead = list(ats.STAGES)[:6]
    return ahead[ahead.index(stage) + 1] if stage in ahead[:-1] else stage


def next_touch(application: Application) -> Touch | None:
    """The candidate's next planned message; it may be due and being decided."""
    theirs = Touch.about([application]).filter(state="planned")
    return theirs.order_by("due_at").first()


def _nearness(left: timedelta) -> str:
    if left <= timedelta():
        return "now"
    return "soon" if left < timedelta(minutes=1) else "later"


def panels(context: Mapping[str, Any]) -> dict[str, str]:
    """Every panel as HTML, by name; CSRF stands where the token goes."""
    given = {**context, "csrf_token": CSRF, "oob": True}
    return {name: render_to_string(template, given) for name, template in PANELS.items()}


def version(html: str) -> str:
    """What tells one content of a panel from another."""
    return hashlib.sha256(html.encode()).hexdigest()[:12]
