"""Publishing: what changes, who is concerned, what becomes of them; and then it is done.

From a draft, or (`again`) what an older version said: going back is publishing that once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.core.canonical import digest
from followthrough.journeys import documents, drafts, lint, proposals, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.lint import organization
from followthrough.journeys.models import Draft, MessageMap, Running, Version
from followthrough.journeys.problems import DocumentError, Problem
from followthrough.runs.models import Replay
from followthrough.runs.published import affected, moves, publishing
from followthrough.runs.replay import shadow
from followthrough.web.console import names
from followthrough.web.console.access import own
from followthrough.web.console.editor import form_words
from followthrough.web.console.frame import tell
from followthrough.web.console.publishing import compare, effect

SHOWN = 3  # replays of a content


class PublishForm(forms.Form):
    """What is said of a version, what becomes of those under way, and what was looked at."""

    note = forms.CharField(
        label=gettext_lazy("What changes, and why?"),
        help_text=gettext_lazy("In a few words, for whoever looks at it in a year."),
        max_length=publishing.LONGEST_NOTE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    looked = forms.BooleanField(
        label=gettext_lazy("I have looked at what they changed, and mean to publish this instead"),
        required=False,
    )
    running = forms.ChoiceField(choices=Running.choices, initial=Running.STAY)
    base = forms.IntegerField(widget=forms.HiddenInput)  # the newest version's number
    revision = forms.IntegerField(widget=forms.HiddenInput)  # of the draft


@dataclass(frozen=True)
class Source:
    """What is to be published: a draft, or an older version again."""

    map: MessageMap
    document: MapDocument
    newest: Version | None
    draft: Draft | None = None
    older: Version | None = None

    @property
    def looked_at(self) -> dict[str, int]:
        """What the page is about: compared again when it is pressed."""
        return {
            "base": self.newest.number if self.newest else 0,
            "revision": self.draft.revision if self.draft else 0,
        }

    @property
    def begun_from(self) -> int | None:
        """The number of the version that a draft was begun from (0: none), where others were
        published since; else None."""
        if self.draft is None or self.newest is None or self.draft.base_id == self.newest.id:
            return None
        return self.draft.base.number if self.draft.base else 0


def from_draft(request: HttpRequest, key: UUID) -> HttpResponse:
    """Publish what the map's draft says."""
    map = own(request, MessageMap, key)
    draft = Draft.objects.select_related("base").filter(map=map).first()
    if draft is None:
        return render(request, "console/publishing/nothing.html", {"map": map})
    return _answer(request, Source(map, drafts.document(draft), _newest(map), draft=draft))


def again(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Publish what an older version says, as a new one."""
    map = own(request, MessageMap, key)
    older = Version.objects.filter(map=map, number=number).first()
    if older is None:
        raise Http404("The map has no such version.")
    return _answer(request, Source(map, versions.document(older.id), _newest(map), older=older))


def _newest(map: MessageMap) -> Version | None:
    return Version.objects.filter(map=map).order_by("-number").first()


def _answer(request: HttpRequest, source: Source) -> HttpResponse:
    if request.method != "POST":
        return _page(request, source, PublishForm(initial=_initial(source)))
    form = PublishForm(request.POST)
    if form.is_valid() and source.begun_from is not None and not form.cleaned_data["looked"]:
        form.add_error("looked", _("Look at it first: publishing this takes it back."))
    if form.is_valid():
        return _publish(request, source, form)
    return _page(request, source, form, status=400)


def _initial(source: Source) -> dict[str, Any]:
    note = _note_of(source.older) if source.older else ""
    return {**source.looked_at, "note": note, "running": Running.STAY}


def _note_of(older: Version) -> str:
    """`Version 4 again: …`, to begin with."""
    told = {"n": older.number, "note": older.note}
    said = _("Version %(n)s again: %(note)s") if older.note else _("Version %(n)s again")
    return (said % told)[: publishing.LONGEST_NOTE]


# --- the page ------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    source: Source,
    form: PublishForm,
    *,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    waiting, known = proposals.waiting(source.map), tried(source.map, source.document)
    given = {
        "map": source.map,
        "source": source,
        "form": form,
        "number": source.looked_at["base"] + 1,
        "problems": problems or _problems(source.document),
        "findings": _findings(source),
        "tried": known,
        "tried_before": [] if known else _tried_before(source),
        "same": bool(source.newest and versions.says(source.newest, source.document)),
        "meanwhile": _since(source),
        "waiting": waiting,
        **shown(source.map, source.document, source.newest, request.member),  # type: ignore[attr-defined]
    }
    given["authors"] = names.of_authors(
        [*(one.author_id for one in given["meanwhile"]), waiting.author_id if waiting else ""]
    )
    return render(request, "console/publishing/publish.html", given, status=status)


def shown(
    map: MessageMap, document: MapDocument, newest: Version | None, member: Member
) -> dict[str, Any]:
    """What a document changes, what it would do to those under way, and the moves that publishing
    it stops."""
    compared = (
        compare.compare(versions.document(newest.id), document)
        if newest
        else compare.beginning(document)
    )
    found = affected.affected(map, document)
    return {
        "compared": compared,
        "newest": newest,
        "effect": effect.effect(found, member),
        "stops": moves.under_way([map.id]),
    }


def tried(map: MessageMap, document: MapDocument) -> Sequence[Replay]:
    """The newest replays of a content on what happened."""
    return shadow.replays_of(map, digest(document.dump()))[:SHOWN]


def _tried_before(source: Source) -> Sequence[Replay]:
    """The last time that the draft was tried as it was before; none of a version's content."""
    if source.draft is None:
        return []
    published = Version.objects.filter(map=source.map).values("content_hash")
    found = Replay.objects.filter(map=source.map).exclude(content_hash__in=published)
    if source.newest:
        found = found.filter(created_at__gte=source.newest.published_at)
    return found.select_related("of_map").defer("document", "result").order_by("-created_at")[:1]


def _problems(document: MapDocument) -> Sequence[Problem]:
    """What stops it, if anything does."""
    try:
        documents.check(document.dump())
    except DocumentError as problem:
        return problem.problems
    return ()


def _findings(source: Source) -> list[lint.Finding]:
    """What may not be meant, in the words of the forms that it is mended in."""
    found = lint.lint(source.document, organization.setting(source.map.organization))
    told = [form_words.of(one.reason, one.remedy, source.document.touches) for one in found]
    return [
        one._replace(reason=reason, remedy=remedy)
        for one, (reason, remedy) in zip(found, told, strict=True)
    ]


def _since(source: Source) -> list[Version]:
    """What others published since the draft was begun, the newest first."""
    if source.begun_from is None:
        return []
    found = Version.objects.filter(map=source.map, number__gt=source.begun_from)
    return list(found.defer("document", "source").order_by("-number"))


# --- publishing ----------------------------------------------------------------------------------


def _publish(request: HttpRequest, source: Source, form: PublishForm) -> HttpResponse:
    """What was looked at is compared again under the lock: two may publish at once."""
    try:
        outcome = _published(request, source, form)
    except versions.Outdated:
        return _look_again(request, source, form, _meanwhile())
    except publishing.Edited:
        return _look_again(request, source, form, _edited())
    except versions.Unchanged as problem:
        said = _("It says the same as version %(n)s, so there is nothing to publish.")
        form.add_error(None, said % {"n": problem.number})
        return _page(request, source, form, status=400)
    except DocumentError as problem:
        return _page(request, source, form, problems=problem.problems, status=400)
    return _done(request, source.map, outcome)


def _published(request: HttpRequest, source: Source, form: PublishForm) -> publishing.Outcome:
    given = form.cleaned_data
    common = {
        "author_id": str(request.member.id),  # type: ignore[attr-defined]
        "note": given["note"],
        "running": given["running"],
        "base": given["base"],
        "at": clock.now(),
    }
    if source.draft:
        return publishing.publish_draft(source.draft, revision=given["revision"], **common)
    assert source.older
    return publishing.publish(
        map=source.map, document=source.document, source=source.older.source, **common
    )


def _meanwhile() -> str:
    return _("Somebody published another version while you looked. What stands below is compared "
             "with theirs: look at it again.")  # fmt: skip


def _edited() -> str:
    return _("The draft was edited while you looked. Below is what it says now: look at it again.")


def _look_again(request: HttpRequest, source: Source, form: PublishForm, why: str) -> HttpResponse:
    """The page as it is now, with what was filled in; only what was looked at is new."""
    draft = Draft.objects.select_related("base").filter(map=source.map).first()
    if source.draft and draft is None:
        return redirect("map", source.map.id)
    document = drafts.document(draft) if source.draft and draft else source.document
    now = Source(source.map, document, _newest(source.map), draft if source.draft else None,
                 source.older)  # fmt: skip
    given = request.POST.copy()
    for name, value in now.looked_at.items():
        given[name] = str(value)
    fresh = PublishForm(given)
    fresh.is_valid()
    fresh.add_error(None, why)
    return _page(request, now, fresh, status=400)


def _done(request: HttpRequest, map: MessageMap, outcome: publishing.Outcome) -> HttpResponse:
    if outcome.proposal:
        tell(request, _("It waits for a second person now. Until then nothing changes."))
        return redirect("map-proposal", outcome.proposal.id)
    return done(request, map, outcome)


def done(request: HttpRequest, map: MessageMap, outcome: publishing.Outcome) -> HttpResponse:
    """Say that it was published, and lead to where one sees it."""
    assert outcome.version
    if outcome.move:
        told = {"n": outcome.version.number}
        tell(request, _("Version %(n)s is published. Those under way are moving to it.") % told)
        return redirect("map-move", outcome.move.id)
    tell(request, _said(outcome.version))
    return redirect("map", map.id)


def _said(version: Version) -> str:
    published = _("Version %(n)s is published.") % {"n": version.number}
    moving = moves.waiting(version)
    if not moving:
        return published
    text = ngettext(
        "%(n)s application moves to it with its next stage.",
        "%(n)s applications move to it with their next stage.",
        moving,
    )
    return f"{published} {text % {'n': moving}}"
