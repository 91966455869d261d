"""Letting requests in: whoever asks, their role, and the rows that are theirs.

`admit` is asked before every view (`middleware.deny_by_default`); who may open what stands in
`web.permissions`. It sets `request.member`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from followthrough.accounts import members
from followthrough.accounts.models import Member
from followthrough.audit.facts import Actor
from followthrough.web import permissions

M = TypeVar("M", bound=Model)
Within = Callable[[Member], Q]
ORGANIZATION = "organization"  # where a session keeps which of them its pages are about
READ, UNSAVED = "read", "unsaved"  # what somebody was doing when their session had ended


def admit(request: HttpRequest, url: str) -> HttpResponse | None:
    """Let a request for the URL named `url` in (None), send it to the sign-in, or refuse it.

    Raises PermissionDenied: for a URL that is not in the matrix, whoever asks.
    """
    if url in permissions.OPEN | permissions.LINKED | permissions.OWN_CREDENTIALS:
        return None
    ability = permissions.opened_by(url)
    if ability is None:
        raise PermissionDenied(f"The URL {url!r} is not in the permission matrix.")
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    request.member = _membership(request)  # type: ignore[attr-defined]
    if request.member is None or request.member.role not in ability.roles:  # type: ignore[attr-defined]
        raise PermissionDenied("The role does not include it.")
    members.seen(request.member)  # type: ignore[attr-defined]
    return None


def recognise(request: HttpRequest) -> None:
    """Set `request.member` for a page that nobody needs to be admitted to."""
    if not hasattr(request, "member") and request.user.is_authenticated:
        request.member = _membership(request)  # type: ignore[attr-defined]


def may(request: HttpRequest, code: str) -> bool:
    """Whether who asks has the ability `code`."""
    return code in permissions.of(request.member.role)  # type: ignore[attr-defined]


def own(
    request: HttpRequest, rows: type[M] | QuerySet[M], key: UUID, *, within: Within | None = None
) -> M:
    """The row of the member's own organization; one of another is not found, like one of none.

    `within` is the condition of `people.scopes` for such rows, where they are about candidates:
    then it is found only within the member's sites and teams.
    """
    member: Member = request.member  # type: ignore[attr-defined]
    found = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    if within:
        found = found.filter(within(member))
    return get_object_or_404(found, organization_id=member.organization_id, id=key)


def actor(request: HttpRequest) -> Actor:
    """Who asks, as the audit names them."""
    return Actor("member", str(request.member.id))  # type: ignore[attr-defined]


def is_ours(page: str) -> bool:
    """Whether an address is one of our pages, named without a host: nothing else is led to."""
    return url_has_allowed_host_and_scheme(page, allowed_hosts=None)


def _membership(request: HttpRequest) -> Member | None:
    """The user's place in the organization that the session is about, else in the first."""
    mine = Member.objects.filter(user=request.user).select_related("organization", "user")
    places = list(mine.order_by("organization__name"))
    request.places_of_work = places  # type: ignore[attr-defined]
    wanted = request.session.get(ORGANIZATION)
    chosen = [one for one in places if str(one.organization_id) == wanted]
    return next(iter(chosen + places), None)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and afterwards back to the page."""
    page = _page(request)
    asked = {"next": page} if page not in ("", "/") else {}
    if lost_session(request):
        asked["ended"] = READ if request.method in ("GET", "HEAD") else UNSAVED
    to = reverse("account_login") + (f"?{urlencode(asked)}" if asked else "")
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(to)
    answer = HttpResponse(status=401)
    answer["HX-Redirect"] = to  # not into the part of the page that was asked for
    return answer


def lost_session(request: HttpRequest) -> bool:
    """Whether the browser has a session that is over: too old, or ended somewhere else."""
    sent = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return bool(sent) and not request.session.session_key


def _page(request: HttpRequest) -> str:
    """What whoever asks is looking at: the page itself, or the one that a part or form is on."""
    if request.htmx:  # type: ignore[attr-defined]
        page = request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
    elif request.method in ("GET", "HEAD"):
        page = request.get_full_path()
    else:
        page = request.POST.get("next") or came_from(request)
    return page if is_ours(page) else ""


def came_from(request: HttpRequest) -> str:
    """The page of ours that a form was sent from, without the host; '' when it is another's."""
    source = urlsplit(request.headers.get("Referer", ""))
    if source.netloc != request.get_host():
        return ""
    return f"{source.path}?{source.query}" if source.query else source.path
