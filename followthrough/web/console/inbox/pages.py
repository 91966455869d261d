"""The page of the inbox, and its parts that keep themselves current."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.core.ids import uuid7
from followthrough.people import scopes
from followthrough.web.console import live
from followthrough.web.console.access import may, own
from followthrough.web.console.inbox import case, lanes, talk, waiting, words
from followthrough.web.console.inbox.case import Case
from followthrough.web.console.inbox.lanes import Lane
from followthrough.web.console.inbox.talk import Talk
from followthrough.web.console.inbox.wanted import Wanted, found, wanted

LIST, TALK, LANES = (f"console/inbox/{name}_live.html" for name in ("list", "talk", "lanes"))
WITH = ("candidate", "application__requisition", "owner__user")


@dataclass(frozen=True)
class Draft:
    """What stands in the typing box: nothing yet, or what could not be taken, and why."""

    key: UUID
    channel: str = ""
    subject: str = ""
    text: str = ""
    problem: str = ""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The list, and beside it the most urgent one."""
    first = found(request.member, wanted(request)).select_related(*WITH).first()  # type: ignore[attr-defined]
    return shown(request, first, chosen=False)


@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of them, beside the list."""
    return shown(request, handoff_of(request, key))


@require_safe
def live_list(request: HttpRequest) -> HttpResponse:
    """The list anew, when it has changed."""
    return live.answer(request, LIST, _list(request, wanted(request), _here(request)))


@require_safe
def live_talk(request: HttpRequest, key: UUID) -> HttpResponse:
    """The conversation anew, when it has changed; with `part=lanes` what stands above the typing
    box."""
    handoff = handoff_of(request, key)
    now_about = case.about(handoff, request.member)  # type: ignore[attr-defined]
    if request.GET.get("part") == "lanes":
        return live.answer(request, LANES, _lanes(now_about, _found_lanes(now_about)))
    return live.answer(
        request,
        TALK,
        _talk(now_about, talk.build(handoff, wall=now_about.wall, seen=now_about.seen)),
    )


def handoff_of(request: HttpRequest, key: UUID) -> Handoff:
    """The handoff, if it is about somebody whom the member may see."""
    return own(request, Handoff.objects.select_related(*WITH), key, within=scopes.about)


def shown(
    request: HttpRequest,
    handoff: Handoff | None,
    *,
    chosen: bool = True,
    draft: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page. `chosen` says that the address names the handoff: a phone shows it then."""
    asked = wanted(request)
    listing = _list(request, asked, handoff and handoff.id)
    context = {**listing, "chosen": chosen, "handoff": handoff, "reasons": Handoff.Reason.choices}
    context["list"] = live.part(request, LIST, listing)
    if handoff:
        context |= _open(request, handoff, draft)
        context["next"] = _next(asked, listing["listed"].after)
    return render(request, "console/inbox/page.html", context, status=status)


def conversation(request: HttpRequest, handoff: Handoff) -> SafeString:
    """The conversation alone, as it is now."""
    about = case.about(handoff, request.member)  # type: ignore[attr-defined]
    return live.part(
        request, TALK, _talk(about, talk.build(handoff, wall=about.wall, seen=about.seen))
    )


def acts(request: HttpRequest, handoff: Handoff) -> dict[str, Any]:
    """What the acts beside the conversation are made with."""
    asked = wanted(request)
    given = {
        "handoff": handoff,
        "asked": asked,
        "here_page": asked.to(handoff.id),
        "resolver": case.resolver(handoff),
    }
    return {**given, "assignees": case.assignees(handoff)} if may(request, "talk") else given


def _here(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("here", ""))
    except ValueError:
        return None


def _list(request: HttpRequest, asked: Wanted, here: UUID | None) -> dict[str, Any]:
    return waiting.context(request, asked, here=here)


def _next(asked: Wanted, after: UUID | None) -> str:
    """Where to go when this one is resolved: to the next, or to the list."""
    return asked.to(after) if after else asked.href


def _open(request: HttpRequest, handoff: Handoff, draft: Draft | None) -> dict[str, Any]:
    """What is shown of the open one."""
    about = case.about(handoff, request.member)  # type: ignore[attr-defined]
    said, ways = talk.build(handoff, wall=about.wall, seen=about.seen), _found_lanes(about)
    given = {
        "case": about,
        "what_next": _what_next(handoff, ways),
        "talk": live.part(request, TALK, _talk(about, said)),
        "lanes": live.part(request, LANES, _lanes(about, ways)),
        "ways": ways,
        "draft": draft or _begun(request, about, said, ways),
    }
    return given | acts(request, handoff)


def _talk(about: Case, said: Talk) -> dict[str, Any]:
    return {"case": about, "handoff": about.handoff, "said": said}


def _lanes(about: Case, ways: list[Lane]) -> dict[str, Any]:
    writable = lanes.writable(ways)
    return {"case": about, "handoff": about.handoff, "ways": ways, "writable": writable}


def _what_next(handoff: Handoff, ways: list[Lane]) -> str:
    """What to do about it; '' when it has been done."""
    writable = lanes.writable(ways)
    return "" if handoff.resolved_at else words.what_next(handoff, writable=writable)


def _found_lanes(about: Case) -> list[Lane]:
    return lanes.lanes(about.handoff, wall=about.wall, now=clock.now())


def _begun(request: HttpRequest, about: Case, said: Talk, ways: list[Lane]) -> Draft:
    """An empty box, or (`again` in the address) the text of a message that never left."""
    key, channel = uuid7(), lanes.preferred(ways, said.last_channel)
    again = next((one for one in said.unsent if str(one.again) == request.GET.get("again")), None)
    if again:
        return Draft(key, channel, again.subject or _subject(about, said), again.text)
    return Draft(key, channel, _subject(about, said))


def _subject(about: Case, said: Talk) -> str:
    """What a mail is about, to begin with."""
    if said.last_subject:
        re = "Re: "
        return said.last_subject if said.last_subject.startswith(re) else re + said.last_subject
    opening = next((one.requisition for one in about.applications if one.requisition), None)
    return _("Your application: %(title)s") % {"title": opening.title} if opening else ""
