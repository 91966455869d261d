"""The live page: a question every second, answered with what has changed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from followthrough.demo import desk


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """204 when nothing changed; else the changed panels, swapped in by their ids."""
    context = desk.shown(request)
    panels = desk.panels(context)
    versions = {name: desk.version(html) for name, html in panels.items()}
    told = [panels[name] for name in panels if request.GET.get(f"v-{name}") != versions[name]]
    if not told:
        return HttpResponse(status=204)
    live = render_to_string("demo/live.html", {**context, "versions": versions})
    return HttpResponse((live + "".join(told)).replace(desk.CSRF, get_token(request)))
