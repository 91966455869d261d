"""What the demo's pages show: an application in the ATS, on the phone and in the product."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from followthrough.core import clock
from followthrough.core.tokens import plain
from followthrough.core.typed import cleaned
from followthrough.demo import ats, clockwork, phone, quick, record, walk, walks, whom
from followthrough.demo.models import AtsApplication
from followthrough.demo.trouble import board, crowd
from followthrough.governance.models import AddressBlock
from followthrough.messages.models import Ask, Touch
from followthrough.people.models import Application, Candidate
from followthrough.web.console import candidate, timeline
from followthrough.web.console.frame import badge, frame

MOST = 12  # applications in the list at once: whoever is not there is searched for
EVENTS = 6


def shown(request: HttpRequest, page: str = "home") -> dict[str, Any]:
    """Everything a page (home, ats or phone) shows, for what its address says: application, q,
    stage."""
    organization_id, given = request.member.organization_id, request.GET
    wanted, stage, asked = (
        cleaned(given.get(name, ""), longest=100) for name in ("q", "stage", "application")
    )
    journey = walks.latest(request.member)
    chosen = named(organization_id, asked) if asked else _beginning(organization_id, journey)
    return {
        **frame(request),
        "badge": badge(request),
        "page": page,
        "this_page": address(chosen, page=page, q=wanted, stage=stage),
        "asked": asked,
        "q": wanted,
        "chosen_stage": stage,
        "chosen": chosen,
        **(_of_ats(organization_id, wanted, stage) if page != "phone" else {}),
        **(_about(chosen, page) if chosen else {}),
        **(_of_home(request, journey, chosen) if page == "home" else {}),
    }


def _beginning(organization_id: UUID, journey: Any) -> AtsApplication | None:
    """Whom an address that names nobody is about: whom the walk is about, else somebody likely."""
    return journey.application if journey else whom.anybody(organization_id)


# --- the ATS -----------------------------------------------------------------------------------


def _of_ats(organization_id: UUID, wanted: str, stage: str) -> dict[str, Any]:
    found = listed(organization_id, wanted=wanted, stage=stage)
    return {
        "stages": list(ats.STAGES),
        "listed": found[:MOST],
        "more": max(0, found.count() - MOST),
    }


def listed(organization_id: UUID, *, wanted: str, stage: str) -> QuerySet[AtsApplication]:
    """The ATS's applications, the latest first, by name and stage. Who applied because of trouble
    is only found by name."""
    found = AtsApplication.objects.filter(organization_id=organization_id)
    if stage:
        found = found.filter(stage=stage)
    if words := plain(wanted).split():
        found = found.filter(id__in=_called(found, words))
    else:
        found = found.exclude(external_id__startswith=crowd.MARK)
    return found.order_by("-updated_at", "-id")


def _called(found: QuerySet[AtsApplication], words: list[str]) -> list[UUID]:
    """Whose names have all the words. Here, since our PostgreSQL has no `unaccent`."""
    names = {key: plain(name) for key, name in found.values_list("id", "name")}
    return [key for key, name in names.items() if all(word in name for word in words)]


def named(organization_id: UUID, external_id: str) -> AtsApplication | None:
    """The application an address names."""
    mine = AtsApplication.objects.filter(organization_id=organization_id)
    return mine.filter(external_id=external_id).select_related("connection").first()


def address(chosen: AtsApplication | None, *, page: str = "home", **search: str) -> str:
    """A page with this application, and what the list is searched for."""
    given = {"application": chosen.external_id if chosen else "", **search}
    kept = {name: value for name, value in given.items() if value}
    path = reverse(f"demo:{page}")
    return f"{path}?{urlencode(kept)}" if kept else path


# --- whom it is about --------------------------------------------------------------------------


def mirrored(chosen: AtsApplication) -> Application | None:
    """The product's own row of an application, once it has heard of it."""
    known = Application.objects.filter(connection=chosen.connection_id)
    return known.filter(external_id=chosen.external_id).select_related("candidate", "run").first()


def _about(chosen: AtsApplication, page: str) -> dict[str, Any]:
    wall, interview = record.site_wall(chosen), record.interview_of(chosen)
    facts = {
        "events": list(chosen.events.order_by("-id")[:EVENTS]) if page != "phone" else [],
        "site_wall": wall,
        "interview": interview,
        "offered": record.as_field(record.offered(chosen), wall.zone),
        "next_stage": record.next_stage(chosen.stage),
    }
    application = mirrored(chosen)
    if application is None:
        return facts
    facts["person"] = application.candidate
    if page != "ats":
        facts |= _on_phone(application)
    return facts | (_in_product(application) if page == "home" else {})


def _on_phone(application: Application) -> dict[str, Any]:
    threads = phone.threads(application.candidate)
    last = [(one.notes[-1].at, one.channel) for one in threads if one.notes and one.address]
    usable = [one.channel for one in threads if one.address]
    return {
        "threads": threads,
        "in_use": max(last)[1] if last else (usable or ["sms"])[0],
        "quick": quick.answers(_asked(application)),
        "new": _news(threads),
    }


def _news(threads: list[phone.Thread]) -> phone.Note | None:
    """The last message that came in."""
    came = [note for thread in threads for note in thread.notes if not note.mine]
    return max(came, key=lambda note: note.id, default=None)


def _asked(application: Application) -> quick.Asked:
    waiting = Ask.objects.filter(application=application, state="open").order_by("-opened_at")
    kind = waiting.values_list("kind", flat=True).first() or ""
    return quick.Asked(kind, _has_stopped(application.candidate), application.candidate.locale)


def _has_stopped(candidate: Candidate) -> bool:
    keys = candidate.contact_points.exclude(address_key="").values("address_key")
    blocks = AddressBlock.objects.filter(organization_id=candidate.organization_id)
    return blocks.filter(lifted_at=None, address_key__in=keys).exists()


def _in_product(application: Application) -> dict[str, Any]:
    touch = next_touch(application)
    return {
        **candidate.about(application.candidate, timeline.applications_of(application.candidate)),
        "next_touch": touch,
        "next_in": touch and _nearness(touch.due_at - clock.now()),
        "mapless": not hasattr(application, "run"),
    }


def next_touch(application: Application) -> Touch | None:
    """The candidate's next planned message; it may be due and being decided."""
    theirs = Touch.about([application]).filter(state="planned")
    return theirs.order_by("due_at").first()


def _nearness(left: timedelta) -> str:
    if left <= timedelta():
        return "now"
    return "soon" if left < timedelta(minutes=1) else "later"


# --- what only the page of everything has ------------------------------------------------------


def _of_home(request: HttpRequest, journey: Any, chosen: AtsApplication | None) -> dict[str, Any]:
    organization_id = request.member.organization_id
    move = clockwork.latest(organization_id)
    return {
        "walk": journey,
        "progress": walk.progress(walks.seen(journey)) if journey else None,
        "fit": None if journey else whom.likely(organization_id),
        "move": move if clockwork.is_news(move) else None,
        "runs": clockwork.running(move),
        "troubles": board.cards(organization_id),
    }
