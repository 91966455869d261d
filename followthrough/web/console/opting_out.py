"""Opt-outs that a member has heard of, and those in doubt that a member judges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.zones import instant
from followthrough.people import scopes
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.people.models import Application, Candidate
from followthrough.runs import revoking
from followthrough.web.console import timeline, whereabouts
from followthrough.web.console.access import actor, own
from followthrough.web.console.frame import back, tell
from followthrough.web.console.inbox import pages
from followthrough.web.console.sentences import Wall

HOW = [
    ("by_phone", gettext_lazy("On the phone")),
    ("in_person", gettext_lazy("In person")),
    ("by_letter", gettext_lazy("By letter")),
    ("by_mail_elsewhere", gettext_lazy("By mail to another address")),
    ("otherwise", gettext_lazy("In another way")),
]
EVERYTHING = "everything"
ONLY = {"sms": gettext_lazy("Only texts"), "email": gettext_lazy("Only mails")}


class OptOutForm(forms.Form):
    """What a candidate asked for, how, and when."""

    how = forms.ChoiceField(label=gettext_lazy("How did they say it?"), choices=HOW)
    said_at = forms.CharField(
        label=gettext_lazy("When?"), required=False,
        widget=forms.TextInput(attrs={"type": "datetime-local"}),
    )  # fmt: skip
    what = forms.ChoiceField(
        label=gettext_lazy("What do they not want any more?"), widget=forms.RadioSelect
    )

    def __init__(
        self, *args: Any, wall: Wall, applications: Sequence[Application], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.wall = wall
        jobs = {one.requisition.external_id: one.requisition for one in applications
                if one.requisition}  # fmt: skip
        self.fields["what"].choices = [
            (EVERYTHING, _("Any messages: texts and mails, about every job")),
            *[(channel, ONLY[channel]) for channel in CHANNEL_KIND if channel in ONLY],
            *[(f"job:{key}", _("Only messages about “%(job)s”") % {"job": one.title})
              for key, one in sorted(jobs.items())],
        ]  # fmt: skip
        self.fields["said_at"].help_text = _("The time in %(place)s. Empty: just now.") % {
            "place": wall.place
        }

    def clean_said_at(self) -> datetime:
        """The instant they mean by their clock; what is to come has not been said."""
        given = self.cleaned_data["said_at"]
        if not given:
            return clock.now()
        try:
            wall = datetime.fromisoformat(given).replace(tzinfo=None)
        except ValueError:
            told = _("This is no time. Write one such as 2026-06-03T14:00.")
            raise forms.ValidationError(told) from None
        said = instant(wall.date(), wall.time(), self.wall.zone)
        if said > clock.now():
            raise forms.ValidationError(_("This is still to come. Leave it empty for just now."))
        return said

    def wish(self) -> dict[str, Any]:
        """What they asked for: channels, or a scope; neither is everything."""
        what: str = self.cleaned_data["what"]
        if what.startswith("job:"):
            return {"scope": {"requisition": what.removeprefix("job:")}}
        return {} if what == EVERYTHING else {"channels": [what]}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Record that a candidate wants no more messages, or fewer."""
    person = own(request, Candidate, key, within=scopes.person)
    theirs = scopes.applications(request.member)  # type: ignore[attr-defined]
    applications = timeline.applications_of(person, of=theirs)
    wall = whereabouts.clock_of(whereabouts.of(person, applications), applications)
    form = OptOutForm(
        request.POST or None, wall=wall, applications=applications, initial={"what": EVERYTHING}
    )
    if request.method == "POST" and form.is_valid():
        return _recorded(request, person, form)
    given = {"candidate": person, "form": form}
    status = 400 if request.method == "POST" else 200
    return render(request, "console/candidate/opt_out.html", given, status=status)


def _recorded(request: HttpRequest, person: Candidate, form: OptOutForm) -> HttpResponse:
    wish = form.wish()
    closed = revoking.record(
        person, how=form.cleaned_data["how"], said_at=form.cleaned_data["said_at"],
        by=actor(request), now=clock.now(), **wish,
    )  # fmt: skip
    tell(request, _told(closed=closed, narrow="scope" in wish) % {"name": person.name})
    return redirect("candidate", person.id)


def _told(*, closed: bool, narrow: bool) -> str:
    if narrow:
        return _("Recorded. %(name)s gets no more messages about that job.")
    if closed:
        return _("Recorded. %(name)s gets no more of these messages, from now on.")
    return _("Recorded. %(name)s had asked for it before: nothing was open.")


# --- what may have been one ----------------------------------------------------------------------


@require_POST
def meant(request: HttpRequest, key: UUID) -> HttpResponse:
    """They did mean stop."""
    handoff = _in_doubt(request, key)
    done = handoff and revoking.meant_stop(handoff, by=_by(request), now=clock.now())
    return _judged(request, done, _("%(name)s gets no more messages, from now on."), handoff)


@require_POST
def did_not_mean(request: HttpRequest, key: UUID) -> HttpResponse:
    """They did not: automation goes on."""
    handoff = _in_doubt(request, key)
    done = handoff and revoking.did_not_mean_stop(handoff, by=_by(request), now=clock.now())
    said = _("%(name)s did not ask for silence: messages go on, in ten seconds.")
    paused = handoff and handoff.reason == Handoff.Reason.AMBIGUOUS_STOP
    undo = reverse("reopen-handoff", args=[key]) if paused else ""
    return _judged(request, done, said, handoff, undo=undo)


IN_DOUBT = (Handoff.Reason.AMBIGUOUS_STOP, Handoff.Reason.PROVISIONAL_STOP)


def _in_doubt(request: HttpRequest, key: UUID) -> Handoff | None:
    """The handoff, if it is one that is judged."""
    found = pages.handoff_of(request, key)
    return found if found.reason in IN_DOUBT else None


def _by(request: HttpRequest) -> str:
    return f"member:{request.member.id}"  # type: ignore[attr-defined]


def _judged(
    request: HttpRequest, done: bool | None, said: str, handoff: Handoff | None, *, undo: str = ""
) -> HttpResponse:
    if done and handoff:
        tell(request, said % {"name": handoff.candidate.name}, undo=undo)
    else:
        messages.error(request, _("Nothing was changed: it has been resolved meanwhile."))
    return back(request, otherwise="inbox")
