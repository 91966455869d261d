"""The page on which candidates choose what they get, and the one click in their mail program.

The token in the address is all that lets somebody in: no cookie is read or set, so there is no
session that a page elsewhere could misuse, and no need of Django's CSRF token. Nothing is changed
by opening a link: mail scanners and previews do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from followthrough.core import clock
from followthrough.people import links
from followthrough.people.models import Candidate, ContactPoint
from followthrough.runs import choices
from followthrough.web.portal import chosen, limits, texts
from followthrough.web.portal.seen import Sight, sight

CLICK = ("List-Unsubscribe", "One-Click")
HOW = 'Send "List-Unsubscribe=One-Click" in the body of a POST, as a form (RFC 8058).\n'
PRIVATE = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
View = Callable[[HttpRequest, str], HttpResponse]


def linked(view: View) -> View:
    """A view whose token is its credential: for nobody else's eyes, and left alone by robots."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        for name, value in PRIVATE.items():
            response.headers[name] = value
        return response

    return answer


@linked
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What a candidate gets, and everything they can choose instead. Only a POST chooses."""
    candidate = _candidate(token)
    if candidate is None:
        return _nowhere(request)
    given = request.POST if request.method == "POST" else request.GET
    seen = sight(candidate, texts.spoken(given.get("language", ""), candidate.locale))
    if request.method == "POST":
        return _chosen(request, seen)
    return _shown(seen, done=request.GET.get("done", ""))


@linked
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: a POST of a mail program opts the address out at once; whoever opens the link
    gets to the page."""
    point = _point(token)
    if point is None:
        return _nowhere(request)
    if request.method != "POST":
        return HttpResponseRedirect(_path(links.preferences(point.candidate_id)))
    if _form(request).get(CLICK[0]) != CLICK[1]:
        return HttpResponse(HOW, status=400, content_type="text/plain; charset=utf-8")
    choices.unsubscribe(point, at=clock.now())
    return HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")


def _form(request: HttpRequest) -> dict[str, str]:
    """What was sent; nothing, where it cannot be read as a form."""
    try:
        return request.POST.dict()
    except (BadRequest, MultiPartParserError):
        return {}


# --- who it is -----------------------------------------------------------------------------------


def _candidate(token: str) -> Candidate | None:
    """Whose token it is. A bad one is looked up as well, so that it takes as long as any other."""
    read = links.read(links.OF_CANDIDATE, token)
    rows = Candidate.objects.select_related("organization")
    found = rows.in_bulk([one.key for one in read])
    return next((found[one.key] for one in read if one.good and one.key in found), None)


def _point(token: str) -> ContactPoint | None:
    """The mail address that a token is of."""
    read = links.read(links.OF_ADDRESS, token)
    found = ContactPoint.objects.filter(kind="email").in_bulk([one.key for one in read])
    return next((found[one.key] for one in read if one.good and one.key in found), None)


def _nowhere(request: HttpRequest) -> HttpResponse:
    """The same for a token that was made up or cut off and for somebody who was erased. Whoever
    tries many is told so."""
    often = limits.unknown_link(request)
    t = texts.of(texts.spoken(*request.headers.get("Accept-Language", "").split(",")))
    html = render_to_string("portal/nowhere.html", {"t": t})
    return _in_language(HttpResponse(html, status=429 if often else 404), t)


# --- what is shown, and what is chosen -----------------------------------------------------------


def _shown(seen: Sight, *, done: str = "", wrong: str = "", status: int = 200) -> HttpResponse:
    html = render_to_string("portal/preferences.html", seen.told(done=done, wrong=wrong))
    return _in_language(HttpResponse(html, status=status), seen.t)


def _in_language(response: HttpResponse, t: texts.Texts) -> HttpResponse:
    response.headers["Content-Language"] = t.language
    return response


def _chosen(request: HttpRequest, seen: Sight) -> HttpResponse:
    """Do what was chosen, and show the page anew; or say why nothing was changed."""
    try:
        choice = chosen.read(request.POST, seen.place)
        _check(request, seen, choice)
    except chosen.Refused as problem:
        return _shown(seen, wrong=problem.code, status=429 if problem.code == "too_often" else 400)
    wish = choices.choose(
        seen.candidate.id, choice.change, choice=choice.code, seen=seen.evidence,
        at=seen.place.now, reopen=list(choice.reopen), undoes=choice.undoes, hear=choice.hear,
    )  # fmt: skip
    number = wish.number if wish else 0
    return HttpResponseRedirect(
        f"{request.path}?done={number}&language={seen.t.language}", status=303
    )


def _check(request: HttpRequest, seen: Sight, choice: chosen.Chosen) -> None:
    """Getting more takes that one has read to what one agrees; stopping works at any time."""
    if choice.widens and request.POST.get("shown") != seen.stamp:
        raise chosen.Refused("stale")
    if limits.choice(str(seen.candidate.id)) and choice.code != "stop":
        raise chosen.Refused("too_often")


def _path(url: str) -> str:
    return url.removeprefix(settings.PUBLIC_URL)
