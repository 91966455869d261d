"""Letting requests in: whoever asks, their role, and the rows that are theirs.

`admit` is asked before every view (`middleware.deny_by_default`); who may open what stands in
`web.permissions`. It sets `request.member`.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode

from followthrough.accounts.models import Member
from followthrough.people import scopes
from followthrough.web import permissions

M = TypeVar("M", bound=Model)


def admit(request: HttpRequest, url: str) -> HttpResponse | None:
    """Let a request for the URL named `url` in (None), send it to the sign-in, or refuse it.

    Raises PermissionDenied: for a URL that is not in the matrix, whoever asks.
    """
    if url in permissions.OPEN or url in permissions.OWN_CREDENTIALS:
        return None
    ability = permissions.opened_by(url)
    if ability is None:
        raise PermissionDenied(f"The URL {url!r} is not in the permission matrix.")
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    request.member = _membership(request)  # type: ignore[attr-defined]
    if request.member is None or request.member.role not in ability.roles:  # type: ignore[attr-defined]
        raise PermissionDenied("The role does not include it.")
    return None


def may(request: HttpRequest, code: str) -> bool:
    """Whether who asks has the ability `code`."""
    return code in permissions.of(request.member.role)  # type: ignore[attr-defined]


def own(request: HttpRequest, rows: type[M] | QuerySet[M], key: UUID, *, candidate: str = "") -> M:
    """The row of the member's own organization; one of another is not found, like one of none.

    `candidate` is the column that leads to the candidate, where the row is about one: then it is
    found only within the member's sites and teams.
    """
    member: Member = request.member  # type: ignore[attr-defined]
    found = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    if candidate:
        found = found.filter(scopes.about(member, candidate))
    return get_object_or_404(found, organization_id=member.organization_id, id=key)


def _membership(request: HttpRequest) -> Member | None:
    mine = Member.objects.filter(user=request.user).select_related("organization", "user")
    return mine.order_by("organization__name").first()


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and afterwards back to the page (for a page that was only looked at)."""
    if request.htmx:  # type: ignore[attr-defined]
        answer = HttpResponse(status=401)
        answer["HX-Refresh"] = "true"  # the whole page then says what to do
        return answer
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    asked = {"next": wanted} if wanted not in ("", "/") else {}
    return redirect(f"{reverse('sign-in')}?{urlencode(asked)}" if asked else reverse("sign-in"))
