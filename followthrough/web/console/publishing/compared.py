"""Any two versions of a map, side by side."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.journeys import versions
from followthrough.journeys.models import MessageMap, Version
from followthrough.web.console import names
from followthrough.web.console.access import own
from followthrough.web.console.publishing import compare


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Version `to` beside version `from`; unless they are said, the newest beside the one before.

    Raises Http404 for a version that is not there.
    """
    map = own(request, MessageMap, key)
    found = list(Version.objects.filter(map=map).defer("document", "source").order_by("-number"))
    given = {"map": map, "versions": found, "authors": names.of_authors(v.author_id for v in found)}
    if found:
        after = _chosen(found, request.GET.get("to"), found[0].number)
        before = _chosen(found, request.GET.get("from"), max(1, after.number - 1))
        given |= {
            "before": before,
            "after": after,
            "compared": compare.compare(versions.document(before.id), versions.document(after.id)),
        }
    return render(request, "console/publishing/compared.html", given)


def _chosen(found: list[Version], asked: str | None, otherwise: int) -> Version:
    number = int(asked) if asked and asked.isdecimal() and len(asked) < 10 else otherwise
    chosen = next((one for one in found if one.number == number), None)
    if chosen is None:
        raise Http404("The map has no such version.")
    return chosen
