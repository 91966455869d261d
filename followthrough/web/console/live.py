"""Parts of pages that keep themselves current: asked for every few seconds, sent when different.

A live part is a template whose outermost element polls (`{% live %}`, see `templatetags.live`)
with the version it has: a hash of what it shows. 204 says that nothing is different. How many wait
in the inbox belongs to every part: whatever is sent anew brings the number in the rail along.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from followthrough.web.console.frame import badge

# Filled in when the part has been compared. Nobody can know them, and so no text contains them.
CSRF = f"token-{secrets.token_hex(16)}"
VERSION = f"version-{secrets.token_hex(16)}"


def part(request: HttpRequest, template: str, context: dict[str, Any]) -> SafeString:
    """The part as HTML, for a page that includes it."""
    html, version = _rendered(request, template, context)
    return _finished(request, html, version)


def answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The part anew, or 204 when it is what the page has already (`v` in the address)."""
    html, version = _rendered(request, template, context)
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return HttpResponse(_finished(request, html + badge(request), version))


def version_of(html: str) -> str:
    """What tells two renderings apart, in whichever process they were made."""
    shown = html.replace(CSRF, "").replace(VERSION, "")
    return hashlib.blake2b(shown.encode(), digest_size=9).hexdigest()


def _rendered(request: HttpRequest, template: str, context: dict[str, Any]) -> tuple[str, str]:
    given = {**context, "csrf_token": CSRF, "version": VERSION}
    html = render_to_string(template, given, request)
    return html, version_of(html + badge(request))


def _finished(request: HttpRequest, html: str, version: str) -> SafeString:
    done = html.replace(CSRF, get_token(request)).replace(VERSION, version)
    return mark_safe(done)  # noqa: S308  (a template made it)
