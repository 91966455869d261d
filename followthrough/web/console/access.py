"""Who may see what. One function per rule; a view is marked with its rule, or nobody sees it.

    @access(member)
    def today(request): ...

A rule returns None to let a request in, or the answer that turns it away, or raises
PermissionDenied (403) or Http404. `member` and what builds on it set `request.member`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from followthrough.accounts.models import Member, Role

Rule = Callable[[HttpRequest], HttpResponse | None]
V = TypeVar("V", bound=Callable[..., Any])
M = TypeVar("M", bound=Model)


def access(rule: Rule) -> Callable[[V], V]:
    """Mark a view with the rule that decides who may see it."""

    def mark(view: V) -> V:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


def anyone(request: HttpRequest) -> None:
    """Pages that are there before anybody has signed in."""


def member(request: HttpRequest) -> HttpResponse | None:
    """Whoever has signed in and belongs to an organization."""
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    request.member = _membership(request)  # type: ignore[attr-defined]
    if request.member is None:  # type: ignore[attr-defined]
        raise PermissionDenied("The user belongs to no organization.")
    return None


def worker_on_handoffs(request: HttpRequest) -> HttpResponse | None:
    """Whoever talks with candidates: every role but those that only look."""
    return member(request) or _check_role(request, not_among=(Role.READ_ONLY, Role.COMPLIANCE))


def own(request: HttpRequest, rows: type[M] | QuerySet[M], key: UUID) -> M:
    """The row of the member's own organization; one of another is not found, like one of none."""
    return get_object_or_404(rows, organization_id=request.member.organization_id, id=key)  # type: ignore[attr-defined]


def _check_role(request: HttpRequest, *, not_among: tuple[Role, ...]) -> None:
    if request.member.role in not_among:  # type: ignore[attr-defined]
        raise PermissionDenied("The role does not allow it.")


def _membership(request: HttpRequest) -> Member | None:
    mine = Member.objects.filter(user=request.user).select_related("organization", "user")
    return mine.order_by("organization__name").first()


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        answer = HttpResponse(status=401)
        answer["HX-Refresh"] = "true"  # the whole page then says what to do
        return answer
    return redirect("sign-in")
