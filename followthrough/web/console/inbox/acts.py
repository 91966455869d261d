"""What is done in the inbox: answer, take, assign, resolve, and take back."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from followthrough.accounts.models import Member
from followthrough.conversations import handoffs
from followthrough.conversations.handoffs import Reopened
from followthrough.conversations.models import Handoff
from followthrough.core import clock, segments
from followthrough.core.ids import uuid7
from followthrough.governance.checks.content import MOST_SEGMENTS
from followthrough.messages.models import Touch
from followthrough.people import scopes
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs import replies
from followthrough.web.console.frame import Soon, back, tell
from followthrough.web.console.inbox import case, pages
from followthrough.web.console.inbox.pages import Draft
from followthrough.web.console.inbox.wanted import wanted

LONGEST_MAIL = 20_000  # characters


def _me(request: HttpRequest) -> Member:
    return request.member  # type: ignore[attr-defined,no-any-return]


def _by(request: HttpRequest) -> str:
    return f"member:{_me(request).id}"


# --- answering ----------------------------------------------------------------------------------


@require_POST
def reply(request: HttpRequest, key: UUID) -> HttpResponse:
    """Hand a message in; the gate decides what comes of it, and the conversation shows it."""
    handoff = pages.handoff_of(request, key)
    draft = _draft(request)
    if draft.problem:
        return _not_taken(request, handoff, draft)
    with transaction.atomic():
        _write(request, handoff, draft)
        _take_what_is_nobodys(request, handoff)
    if request.POST.get("then") == "resolve":
        return _resolved(request, handoff, _("%(name)s: answer handed in, and resolved."))
    if request.htmx:  # type: ignore[attr-defined]
        return _anew(request, handoff)
    return redirect(wanted(request).to(handoff.id))


def _draft(request: HttpRequest) -> Draft:
    """What the form holds, with what is wrong with it."""
    given = request.POST
    channel, text, subject = (
        given.get(name, "").strip() for name in ("channel", "text", "subject")
    )
    try:
        key, problem = UUID(given.get("key", "")), _problem(channel, text)
    except ValueError:
        key, problem = uuid7(), _("The form was not complete. It is now: send it again.")
    return Draft(key, channel, subject[:200], text, problem)


def _problem(channel: str, text: str) -> str:
    if not text.replace("\x00", ""):
        return _("There is nothing to send yet: write something.")
    if channel not in CHANNEL_KIND:
        return _("Choose how it should reach them.")
    parts = segments.count(text) if channel == "sms" else 0
    if parts > MOST_SEGMENTS:
        told = {"parts": parts, "most": MOST_SEGMENTS}
        return _("It is too long for a text: %(parts)s parts, and %(most)s is the most.") % told
    if len(text) > LONGEST_MAIL:
        return _("It is too long: %(most)s characters is the most.") % {"most": LONGEST_MAIL}
    return ""


def _not_taken(request: HttpRequest, handoff: Handoff, draft: Draft) -> HttpResponse:
    """What is wrong; the text stays where it is."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(draft.problem, status=400, content_type="text/plain")
    return pages.shown(request, handoff, draft=draft, status=400)


def _write(request: HttpRequest, handoff: Handoff, draft: Draft) -> Touch:
    return replies.write(
        member=_me(request),
        candidate=handoff.candidate,
        application=handoff.application,
        channel=draft.channel,
        subject=draft.subject if draft.channel == "email" else "",
        text=draft.text,
        key=draft.key,
        at=clock.now(),
    )


def _take_what_is_nobodys(request: HttpRequest, handoff: Handoff) -> None:
    """Whoever answers has it, if nobody else does."""
    if handoff.owner_id is None and handoff.resolved_at is None:
        handoffs.assign(handoff, _me(request), by=_by(request), at=clock.now())


def _anew(request: HttpRequest, handoff: Handoff) -> HttpResponse:
    """The conversation with the new message in it, a new key for the next one, and whose it is."""
    key = render_to_string("console/inbox/key.html", {"key": uuid7(), "oob": True})
    given = {**pages.acts(request, handoff), "next": request.POST.get("next", ""), "oob": True}
    acts = render_to_string("console/inbox/acts.html", given, request)
    return HttpResponse(pages.conversation(request, handoff) + key + acts)


@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take back a message of a member's that still waits."""
    handoff = pages.handoff_of(request, key)
    touch = _waiting(request, handoff)
    done = touch is not None and replies.withdraw(touch, member=_me(request), at=clock.now())
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(pages.conversation(request, handoff))  # it shows what became of it
    if not done:
        messages.error(request, _("It was not taken back: it was on its way already."))
    return redirect(wanted(request).to(handoff.id))


def _waiting(request: HttpRequest, handoff: Handoff) -> Touch | None:
    seen = scopes.about(_me(request))
    written = Touch.objects.filter(seen, candidate_id=handoff.candidate_id, origin="member")
    try:
        return written.filter(id=UUID(request.POST.get("touch", ""))).first()
    except ValueError:
        return None


# --- whose it is ---------------------------------------------------------------------------------


@require_POST
def take(request: HttpRequest, key: UUID) -> HttpResponse:
    """It is mine now."""
    return _give(request, pages.handoff_of(request, key), _me(request))


@require_POST
def assign(request: HttpRequest, key: UUID) -> HttpResponse:
    """It is somebody's now; or, without a member, nobody's."""
    handoff, wanted_id = pages.handoff_of(request, key), request.POST.get("to", "")
    found = {str(one.id): one for one in case.assignees(handoff)}
    if wanted_id and wanted_id not in found:
        messages.error(request, _("Not assigned: they may not answer this candidate."))
        return back(request, otherwise=reverse("handoff", args=[handoff.id]))
    return _give(request, handoff, found.get(wanted_id))


def _give(request: HttpRequest, handoff: Handoff, to: Member | None) -> HttpResponse:
    given = handoffs.assign(handoff, to, by=_by(request), at=clock.now(), seen=_seen(request))
    if given:
        tell(request, _given(to, _me(request)))
    else:
        messages.error(request, _not_given(handoff))
    return back(request, otherwise=reverse("handoff", args=[handoff.id]))


def _seen(request: HttpRequest) -> UUID | None:
    """Whose it was when the page was made."""
    try:
        return UUID(request.POST.get("seen", ""))
    except ValueError:
        return None


def _given(to: Member | None, me: Member) -> str:
    if to is None:
        return _("It is nobody’s now: whoever is free can take it.")
    if to.id == me.id:
        return _("It is yours now.")
    return _("%(name)s has it now.") % {"name": to.user.name}


def _not_given(handoff: Handoff) -> str:
    handoff.refresh_from_db()
    if handoff.resolved_at:
        return _("Not assigned: it has been resolved meanwhile.")
    name = handoff.owner.user.name if handoff.owner else _("nobody")
    return _("Not assigned: it changed hands a moment ago. Now it is with %(name)s.") % {
        "name": name
    }


# --- done, and not done --------------------------------------------------------------------------


@require_POST
def resolve(request: HttpRequest, key: UUID) -> HttpResponse:
    """A person has seen to it: automation goes on, in ten seconds."""
    return _resolved(request, pages.handoff_of(request, key), _("%(name)s: resolved."))


def _resolved(request: HttpRequest, handoff: Handoff, said: str) -> HttpResponse:
    now = clock.now()
    handoffs.resolve(handoff, by=_by(request), at=now, undo=handoffs.UNDO)
    if left := _time_to_undo(request, handoff, now):
        _tell_resolved(request, handoff, said, left)
    else:
        messages.error(request, _("It had been resolved already."))
    answer = back(request, otherwise="today")
    if request.htmx:  # type: ignore[attr-defined]
        answer = HttpResponse(status=204, headers={"HX-Redirect": answer.headers["Location"]})
    return answer


def _time_to_undo(request: HttpRequest, handoff: Handoff, now: datetime) -> int:
    """How many seconds this member can still undo that they resolved it: now, or a moment ago by
    the first of two presses, whose answer nobody saw. 0 when it was somebody else, or long ago.
    """
    handoff.refresh_from_db(fields=["resolved_at", "resolved_by"])
    if handoff.resolved_at is None or handoff.resolved_by != _by(request):
        return 0
    left = handoff.resolved_at + handoffs.UNDO - now
    return max(0, ceil(left.total_seconds()))


def _tell_resolved(request: HttpRequest, handoff: Handoff, said: str, left: int) -> None:
    told = said % {"name": handoff.candidate.name}
    undo = reverse("reopen-handoff", args=[handoff.id])
    tell(request, told, undo=undo, soon=_going_on(left) if handoff.freeze_id else None)


def _going_on(left: int) -> Soon:
    said = _("Automation goes on in %(seconds)s seconds.") % {"seconds": left}
    return Soon(said, _("Automation goes on."))


@require_POST
def reopen(request: HttpRequest, key: UUID) -> HttpResponse:
    """It was resolved too soon. What left meanwhile is said."""
    handoff = pages.handoff_of(request, key)
    found = handoffs.reopen(handoff, by=_by(request), at=clock.now())
    tell(request, _reopened(found, handoff))
    there = reverse("handoff", args=[found.handoff.id])
    if request.POST.get("next", "").startswith(reverse("inbox")):
        return redirect(there)
    return back(request, otherwise=there)


def _reopened(found: Reopened, handoff: Handoff) -> str:
    said = [_("It is open again.")]
    if found.handoff.id != handoff.id:
        said = [_("Another one was opened for the same reason meanwhile: this is it.")]
    if found.handoff.freeze_id:
        said.append(_("Automation is silent."))
    if left := len(found.left):
        more = ngettext(
            "%(n)s message went out meanwhile: it is below.",
            "%(n)s messages went out meanwhile: they are below.",
            left,
        )
        said.append(more % {"n": left})
    return " ".join(said)
