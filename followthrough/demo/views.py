"""The demo's page, and what its buttons do."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDictKeyError
from django.views.decorators.http import require_POST, require_safe

from followthrough.accounts import clock as installation
from followthrough.core import clock
from followthrough.core.zones import instant
from followthrough.demo import ats, desk, phone
from followthrough.demo.models import AtsApplication
from followthrough.people.models import Candidate
from followthrough.runs.models import Executor
from followthrough.web.console.access import own
from followthrough.web.console.frame import back

FRESH = timedelta(seconds=6)  # a worker that beats is not silent for longer


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three panels side by side: the ATS, the candidate's phone, the timeline."""
    context = desk.shown(request)
    chosen = context["chosen"]
    if chosen and request.GET.get("application") != chosen.external_id:
        return redirect(context["this_page"])  # the address says whom: they stay when reloaded
    panels = desk.panels(context)
    token = get_token(request)
    context |= {
        "versions": {name: desk.version(html) for name, html in panels.items()},
        "panels": {name: html.replace(desk.CSRF, token) for name, html in panels.items()},
    }
    return render(request, "demo/home.html", context)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """204 when the pages are there and a worker is at work; 202 until then."""
    beats = Executor.objects.filter(beat_at__gt=clock.wall() - FRESH)
    return HttpResponse(status=204 if beats.exists() else 202)


@require_POST
def move(request: HttpRequest, key: UUID) -> HttpResponse:
    """In the ATS: another stage; with it, for an interview, its time."""
    chosen, stage = _application(request, key), request.POST.get("stage", "")
    if stage in ats.STAGES:
        at = _moment(request, chosen) if stage == "Interview" else None
        ats.invite(chosen, stage, at)
    return _acted(request)


@require_POST
def interview(request: HttpRequest, key: UUID) -> HttpResponse:
    """In the ATS: set, move or clear the interview."""
    chosen = _application(request, key)
    at = _moment(request, chosen)
    if at or "clear" in request.POST:
        ats.set_interview(chosen, None if "clear" in request.POST else at)
    return _acted(request)


@require_POST
def phone_number(request: HttpRequest, key: UUID) -> HttpResponse:
    """In the ATS: another telephone number."""
    chosen = _application(request, key)
    ats.set_phone(chosen, request.POST.get("phone", "").strip()[:40])
    return _acted(request)


@require_POST
def write(request: HttpRequest, key: UUID) -> HttpResponse:
    """On the candidate's phone: an answer, typed or tapped."""
    chosen = _application(request, key)
    known, text = desk.mirrored(chosen), (request.POST.get("quick") or request.POST.get("text", ""))
    if known and text.strip():
        person: Candidate = known.candidate
        phone.write(person, channel=request.POST.get("channel", "sms"), text=text.strip()[:1600])
    return _acted(request)


@require_POST
def clock_moved(request: HttpRequest) -> HttpResponse:
    """The business clock: on by hours, or to the candidate's next message; never back.

    Put back, it would leave what has happened since in the future.
    """
    to = request.POST.get("to", "")
    if to == "next":
        _to_next(_application(request, UUID(request.POST["application"])))
    elif to.isdigit():
        installation.advance(timedelta(hours=min(int(to), 24 * 31)))
    return _acted(request)


def _to_next(chosen: AtsApplication) -> None:
    """Just past the next planned message; nothing planned, nothing moved."""
    known = desk.mirrored(chosen)
    touch = desk.next_touch(known) if known else None
    if touch and touch.due_at > clock.now():
        installation.advance(touch.due_at - clock.now() + timedelta(seconds=1))


def _application(request: HttpRequest, key: UUID) -> AtsApplication:
    return own(request, AtsApplication.objects.select_related("connection"), key)


def _moment(request: HttpRequest, chosen: AtsApplication) -> datetime | None:
    """The time in the form, as the wall clock at the site shows it; None when it is not one."""
    try:
        wall = datetime.fromisoformat(request.POST["at"])
    except (ValueError, MultiValueDictKeyError):
        return None
    return instant(wall.date(), wall.time(), desk.site_wall(chosen).zone)


def _acted(request: HttpRequest) -> HttpResponse:
    """With htmx the live page fetches what changed; without it the page is loaded anew."""
    if not request.htmx:
        return back(request, otherwise="demo:home")
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = "acted"
    return answer
