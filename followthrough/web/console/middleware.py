"""What every request of the console passes through, in the order of the settings."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation

from followthrough.accounts import clock
from followthrough.core.zones import known_zones
from followthrough.web import permissions
from followthrough.web.console import errors
from followthrough.web.console.access import admit

View = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)


def content_security_policy(get_response: View) -> View:
    """Nothing is loaded from elsewhere, and no script or style runs from within a page."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return answer


def business_clock(get_response: View) -> View:
    """Follow the installation's business clock, whichever process moved it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        clock.load()
        return get_response(request)

    return answer


def viewer_zone(get_response: View) -> View:
    """Show times in the zone of whoever looks: their browser says which (console.js)."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        name = request.COOKIES.get("zone", "")
        with timezone.override(ZoneInfo(name) if name in known_zones() else None):
            return get_response(request)

    return answer


def chosen_language(get_response: View) -> View:
    """Speak the language that whoever has signed in chose, else the one their browser asks for."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
        return get_response(request)

    return answer


def said_in_words(get_response: View) -> View:
    """A method that an address does not take is refused with a page; programs need none."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        found = request.resolver_match
        program = found is not None and found.view_name in permissions.OWN_CREDENTIALS
        if response.status_code != 405 or program:
            return response
        return errors.not_taken(request, response.headers.get("Allow", ""))

    return answer


class deny_by_default:  # noqa: N801  named like the functions beside it
    """Only what the permission matrix opens to whoever asks is shown (`web.permissions`)."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, given: dict
    ) -> HttpResponseBase | None:
        found = request.resolver_match
        return admit(request, found.view_name if found else "")
