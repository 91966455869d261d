"""Members: who works here as what, and who is invited. For those who may change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from followthrough.accounts import mail, members
from followthrough.accounts.models import Invitation, Member, Organization
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.people import invitations, scopes
from followthrough.people.invitations import Invited
from followthrough.people.models import Site
from followthrough.web import permissions
from followthrough.web.console.access import actor, own
from followthrough.web.console.forms import ALL, SOME, InviteForm, RoleForm
from followthrough.web.console.frame import tell


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everybody who has access, and everybody who is invited."""
    mine = request.member.organization
    sites = list(Site.objects.filter(organization=mine).order_by("name"))
    shown = {
        "people": [(one, scopes.names(scopes.of(one), sites)) for one in _people(mine)],
        "invited": _invited(mine, sites),
        "wall": clock.wall(),
    }
    return render(request, "console/settings/members.html", shown)


@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the answer has the link, which is seen this once."""
    mine = request.member.organization
    form = InviteForm(request.POST or None, organization=mine)
    if request.method == "POST" and form.is_valid():
        try:
            return _handed_out(request, _invite(request, form))
        except (members.AlreadyMember, invitations.InvitedAlready) as problem:
            form.add_error("email", str(problem))
    status = 400 if request.method == "POST" else 200
    return render(request, "console/settings/invite.html", {"form": form}, status=status)


@never_cache
@require_POST
def renew(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make a new link; the one before is dead."""
    made = invitations.renew(own(request, Invitation, key), by=actor(request))
    if made:
        return _handed_out(request, made)
    messages.error(request, _("This invitation is no longer open: nothing was changed."))
    return redirect("members")


@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Make the link worthless."""
    invitation = own(request, Invitation, key)
    if invitations.withdraw(invitation, by=actor(request)):
        tell(request, _("The invitation of %(who)s is withdrawn.") % {"who": invitation.email})
    return redirect("members")


def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """A member's role and scope, and the end of their access."""
    member = own(request, Member.objects.select_related("user", "organization"), key)
    form = RoleForm(
        request.POST or None, organization=member.organization, initial=_present(member)
    )
    if request.method == "POST" and form.is_valid():
        return _changed(request, member, form)
    shown = {"form": form, "person": member, "themselves": member.id == request.member.id}
    return render(
        request, "console/settings/member.html", shown, status=400 if form.errors else 200
    )


@require_POST
def end(request: HttpRequest, key: UUID) -> HttpResponse:
    """End a member's access and their sessions."""
    member = own(request, Member.objects.select_related("user", "organization"), key)
    try:
        members.end(member, by=actor(request))
    except members.LastOwner as problem:
        messages.error(request, str(problem))
        return redirect("member", key=key)
    undo = reverse("restore-access", args=[key])
    tell(request, _("%(who)s has no access any more.") % {"who": member.user.name}, undo=undo)
    return redirect("members")


@require_POST
def restore(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give access back as it was: the undo of its end."""
    member = own(request, Member.ever.select_related("user"), key)
    if members.restore(member, by=actor(request)):
        tell(request, _("%(who)s has access again, as before.") % {"who": member.user.name})
    return redirect("members")


def _people(organization: Organization) -> list[Member]:
    """In the order of the matrix, then by name."""
    order = [When(role=role, then=Value(at)) for at, role in enumerate(permissions.COLUMNS)]
    found = Member.objects.filter(organization=organization).select_related("user")
    ranked = found.annotate(rank=Case(*order, output_field=IntegerField()))
    return list(ranked.prefetch_related("scopes").order_by("rank", "user__name", "id"))


def _invited(organization: Organization, sites: list[Site]) -> list[Any]:
    """Open invitations, each with what it is for and who made it."""
    found = list(invitations.opened(organization))
    ids = {
        one.invited_by.partition(":")[2] for one in found if one.invited_by.startswith("member:")
    }
    people = Member.ever.filter(id__in=ids).select_related("user")
    names = {f"member:{one.id}": one.user.name for one in people}
    for one in found:
        one.inviter = names.get(one.invited_by, "")  # '': the command line
    return [(one, scopes.names(invitations.width(one), sites)) for one in found]


def _invite(request: HttpRequest, form: InviteForm) -> Invited:
    given = form.cleaned_data
    return invitations.invite(
        organization=request.member.organization,
        email=given["email"],
        name=given["name"],
        role=given["role"],
        width=form.width(),
        by=actor(request),
    )


def _handed_out(request: HttpRequest, made: Invited) -> HttpResponse:
    """Mail the link where mails leave; elsewhere, or when it fails, show it to be handed over."""
    link = f"{settings.PUBLIC_URL}{reverse('invitation', args=[made.token])}"
    about = {"invitation": made.invitation, "link": link, "inviter": request.member.user.name}
    sent = mail.send("console/mail/invitation", to=made.invitation.email, context=about)
    shown = {**about, "sent": sent, "failed": mail.leaves() and not sent}
    return render(request, "console/settings/invited.html", shown)


def _present(member: Member) -> dict[str, Any]:
    now = scopes.of(member)
    return {
        "role": member.role,
        "works_for": ALL if now == scopes.EVERYTHING else SOME,
        "sites": [str(one) for one in now.sites],
        "teams": list(now.teams),
    }


def _changed(request: HttpRequest, member: Member, form: RoleForm) -> HttpResponse:
    """Role and scope together, or neither."""
    by = actor(request)
    try:
        with transaction.atomic():
            members.change_role(member, to=form.cleaned_data["role"], by=by)
            scopes.widen_or_narrow(member, to=form.width(), by=by)
    except Explained as problem:
        messages.error(request, str(problem))
        return redirect("member", key=member.id)
    tell(request, _("Saved: it counts from %(who)s’s next page on.") % {"who": member.user.name})
    still = member.id != request.member.id or "members" in permissions.of(form.cleaned_data["role"])
    return redirect("members" if still else "settings")
