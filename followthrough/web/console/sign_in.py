"""Getting in: by address and password, and in the demo by a one-time link; and out again."""

from __future__ import annotations

import ipaddress
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from followthrough.accounts import sign_in
from followthrough.accounts.models import User
from followthrough.web.console.access import READ, UNSAVED

BACKEND = settings.AUTHENTICATION_BACKENDS[0]
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


class Page(LoginView):
    """The sign-in: django-allauth's, with what led here."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With why somebody had to sign in again, and whether anybody can."""
        ended = self.request.GET.get("ended", "")
        return {
            **super().get_context_data(**kwargs),
            "ended": ended if ended in (READ, UNSAVED) else "",
            "nobody": not User.objects.exists(),
        }


@never_cache
def with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Redeem a one-time link of the demo. Only a POST does: mail scanners open links, but press no
    buttons. Anywhere but in the demo, and from anywhere but its own machine, there is no such page.
    """
    if not (settings.DEMO and came_over_loopback(request)):
        raise Http404
    if request.method != "POST":
        return render(request, "console/sign_in_link.html")
    user = sign_in.redeem(token)
    if user:
        auth.login(request, user, backend=BACKEND)
    elif not request.user.is_authenticated:  # whoever used it here before just goes on
        return render(request, "401.html", status=401)
    return redirect("demo:home")


@require_POST
def out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return redirect("account_login")


def came_over_loopback(request: HttpRequest) -> bool:
    """Whether both ends of the connection are this machine, and nobody handed the request on.

    The name matters as well: a page elsewhere may give its own name the address 127.0.0.1.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    host, _port = split_domain_port(request.get_host())
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and is_loopback(host)


def is_loopback(name: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
