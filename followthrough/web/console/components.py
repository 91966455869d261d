"""The page that shows every piece pages are made of; for developers (FOLLOWTHROUGH_DEBUG)."""

from __future__ import annotations

import re
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.web.templatetags.components import MEANINGS

ICONS = Path(__file__).parent.parent / "static" / "web" / "icons.svg"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All of them."""
    icons = re.findall(r'<symbol id="(\w+)"', ICONS.read_text())
    return render(request, "console/components.html", {"icons": icons, "meanings": MEANINGS})
