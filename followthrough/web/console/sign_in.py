"""Getting in by a one-time link, and out again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from followthrough.accounts import sign_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How to get in."""
    return render(request, "console/sign_in.html")


@never_cache
def with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Redeem a one-time link. Only a POST does: mail scanners open links, but press no buttons."""
    if request.method != "POST":
        return render(request, "console/sign_in_link.html")
    user = sign_in.redeem(token)
    if user:
        auth.login(request, user, backend=BACKEND)
    elif not request.user.is_authenticated:  # whoever used it here before just goes on
        return render(request, "401.html", status=401)
    return redirect("demo:home" if settings.DEMO else "today")


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return redirect("sign-in")
