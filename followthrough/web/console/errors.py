"""What people see when something cannot be shown."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from followthrough.web.console.access import came_from, is_ours, recognise


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: it came by a name that is not ours, or is no request that we can read. It may be so
    early that nobody knows who asks."""
    elsewhere = settings.PUBLIC_URL if isinstance(exception, DisallowedHost) else ""
    return render(request, "400.html", {"elsewhere": elsewhere}, status=400)


def not_taken(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: the address takes only what is `allowed` (methods, as the header has them)."""
    recognise(request)
    page = came_from(request)
    shown = {"shows": "GET" in allowed, "page": page if is_ours(page) else ""}
    answer = render(request, "405.html", shown, status=405)
    answer.headers["Allow"] = allowed
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: it is not there, or not theirs."""
    recognise(request)
    return render(request, "404.html", status=404)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: it is there, and not for them."""
    return render(request, "403.html", status=403)


def not_sure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: nobody can be sure that they sent it themselves (CSRF), so nothing was done."""
    recognise(request)
    page = came_from(request)
    shown = {"page": page if is_ours(page) else ""}
    if not request.htmx:
        return render(request, "403_csrf.html", shown, status=403)
    said = _("Nothing was changed: the page was too old. It is loaded anew; do it once more.")
    messages.error(request, said)
    answer = HttpResponse(status=403)
    answer["HX-Refresh"] = "true"
    return answer


def failed(request: HttpRequest) -> HttpResponse:
    """500: our mistake. No context processor runs: the database may be what failed."""
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html"), status=500)
