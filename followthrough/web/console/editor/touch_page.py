"""The form of a touch. It saves itself; who saves second sees both texts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followthrough.journeys import drafts, edits
from followthrough.journeys.models import MessageMap
from followthrough.journeys.problems import DocumentError
from followthrough.journeys.refusals import Conflict
from followthrough.web.console.access import own
from followthrough.web.console.editor import conflicts, offered, preview, touch_form, touch_view
from followthrough.web.console.editor.common import Desk, desk, who
from followthrough.web.console.editor.given import Given
from followthrough.web.console.editor.saved import Saved
from followthrough.web.console.editor.sheet import Sheet

SAVE, ROW, LANGUAGE, PUT_BACK = "save", "row", "language", "put-back"  # its buttons
ROWS = "rows"  # the conditions anew, with what fits the fields that were chosen


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: UUID, touch: str) -> HttpResponse:
    """The form; a POST saves it."""
    if request.method == "POST":
        return _save(request, key, touch)
    here = desk(request, key)
    found = edits.part(here.draft.document, f"touch:{touch}")
    if found is None:
        messages.error(request, _("This touch is not in the map any more: look at the board."))
        return redirect("edit-map", key)
    return _shown(request, _sheet(request, here, touch, touch_form.fields(found)))


def _sheet(request: HttpRequest, here: Desk, touch: str, given: Given) -> Sheet:
    member = request.member  # type: ignore[attr-defined]
    stage = here.document.stage_of.get(touch) or given.one("stage", "applied")
    found = offered.of_touch(here.draft, here.document, stage, touch, member)
    if language := _language(request):
        found = found.with_language(language)
    read = touch_form.read(given, key=touch, locales=found.locales, kinds=found.kinds)
    return Sheet(here, touch, given, found, read)


def _language(request: HttpRequest) -> str:
    """A language that somebody wants to write in besides those that are there."""
    data: QueryDict = request.POST if request.method == "POST" else request.GET
    return touch_view.language_code(data.get("language", ""))


# --- saving --------------------------------------------------------------------------------------


def _save(request: HttpRequest, key: UUID, touch: str) -> HttpResponse:
    here = desk(request, key)
    sheet = _sheet(request, here, touch, Given.of(request.POST))
    if request.POST.get("act") == ROWS and request.htmx:  # type: ignore[attr-defined]
        given = touch_view.whole(request, sheet, Saved(), spare=False)
        return render(request, "console/editor/conditions.html", given)
    if sheet.read.wrong:
        return _answer(request, sheet, Saved(wrong=len(sheet.read.wrong)), status=400)
    act = request.POST.get("act", SAVE)
    try:
        if act == PUT_BACK:
            drafts.put_back(here.map, sheet.given.one("stage"), sheet.read.touch, who=who(request))
        else:
            seen = sheet.given.one("seen")
            drafts.save_touch(here.map, touch, sheet.read.touch, seen=seen, who=who(request))
    except Conflict as conflict:
        return _conflict(request, sheet, conflict)
    except DocumentError as problem:
        return _answer(request, sheet, Saved(problem=str(problem)), status=400)
    return _saved(request, sheet, act)


def _saved(request: HttpRequest, sheet: Sheet, act: str) -> HttpResponse:
    now = sheet._replace(desk=desk(request, sheet.desk.map.id))
    if request.htmx or act == ROW:  # type: ignore[attr-defined]
        return _answer(request, now, Saved(at=now.desk.draft.edited_at), spare=act == ROW)
    here = sheet.desk.map.id
    if act in (SAVE, LANGUAGE):
        query = touch_view.query(request)
        return redirect(f"{reverse('edit-touch', args=[here, sheet.key])}{query}")
    return redirect(f"{reverse('edit-map', args=[here])}#touch-{sheet.key}")


def _conflict(request: HttpRequest, sheet: Sheet, conflict: Conflict) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _answer(request, sheet, Saved(conflict=conflicts.who_and_when(conflict)))
    return conflicts.touch(request, sheet.desk, sheet.given, sheet.key, conflict)


# --- showing -------------------------------------------------------------------------------------


def _answer(
    request: HttpRequest, sheet: Sheet, saved: Saved, *, status: int = 200, spare: bool = False
) -> HttpResponse:
    """To htmx what stands beside the form and its notes; else the page anew."""
    if not request.htmx:  # type: ignore[attr-defined]
        return _shown(request, sheet, saved, status=status, spare=spare)
    given = touch_view.beside(request, sheet, saved)
    return render(request, "console/editor/saved.html", given)


def _shown(
    request: HttpRequest,
    sheet: Sheet,
    saved: Saved | None = None,
    *,
    status: int = 200,
    spare: bool = False,
) -> HttpResponse:
    given = touch_view.whole(request, sheet, saved or Saved(), spare=spare)
    return render(request, "console/editor/touch.html", given, status=status)


@require_safe
def people(request: HttpRequest, key: UUID, touch: str) -> HttpResponse:
    """Candidates of the map that a search finds, to see the touch as one of them."""
    map = own(request, MessageMap, key)
    words = request.GET.get("q", "")[:100]
    found = preview.people(map, request.member, words)[: preview.FOUND]  # type: ignore[attr-defined]
    given = {"people": found, "map": map, "key": touch, "q": words}
    return render(request, "console/editor/people.html", given)
