"""Settings that are everybody's own, and what everybody may know: who may do what, and where."""

from __future__ import annotations

from importlib.metadata import version
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followthrough.accounts import postal, sign_in
from followthrough.web import permissions
from followthrough.web.console.access import ORGANIZATION, actor
from followthrough.web.console.forms import AccountForm, AddressForm
from followthrough.web.console.frame import tell


def page(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    form = AccountForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        tell(request, _("Saved."))
        return redirect("settings")
    places = request.places_of_work if len(request.places_of_work) > 1 else []
    shown = {"form": form, "places_of_work": places}
    return render(
        request, "console/settings/account.html", shown, status=400 if form.errors else 200
    )


@require_POST
def out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    sign_in.end_sessions(request.user)
    update_session_auth_hash(request, request.user)
    tell(request, _("You are signed out everywhere else."))
    return redirect("settings")


@require_POST
def switch(request: HttpRequest, key: UUID) -> HttpResponse:
    """Go on in another organization that one works in."""
    if key not in {one.organization_id for one in request.places_of_work}:
        raise Http404
    request.session[ORGANIZATION] = str(key)
    return redirect("today")


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """The permission matrix, as it is enforced."""
    here = {"develop": settings.DEBUG, "demo": settings.DEMO}
    lines = [
        (one.said, [(role, role.value in one.roles) for role in permissions.COLUMNS])
        for one in permissions.ABILITIES
        if here.get(one.code, True)
    ]
    shown = {"roles": permissions.COLUMNS, "lines": lines}
    return render(request, "console/settings/roles.html", shown)


@require_safe
def organization(request: HttpRequest) -> HttpResponse:
    """Where one works, and what runs here."""
    return _organization(request, AddressForm(instance=request.member.organization))


@require_POST
def postal_address(request: HttpRequest) -> HttpResponse:
    """Change what the foot of each mail says of where the company is."""
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _organization(request, form)
    address = form.cleaned_data["postal_address"]
    postal.change(request.member.organization, address, by=actor(request))
    tell(request, _("Saved. From now on it stands in the foot of each mail."))
    return redirect("organization")


def _organization(request: HttpRequest, form: AddressForm) -> HttpResponse:
    shown = {"version": version("followthrough"), "address": settings.PUBLIC_URL, "form": form}
    return render(
        request, "console/settings/organization.html", shown, status=400 if form.errors else 200
    )
