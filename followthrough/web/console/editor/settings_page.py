"""The settings of a map and of its stages: forms that say what is wrong, and see who came first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from followthrough.governance.documents import LimitsDocument
from followthrough.journeys import drafts, edits
from followthrough.journeys.definition import CHANNELS, STAGES
from followthrough.journeys.problems import DocumentError
from followthrough.journeys.refusals import Conflict
from followthrough.people.stages import Stage
from followthrough.web.console import map_words
from followthrough.web.console.editor import (
    conflicts,
    contents,
    limits,
    offered,
    offsets,
    preview,
    settings_form,
)
from followthrough.web.console.editor.common import Desk, desk, who
from followthrough.web.console.editor.given import Given, Wrong
from followthrough.web.console.editor.limits import Limits
from followthrough.web.console.frame import tell

MORE = "add"  # the button of `policies/caps.html`
ENDS = [
    ("", gettext_lazy("As such a stage does by itself")),
    ("yes", gettext_lazy("Yes: what stands here still goes out, and then nothing")),
    ("no", gettext_lazy("No: the application goes on")),
]
UNMATCHED = [
    ("continue", gettext_lazy("goes on as before")),
    ("pause", gettext_lazy("pauses: nothing goes out until a rule fits again")),
    ("end", gettext_lazy("ends: what is planned is dropped")),
]


# --- a stage -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: HttpRequest, key: UUID, stage: str) -> HttpResponse:
    """Whether a stage ends the run, and its limits."""
    if stage not in STAGES:
        raise Http404("There is no such stage.")
    here, part = desk(request, key), f"stage:{stage}"
    standing = edits.part(here.draft.document, part)
    if request.method != "POST":
        found = limits.standing(LimitsDocument.model_validate(standing.get("limits", {})))
        ends = {True: "yes", False: "no"}.get(standing.get("ends"), "")
        return _stage(request, here, stage, found, ends=ends)
    more = request.POST.get("act") == MORE
    filled, ends = limits.sent(request.POST, more=more), request.POST.get("ends", "")
    seen = request.POST.get("seen", "")
    if more or not filled.valid():
        return _stage(request, here, stage, filled, ends=ends, seen=seen, wrong="" if more else "…")
    try:
        given = {
            "ends": {"yes": True, "no": False}.get(ends),
            "limits": limits.document(filled, standing.get("limits", {})),
        }
        drafts.save_stage(here.map, stage, given, seen=seen, who=who(request))
    except Conflict as conflict:
        here = desk(request, key)
        return _stage(request, here, stage, filled, ends=ends, conflict=conflict)
    except (ValueError, DocumentError) as problem:
        return _stage(request, here, stage, filled, ends=ends, seen=seen, wrong=str(problem))
    tell(request, _("Saved: %(stage)s.") % {"stage": Stage(stage).label})
    return redirect(f"{reverse('edit-map', args=[key])}#stage-{stage}")


def _first(conflict: Conflict) -> str:
    """What whoever saves second is told; the form keeps what they wrote."""
    return _(
        "%(who)s changed this meanwhile. What you wrote still stands here: see below where the two"
        " differ, and save again if yours is right."
    ) % {"who": conflicts.who_and_when(conflict)}


def _stage(
    request: HttpRequest, here: Desk, stage: str, filled: Limits, *, ends: str, seen: str = "",
    wrong: str = "", conflict: Conflict | None = None,
) -> HttpResponse:  # fmt: skip
    wrong = _first(conflict) if conflict else wrong
    shown = {
        "desk": here, "stage": stage, "stage_name": Stage(stage).label, "hours": filled.hours,
        "caps": filled.caps, "ends": ends, "endings": ENDS,
        "wrong": wrong if wrong != "…" else _("Something cannot be read: see below."),
        "seen": seen or drafts.digest(here.draft, f"stage:{stage}"),
        "conflicting": conflicts.settings(conflict) if conflict else [],
    }  # fmt: skip
    return render(request, "console/editor/stage.html", shown, status=400 if wrong else 200)


# --- the map -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, key: UUID) -> HttpResponse:
    """Name, languages, what asks answer that have no reply of their own, limits."""
    here = desk(request, key)
    if request.method != "POST":
        filled = limits.standing(here.document.limits)
        return _settings(request, here, settings_form.fields(here.draft), filled)
    given, more = Given.of(request.POST), request.POST.get("act") == MORE
    filled, wrong = limits.sent(request.POST, more=more), {}
    raw = settings_form.read(given, _locales(request, here), wrong)
    if more or wrong or not filled.valid():
        return _settings(request, here, given, filled, wrong=wrong)
    try:
        kept = here.draft.document.get("limits", {})
        raw["limits"] = limits.document(filled, kept)
        _store(request, here, given, raw)
    except Conflict as conflict:
        now = Given(given | {"seen": [drafts.digest(conflict.draft, "settings")]})
        return _settings(request, here, now, filled, conflict=conflict)
    except (ValueError, DocumentError) as problem:
        return _settings(request, here, given, filled, wrong={"": str(problem)})
    tell(request, _("The settings are saved."))
    return redirect("edit-map", key)


def _store(request: HttpRequest, here: Desk, given: Given, raw: dict[str, Any]) -> None:
    """A map that was never published is listed by the name it is given here."""
    drafts.save_settings(
        here.map, raw, languages=settings_form.languages(given), seen=given.one("seen"),
        who=who(request),
    )  # fmt: skip
    if not here.map.versions.exists():
        here.map.name = raw["name"]
        here.map.save(update_fields=["name"])


def _locales(request: HttpRequest, here: Desk) -> list[str]:
    member = request.member  # type: ignore[attr-defined]
    return offered.languages(here.draft, here.document, member)


def _settings(
    request: HttpRequest, here: Desk, given: Given, filled: Limits, *, wrong: Wrong | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:  # fmt: skip
    locales = _locales(request, here)
    wrong = {"": _first(conflict)} if conflict else wrong
    company = request.member.organization.name  # type: ignore[attr-defined]
    somebody = preview.invented(company, here.document)
    hung = [one for one in here.document.anchors.values() if one]
    times = list(dict.fromkeys([*hung, "interview_start", "start_date"]))
    shown = {
        "desk": here, "values": {name: given.one(name) for name in given},
        "hours": filled.hours, "caps": filled.caps, "notes": wrong or {},
        "lengths": offsets.LENGTHS if given.one("settle_unit") != offsets.SECONDS
        else [(offsets.SECONDS, _("seconds")), *offsets.LENGTHS],
        "unmatched": UNMATCHED, "locales": locales,
        "languages": map_words.languages(locales), "chosen": given.all("languages") or locales,
        "replies": _replies(given, locales),
        "blanks": preview.blanks(here.document, times, somebody), "sample": somebody,
        "seen": given.one("seen") or drafts.digest(here.draft, "settings"),
        "conflicting": conflicts.settings(conflict) if conflict else [],
    }  # fmt: skip
    return render(request, "console/editor/settings.html", shown, status=400 if wrong else 200)


def _replies(given: Given, locales: list[str]) -> dict[str, Any]:
    """The texts of each answer: by channel and language, with the names of their fields."""
    return {
        short: [
            {
                "channel": channel, "locale": locale, "language": map_words.language(locale),
                "fields": [
                    {"name": name, "part": part, "value": given.one(name)}
                    for part in contents.TEXTS[channel]
                    for name in [contents.name(short, channel, locale, part)]
                ],
            }
            for channel in CHANNELS for locale in locales
        ]
        for short in ("yes", "no")
    }  # fmt: skip
