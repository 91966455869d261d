"""The settings of a map: name, languages, what asks answer that have no reply of their own, limits.
They save themselves; who saves second sees where the two differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from followthrough.journeys import drafts
from followthrough.journeys.definition import CHANNELS
from followthrough.journeys.problems import DocumentError
from followthrough.journeys.refusals import Conflict
from followthrough.web.console import map_words
from followthrough.web.console.editor import (
    ask,
    conflicts,
    contents,
    limits,
    offered,
    offsets,
    preview,
    settings_form,
)
from followthrough.web.console.editor import saved as became
from followthrough.web.console.editor.common import Desk, desk, who
from followthrough.web.console.editor.given import Given, Wrong
from followthrough.web.console.editor.limits import MORE, Limits
from followthrough.web.console.editor.saved import DONE, Saved

SETTINGS = "settings"  # the part of the draft, as `journeys.edits` names it
UNMATCHED = [
    ("continue", gettext_lazy("goes on as before")),
    ("pause", gettext_lazy("pauses: nothing goes out until a rule fits again")),
    ("end", gettext_lazy("ends: what is planned is dropped")),
]


class Sheet(NamedTuple):
    """The settings on their form: what was sent or is stored, and the languages they speak of."""

    desk: Desk
    given: Given
    filled: Limits
    locales: list[str]

    @property
    def seen(self) -> str:
        return self.given.one("seen") or drafts.digest(self.desk.draft, SETTINGS)


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, key: UUID) -> HttpResponse:
    """The form; a POST saves it."""
    here = desk(request, key)
    locales = _locales(request, here)
    if request.method != "POST":
        filled = limits.standing(here.document.limits, here.map.organization_id)
        return _shown(request, Sheet(here, settings_form.fields(here.draft), filled, locales))
    given, more = Given.of(request.POST), request.POST.get("act") == MORE
    sheet = Sheet(here, given, limits.sent(request.POST, more=more), locales)
    return _shown(request, sheet) if more else _save(request, sheet)


# --- saving --------------------------------------------------------------------------------------


def _save(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    wrong: Wrong = {}
    raw = settings_form.read(sheet.given, sheet.locales, wrong)
    if wrong or not sheet.filled.valid():
        return _refused(request, sheet, wrong)
    try:
        kept = sheet.desk.draft.document.get("limits", {})
        raw["limits"] = limits.document(sheet.filled, kept)
        _store(request, sheet, raw)
    except Conflict as conflict:
        return _conflict(request, sheet, conflict)
    except (ValueError, DocumentError) as problem:
        return _refused(request, sheet, {"": str(problem)})
    return _saved(request, sheet)


def _store(request: HttpRequest, sheet: Sheet, raw: dict[str, Any]) -> None:
    """A map that was never published is listed by the name it is given here."""
    map = sheet.desk.map
    drafts.save_settings(
        map, raw, languages=settings_form.languages(sheet.given), seen=sheet.seen, who=who(request)
    )
    if not map.versions.exists():
        map.name = raw["name"]
        map.save(update_fields=["name"])


def _saved(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    key = sheet.desk.map.id
    if not request.htmx:  # type: ignore[attr-defined]
        names = ("edit-map", key) if sheet.given.one("act") == DONE else ("edit-settings", key)
        return redirect(*names)
    here = desk(request, key)
    draft, locales = here.draft, _locales(request, here)
    new = {"replies": _replies(sheet.given, locales)} if locales != sheet.locales else {}
    return became.answer(
        request, Saved(at=draft.edited_at), seen=drafts.digest(draft, SETTINGS),
        slots=_slots(sheet.locales), **new, **_blanks(request, here) if new else {},
    )  # fmt: skip


def _refused(request: HttpRequest, sheet: Sheet, wrong: Wrong) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return _shown(request, sheet, wrong=wrong)
    saved = became.refused(wrong, limits.problems(sheet.filled))
    return became.answer(
        request, saved, seen=sheet.seen, slots=_slots(sheet.locales), notes=wrong
    )  # fmt: skip


def _conflict(request: HttpRequest, sheet: Sheet, conflict: Conflict) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        saved = Saved(conflict=conflicts.who_and_when(conflict))
        return became.answer(request, saved, seen=sheet.seen)
    now = Given(sheet.given | {"seen": [drafts.digest(conflict.draft, SETTINGS)]})
    wrong = {"": became.first_said(conflict)}
    return _shown(request, sheet._replace(given=now), wrong=wrong, conflict=conflict)


def _slots(locales: list[str]) -> Iterator[str]:
    """The fields that a note can stand beside."""
    yield from ("name", "default_locale", "settle_n")
    for short, _name in ask.ANSWERS:
        for channel in CHANNELS:
            for locale in locales:
                for part in contents.TEXTS[channel]:
                    yield contents.name(short, channel, locale, part)


# --- showing -------------------------------------------------------------------------------------


def _locales(request: HttpRequest, here: Desk) -> list[str]:
    member = request.member  # type: ignore[attr-defined]
    return offered.languages(here.draft, here.document, member)


def _shown(
    request: HttpRequest, sheet: Sheet, *, wrong: Wrong | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:  # fmt: skip
    given, locales = sheet.given, sheet.locales
    shown = {
        "desk": sheet.desk, "values": {name: given.one(name) for name in given},
        "hours": sheet.filled.hours, "caps": sheet.filled.caps, "notes": wrong or {},
        "lengths": offsets.LENGTHS if given.one("settle_unit") != offsets.SECONDS
        else [(offsets.SECONDS, _("seconds")), *offsets.LENGTHS],
        "unmatched": UNMATCHED, "locales": locales,
        "languages": map_words.languages(locales), "chosen": given.all("languages") or locales,
        "replies": _replies(given, locales), "seen": sheet.seen,
        "conflicting": conflicts.settings(conflict) if conflict else [],
        **_blanks(request, sheet.desk),
    }  # fmt: skip
    return render(request, "console/editor/settings.html", shown, status=400 if wrong else 200)


def _blanks(request: HttpRequest, here: Desk) -> dict[str, Any]:
    """What can be filled in, as it is for somebody invented."""
    company = request.member.organization.name  # type: ignore[attr-defined]
    somebody = preview.invented(company, here.document)
    hung = [one for one in here.document.anchors.values() if one]
    times = list(dict.fromkeys([*hung, "interview_start", "start_date"]))
    return {"blanks": preview.blanks(here.document, times, somebody), "sample": somebody}


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
