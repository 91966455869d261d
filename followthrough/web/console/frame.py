"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from followthrough.core import clock


def frame(request: HttpRequest) -> dict[str, Any]:
    """For every template: who looks, whether this is the demo, and a moved clock."""
    member = getattr(request, "member", None)
    return {
        "member": member,
        "organization": member and member.organization,
        "demo": settings.DEMO,
        "clock_shift": clock.shift(),
        "now": clock.now(),
        "viewer_zone": timezone.get_current_timezone_name(),
    }
