"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from followthrough.core import clock


def frame(request: HttpRequest) -> dict[str, Any]:
    """For every template: who looks, whether this is the demo, and a moved clock."""
    member = getattr(request, "member", None)
    return {
        "member": member,
        "organization": member and member.organization,
        "demo": settings.DEMO,
        "this_page": request.get_full_path(),
        "clock_shift": clock.shift(),
        "now": clock.now(),
        "viewer_zone": timezone.get_current_timezone_name(),
    }


def back(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """After an act: to the page it came from (`next` in the form), if that is one of ours."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return redirect(page if ours else otherwise)
