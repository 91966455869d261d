"""The page that the link of an invitation opens, for whoever was invited."""

from __future__ import annotations

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from followthrough.accounts.members import AlreadyMember
from followthrough.accounts.models import Invitation, Member, User
from followthrough.people import invitations
from followthrough.web.console.access import ORGANIZATION
from followthrough.web.console.forms import JoinForm
from followthrough.web.console.sign_in import BACKEND


@never_cache
@sensitive_post_parameters("password", "again")
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what, and what is needed to join. Only a POST does."""
    try:
        invitation = invitations.find(token)
        return _page(request, invitation, token)
    except (invitations.Unusable, AlreadyMember) as problem:
        return render(request, "console/invitation_over.html", {"problem": problem}, status=410)


def _page(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if request.user.is_authenticated:
        return _signed_in(request, invitation, token)
    if User.objects.filter(email=invitation.email).exists():
        return _shown(request, invitation, "known")
    return _new(request, invitation, token)


def _signed_in(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """One button for whom it is meant; anybody else is told whose it is."""
    if request.user.email != invitation.email:
        return _shown(request, invitation, "other", status=403 if request.method == "POST" else 200)
    if request.method != "POST":
        return _shown(request, invitation, "ready")
    return _joined(request, invitations.accept(token, user=request.user))


def _new(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """A name and a password, and they are in."""
    given = {"initial": {"name": invitation.name}, "email": invitation.email}
    form = JoinForm(request.POST, **given) if request.method == "POST" else JoinForm(**given)
    if not form.is_valid():
        return _shown(request, invitation, "new", form=form, status=400 if form.is_bound else 200)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    member = invitations.accept_newly(token, name=name, password=password)
    auth.login(request, member.user, backend=BACKEND)
    return _joined(request, member)


def _joined(request: HttpRequest, member: Member) -> HttpResponse:
    request.session[ORGANIZATION] = str(member.organization_id)
    return redirect("today")


def _shown(
    request: HttpRequest, invitation: Invitation, who: str, *, form: JoinForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    shown = {"invitation": invitation, "who": who, "form": form}
    return render(request, "console/invitation.html", shown, status=status)
