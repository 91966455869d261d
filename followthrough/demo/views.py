"""The demo's pages: everything side by side, the ATS by itself, the phone by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from followthrough.core import clock
from followthrough.demo import desk, panels
from followthrough.runs.models import Executor
from followthrough.web.console import live

FRESH = timedelta(seconds=6)  # a worker that beats is not silent for longer


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The ATS, the candidate's phone and the product, next to each other."""
    return _page(request, "home")


@require_safe
def ats(request: HttpRequest) -> HttpResponse:
    """The simulated ATS by itself."""
    return _page(request, "ats")


@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """The candidate's phone by itself."""
    return _page(request, "phone")


def _page(request: HttpRequest, page: str) -> HttpResponse:
    context = desk.shown(request, page)
    chosen = context["chosen"]
    if chosen and not context["asked"]:
        return redirect(context["this_page"])  # the address says whom: they stay when reloaded
    found, heard = panels.panels(context), panels.heard(context)
    html = {name: panels.finished(request, one) for name, one in found.items()}
    context |= {
        "versions": _versions(found, heard),
        "panels": html,
        "windows": [(one, _window(html, one.channel)) for one in context.get("threads", ())],
        "regions": ["phone", "walk", "clock", *(f"trouble-{kind}" for kind in _kinds(context))],
    }
    missing = context["asked"] and not chosen
    return render(request, f"demo/{page}.html", context, status=404 if missing else 200)


def _window(html: Mapping[str, str], channel: str) -> dict[str, str]:
    """The panels of one thread on the phone."""
    return {part: html[f"{part}-{channel}"] for part in panels.OF_THREAD}


def _kinds(context: dict[str, Any]) -> list[str]:
    return [card.button.kind for card in context.get("troubles", ())]


def _versions(found: dict[str, str], heard: dict[str, str]) -> dict[str, str]:
    said = {f"heard-{name}": live.version_of(text) for name, text in heard.items()}
    return panels.versions(found) | said


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """204 when nothing changed; else the changed panels, swapped in by their ids."""
    page = request.GET.get("page", "home")
    context = desk.shown(request, page if page in panels.PAGES else "home")
    found, heard = panels.panels(context), panels.heard(context)
    versions = _versions(found, heard)
    new = {name for name, one in versions.items() if request.GET.get(f"v-{name}") != one}
    if not new:
        return HttpResponse(status=204)
    told = [found[name] for name in found if name in new]
    aloud = {name: text for name, text in heard.items() if f"heard-{name}" in new}
    answer = render_to_string("demo/live.html", {**context, "versions": versions, "aloud": aloud})
    return HttpResponse(panels.finished(request, answer + "".join(told)))


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """204 when the pages are there and a worker is at work; 202 until then."""
    beats = Executor.objects.filter(beat_at__gt=clock.wall() - FRESH)
    return HttpResponse(status=204 if beats.exists() else 202)
