"""What the demo's buttons do: in the ATS, on the phone, to the clock, to the walk, and trouble."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from followthrough.core import clock
from followthrough.core.typed import cleaned
from followthrough.demo import ats, clockwork, desk, phone, record, walks
from followthrough.demo.models import AtsApplication
from followthrough.demo.trouble import board
from followthrough.web.console.access import own
from followthrough.web.console.frame import back, tell
from followthrough.web.console.sentences import dated

LONGEST = timedelta(days=31)
LOOPBACK = ("127.0.0.1", "::1")
FAR_OFF = gettext_lazy("That time is more than ten years away, so nothing was changed.")


# --- in the ATS --------------------------------------------------------------------------------


@require_POST
def move(request: HttpRequest, key: UUID) -> HttpResponse:
    """Another stage; with it, for an interview, its time."""
    chosen, stage = _application(request, key), request.POST.get("stage", "")
    if stage not in ats.STAGES:
        return _acted(request)
    try:
        at = _moment(request, chosen) if stage == "Interview" else None
    except record.FarOff:
        return _acted(request, FAR_OFF)
    same = at is None or at == record.interview_of(chosen)
    if stage == chosen.stage and same:
        return _acted(request, _already(chosen, stage))
    ats.invite(chosen, stage, None if same else at)
    return _acted(request)


def _already(chosen: AtsApplication, stage: str) -> str:
    at, names = record.interview_of(chosen), {"name": chosen.name, "stage": stage}
    if stage == "Interview" and at:
        names["at"] = dated(at, record.site_wall(chosen))
        return _("%(name)s is in %(stage)s already, on %(at)s: nothing was changed.") % names
    return _("%(name)s is in %(stage)s already: nothing was changed.") % names


@require_POST
def interview(request: HttpRequest, key: UUID) -> HttpResponse:
    """Set, move or clear the interview."""
    chosen = _application(request, key)
    if "clear" in request.POST:
        ats.set_interview(chosen, None)
        return _acted(request)
    try:
        at = _moment(request, chosen)
    except record.FarOff:
        return _acted(request, FAR_OFF)
    if at is None:
        return _acted(request, _("That is no time, so the interview was left as it is."))
    ats.set_interview(chosen, at)
    return _acted(request)


@require_POST
def phone_number(request: HttpRequest, key: UUID) -> HttpResponse:
    """Another telephone number."""
    chosen = _application(request, key)
    ats.set_phone(chosen, cleaned(request.POST.get("phone", ""), longest=40))
    return _acted(request)


def _moment(request: HttpRequest, chosen: AtsApplication) -> datetime | None:
    """The time in the form, as the wall clock at the site shows it; None when it is not one.
    Raises record.FarOff."""
    return record.from_field(request.POST.get("at", ""), record.site_wall(chosen).zone)


# --- on the phone ------------------------------------------------------------------------------


@require_POST
def write(request: HttpRequest, key: UUID) -> HttpResponse:
    """An answer, typed or tapped."""
    known = desk.mirrored(_application(request, key))
    text = cleaned(request.POST.get("quick") or request.POST.get("text", ""), longest=1600)
    channel = request.POST.get("channel", "sms")
    if known and text and phone.write(known.candidate, channel=channel, text=text) is None:
        return _acted(request, _("There is no address to write from: the ATS has none that works."))
    return _acted(request)


@require_POST
def read(request: HttpRequest, key: UUID) -> HttpResponse:
    """A thread is opened."""
    known = desk.mirrored(_application(request, key))
    if known:
        phone.read(known.candidate, channel=request.POST.get("channel", "sms"))
    return _acted(request)


# --- the clock ---------------------------------------------------------------------------------


@require_POST
def clock_moved(request: HttpRequest) -> HttpResponse:
    """On by hours, to the candidate's next message, or to the morning; never back.

    Put back, it would leave what has happened since in the future.
    """
    to, organization_id = (
        _wanted(request, request.POST.get("to", "")),
        request.member.organization_id,
    )
    if clockwork.running(clockwork.latest(organization_id)):
        return _acted(request, _("The clock is still going on; wait until it is there."))
    if to is None or clockwork.go_on(organization_id, to=to) is None:
        return _acted(request, _("The clock was left as it is: there is nothing ahead to go to."))
    return _acted(request)


def _wanted(request: HttpRequest, to: str) -> datetime | None:
    """Where the clock is to go; None: nowhere."""
    if to.isdecimal():
        return clock.now() + min(timedelta(hours=int(to[:4])), LONGEST)
    if to not in ("next", "morning"):
        return None
    chosen = _application(request, _key(request))
    if to == "morning":
        return record.next_morning(record.site_wall(chosen).zone)
    known = desk.mirrored(chosen)
    touch = desk.next_touch(known) if known else None
    return touch.due_at if touch else None


# --- the walk, and trouble ---------------------------------------------------------------------


@require_POST
def walk(request: HttpRequest) -> HttpResponse:
    """Begin a walk (`begin`, or `morning` at nine), or put it away (`away`) and take it up again
    (`back`)."""
    act, mine = request.POST.get("act", ""), walks.latest(request.member)
    if act in ("away", "back") and mine:
        mine.put_away = act == "away"
        mine.save(update_fields=["put_away"])
        return _acted(request)
    if act == "morning":
        at = record.next_morning(record.site_wall(_application(request, _key(request))).zone)
        clockwork.go_on(request.member.organization_id, to=at)
    return _begun(request) if act in ("begin", "morning") else _acted(request)


def _begun(request: HttpRequest) -> HttpResponse:
    made = walks.begin(request.member)
    if made is None:
        tell(request, _("There is nobody left to walk with. Begin the demo anew."))
    return redirect(desk.address(made.application if made else None))


@require_POST
def trouble(request: HttpRequest) -> HttpResponse:
    """Make trouble of a `kind`. Only in the demo, and only from this machine."""
    kind, key = request.POST.get("kind", ""), request.POST.get("application", "")
    if kind not in board.Kind.values:
        return _acted(request)
    if not settings.DEMO or request.META.get("REMOTE_ADDR") not in LOOPBACK:
        raise PermissionDenied("Trouble is made on the machine the demo runs on.")
    chosen = _application(request, _key(request)) if key else None
    made = board.make(kind, organization_id=request.member.organization_id, chosen=chosen)
    return _acted(request, "" if made else board.BUT_FOR[kind])


# --- all of them -------------------------------------------------------------------------------


def _application(request: HttpRequest, key: UUID | None) -> AtsApplication:
    return own(request, AtsApplication.objects.select_related("connection"), key)  # type: ignore[arg-type]


def _key(request: HttpRequest) -> UUID | None:
    """The application that a form names, as its key; None: it names none."""
    try:
        return UUID(request.POST.get("application", ""))
    except ValueError:
        return None


def _acted(request: HttpRequest, said: object = "") -> HttpResponse:
    """With htmx the live page fetches what changed; without it the page is loaded anew. `said`
    is for the line that tells what was done, where that cannot be seen."""
    if said:
        tell(request, str(said))
    if not request.htmx:
        return back(request, otherwise="demo:home")
    answer = HttpResponse(render_to_string("demo/told.html", request=request))
    answer["HX-Trigger"] = "acted"
    return answer
