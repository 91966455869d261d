"""A new map: from nothing, from the library, or from a YAML file; and a draft replaced by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from followthrough.journeys import documents, drafts, library
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap
from followthrough.journeys.problems import DocumentError, Problem
from followthrough.journeys.refusals import Conflict
from followthrough.web.console import map_words
from followthrough.web.console.editor import conflicts, settings_form
from followthrough.web.console.editor.common import Desk, desk, who
from followthrough.web.console.editor.given import Given
from followthrough.web.console.frame import tell

# --- the page ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The three ways to begin; a POST makes a map from nothing."""
    if request.method != "POST":
        return _page(request, Given.made({"default_locale": "en", "languages": ["en"]}))
    given = Given.of(request.POST)
    name, locale = given.one("name").strip()[:200], given.one("default_locale", "en")
    if not name or not settings_form.CODE.fullmatch(locale):
        return _page(request, given, wrong=_("Name it: for whom is it, or for which jobs?"))
    document = MapDocument(name=name, default_locale=locale, stages={})
    map = _made(request, document, languages=settings_form.languages(given))
    return redirect("edit-map", map.id)


@require_POST
def from_library(request: HttpRequest) -> HttpResponse:
    """A map of the library as a draft of one's own."""
    try:
        text = library.source(request.POST.get("map", ""))
    except library.UnknownMap:
        return _page(request, Given(), wrong=_("The library has no such map: choose another."))
    map = _made(request, documents.read_yaml(text), source=text)
    tell(request, _("“%(map)s” is your own draft now: change what you like.") % {"map": map.name})
    return redirect("edit-map", map.id)


@require_POST
def from_yaml(request: HttpRequest) -> HttpResponse:
    """A map from a YAML text; what is wrong is said by line, and the text comes back."""
    text = _text(request)
    try:
        document = documents.read_yaml(text)
    except DocumentError as problem:
        return _page(request, Given(), text=text, problems=problem.problems)
    map = _made(request, document, source=text)
    return redirect("edit-map", map.id)


def _text(request: HttpRequest) -> str:
    """The file, if one was chosen; else what was pasted."""
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("yaml", "").replace("\r\n", "\n").replace("\x00", "")
    return file.read(documents.LARGEST + 1).decode("utf-8", "replace").replace("\x00", "�")


@transaction.atomic
def _made(
    request: HttpRequest, document: MapDocument, *, source: str = "",
    languages: list[str] | None = None,
) -> MessageMap:  # fmt: skip
    """A map with a draft that says `document`."""
    organization = request.member.organization  # type: ignore[attr-defined]
    map = MessageMap.objects.create(
        organization=organization, name=document.name, slug=_slug(organization.id, document.name)
    )
    drafts.begin(map, document, source=source, languages=languages or [], who=who(request))
    return map


def _library() -> list[tuple[library.Entry, str]]:
    """The maps to begin with, and their languages in words."""
    return [
        (one, map_words.joined([map_words.language(locale) for locale in one.languages]))
        for one in library.entries()
    ]


def _slug(organization_id: UUID, name: str) -> str:
    """Of its name; with a number behind it where it is taken."""
    base = slugify(name)[:70] or "map"
    taken = MessageMap.objects.filter(organization_id=organization_id, slug__startswith=base)
    known = set(taken.values_list("slug", flat=True))
    return next(
        one for one in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if one not in known
    )


def _page(
    request: HttpRequest, given: Given, *, wrong: str = "", text: str = "",
    problems: Sequence[Problem] = (),
) -> HttpResponse:  # fmt: skip
    shown = {
        "values": {name: given.one(name) for name in given}, "chosen": given.all("languages"),
        "languages": map_words.languages(), "library": _library(), "wrong": wrong,
        "yaml": text, "problems": problems,
    }  # fmt: skip
    return render(
        request, "console/editor/new.html", shown, status=400 if wrong or problems else 200
    )


# --- a draft replaced ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, key: UUID) -> HttpResponse:
    """The whole draft by a YAML text; nothing happens while anything in it is wrong."""
    here = desk(request, key)
    if request.method != "POST":
        now = drafts.digest(here.draft, drafts.WHOLE)
        return _replacing(request, here, drafts.text(here.draft), now)
    text, seen = _text(request), request.POST.get("seen", "")
    try:
        drafts.replace(here.map, text, seen=seen, who=who(request))
    except DocumentError as problem:
        return _replacing(request, here, text, seen, problems=problem.problems, status=400)
    except Conflict as conflict:
        now = drafts.digest(conflict.draft, drafts.WHOLE)
        said = conflicts.whole(conflict)
        return _replacing(request, here, text, now, status=409, **said)
    tell(request, _("The draft says what the file says."))
    return redirect("edit-map", key)


def _replacing(
    request: HttpRequest, here: Desk, text: str, seen: str, *, status: int = 200, **said: Any
) -> HttpResponse:
    shown = {"map": here.map, "yaml": text, "seen": seen, **said}
    return render(request, "console/editor/yaml.html", shown, status=status)
