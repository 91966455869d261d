"""The settings of a stage: whether it ends the run, and its limits. They save themselves."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from followthrough.governance.documents import LimitsDocument
from followthrough.journeys import drafts, edits
from followthrough.journeys.definition import STAGES
from followthrough.journeys.problems import DocumentError
from followthrough.journeys.refusals import Conflict
from followthrough.people.stages import Stage
from followthrough.web.console.editor import conflicts, limits
from followthrough.web.console.editor import saved as became
from followthrough.web.console.editor.common import Desk, desk, who
from followthrough.web.console.editor.limits import MORE, Limits
from followthrough.web.console.editor.saved import DONE, Saved

ENDINGS = [
    (
        "",
        gettext_lazy("As usual: Hired, Not moving forward and Withdrawn do; the others do not"),
    ),
    ("yes", gettext_lazy("Yes: what stands here still goes out, and then nothing")),
    ("no", gettext_lazy("No: the application goes on")),
]
ENDS = {"yes": True, "no": False}


class Sheet(NamedTuple):
    """A stage on its form: what was sent or is stored, and the digest of what they saw."""

    desk: Desk
    stage: str
    filled: Limits
    ends: str
    seen: str

    @property
    def part(self) -> str:
        return f"stage:{self.stage}"


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: UUID, stage: str) -> HttpResponse:
    """The form; a POST saves it."""
    if stage not in STAGES:
        raise Http404("There is no such stage.")
    here = desk(request, key)
    if request.method != "POST":
        return _shown(request, _stored(here, stage))
    act, given = request.POST.get("act", ""), request.POST
    filled = limits.sent(given, more=act == MORE)
    sheet = Sheet(here, stage, filled, given.get("ends", ""), given.get("seen", ""))
    return _shown(request, sheet) if act == MORE else _save(request, sheet, act)


def _stored(here: Desk, stage: str) -> Sheet:
    standing = edits.part(here.draft.document, f"stage:{stage}")
    own = LimitsDocument.model_validate(standing.get("limits", {}))
    filled = limits.standing(own, here.map.organization_id)
    ends = next((said for said, ends in ENDS.items() if ends is standing.get("ends")), "")
    return Sheet(here, stage, filled, ends, drafts.digest(here.draft, f"stage:{stage}"))


def _save(request: HttpRequest, sheet: Sheet, act: str) -> HttpResponse:
    if not sheet.filled.valid():
        return _refused(request, sheet, limits.problems(sheet.filled)[0])
    try:
        _store(request, sheet)
    except Conflict as conflict:
        return _conflict(request, sheet, conflict)
    except (ValueError, DocumentError) as problem:
        return _refused(request, sheet, str(problem))
    key = sheet.desk.map.id
    if request.htmx:  # type: ignore[attr-defined]
        draft = desk(request, key).draft
        saved = Saved(at=draft.edited_at)
        return became.answer(request, saved, seen=drafts.digest(draft, sheet.part))
    if act == DONE:
        return redirect(f"{reverse('edit-map', args=[key])}#stage-{sheet.stage}")
    return redirect("edit-stage", key, sheet.stage)


def _store(request: HttpRequest, sheet: Sheet) -> None:
    kept = edits.part(sheet.desk.draft.document, sheet.part).get("limits", {})
    given = {"ends": ENDS.get(sheet.ends), "limits": limits.document(sheet.filled, kept)}
    drafts.save_stage(sheet.desk.map, sheet.stage, given, seen=sheet.seen, who=who(request))


def _refused(request: HttpRequest, sheet: Sheet, why: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return became.answer(request, Saved(problem=why), seen=sheet.seen)
    return _shown(request, sheet, wrong=why)


def _conflict(request: HttpRequest, sheet: Sheet, conflict: Conflict) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        saved = Saved(conflict=conflicts.who_and_when(conflict))
        return became.answer(request, saved, seen=sheet.seen)
    now = sheet._replace(seen=drafts.digest(conflict.draft, sheet.part))
    return _shown(request, now, wrong=became.first_said(conflict), conflict=conflict)


def _shown(
    request: HttpRequest, sheet: Sheet, *, wrong: str = "", conflict: Conflict | None = None
) -> HttpResponse:
    shown = {
        "desk": sheet.desk, "stage": sheet.stage, "stage_name": Stage(sheet.stage).label,
        "hours": sheet.filled.hours, "caps": sheet.filled.caps, "ends": sheet.ends,
        "endings": ENDINGS, "seen": sheet.seen, "wrong": wrong,
        "conflicting": conflicts.settings(conflict) if conflict else [],
    }  # fmt: skip
    return render(request, "console/editor/stage.html", shown, status=400 if wrong else 200)
