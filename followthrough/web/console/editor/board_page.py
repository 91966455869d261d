"""The board of a draft, and what is done to its touches there by buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followthrough.core.errors import Explained
from followthrough.governance import policies
from followthrough.journeys import diff, drafts, versions
from followthrough.journeys.definition import STAGES, MapDocument
from followthrough.journeys.drafts import Who
from followthrough.journeys.models import MessageMap
from followthrough.journeys.refusals import Conflict, StillUsed
from followthrough.people import sites
from followthrough.people.stages import Stage
from followthrough.web.console import board, map_changes, names
from followthrough.web.console.access import own
from followthrough.web.console.board import Board
from followthrough.web.console.editor import conflicts, findings, words
from followthrough.web.console.editor.common import Desk, desk, link, who
from followthrough.web.console.frame import tell
from followthrough.web.console.sentences import label


class Neighbours(NamedTuple):
    """The touches that a touch can change places with: due at the same time, before and after."""

    up: str = ""
    down: str = ""


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """The draft on the board, with what is different from the newest version and what is wrong."""
    given = desk(request, key)
    base = given.draft.base
    before = versions.document(base.id) if base else None
    found = findings.of(given.draft.document, given.map)
    unwritten = list(dict.fromkeys(one.key for one in found if one.empty))
    found = [one for one in found if not one.empty]
    shown = _board(request, given, before)
    difference = diff.diff(before, given.document) if before else None
    return render(request, "console/editor/board.html", {
        "desk": given,
        "board": shown,
        "base": base,
        "difference": difference,
        **_changes(difference, before, given.document),
        "neighbours": _neighbours(given.document, shown),
        "found": found,
        "unwritten": unwritten,
        "found_at": findings.by_touch(found),
        "grave": {one.key for one in found if one.stops or one.harms},
        "errors": sum(one.stops for one in found),
        "last": _last(given),
        "published": given.map.versions.exists(),
        "seen": drafts.digest(given.draft, drafts.WHOLE),
        "stages": [(one, str(Stage(one).label)) for one in STAGES],
        "next_stage": _next_stage(given.document),
        "links": _links(request, given.map),
        "policy": policies.of(given.map.organization_id),
        **_names(given),
    })  # fmt: skip


def _next_stage(document: MapDocument) -> str:
    """Where a touch is probably written next: the first stage from `applied` on that is silent."""
    first = STAGES.index("applied")
    order = [*STAGES[first:], *STAGES[:first]]
    return next((one for one in order if not document.of_stage(one)), "applied")


def _changes(
    found: diff.Difference | None, before: MapDocument | None, after: MapDocument
) -> dict[str, Any]:
    if found is None or before is None:
        return {}
    kinds = (diff.ADDED, diff.CHANGED, diff.REMOVED)
    return {
        "counts": {kind: found.count(kind) for kind in kinds},
        "settings_changed": map_changes.of_map(found, before, after),
    }


def _board(request: HttpRequest, given: Desk, before: MapDocument | None) -> Board:
    organization = request.member.organization  # type: ignore[attr-defined]
    return board.build(
        given.document,
        before=before,
        policy=policies.of(organization.id),
        places=sites.places(organization.id, country=organization.country),
    )


def _neighbours(document: MapDocument, shown: Board) -> dict[str, Neighbours]:
    """Time says where touches stand; only those due at the same time have an order of their own."""
    found: dict[str, Neighbours] = {}
    for column in shown.columns:
        keys = [card.key for group in column.groups for card in group.cards
                if card.kind != diff.REMOVED]  # fmt: skip
        for above, below in pairwise(keys):
            if _place(document, above) == _place(document, below):
                found[above] = found.get(above, Neighbours())._replace(down=below)
                found[below] = found.get(below, Neighbours())._replace(up=above)
    return found


def _place(document: MapDocument, key: str) -> board.Place:
    return board.place(document, document.touches[key])


def _last(given: Desk) -> dict[str, Any] | None:
    edit = drafts.last_edit(given.draft)
    if edit is None:
        return None
    return {"revision": edit.revision, "said": words.last(edit), "by": edit.by, "at": edit.at}


def _names(given: Desk) -> dict[str, Any]:
    return {"authors": names.of_authors([given.draft.edited_by])}


def _links(request: HttpRequest, map: MessageMap) -> Mapping[str, str]:
    wanted = ("publish-map", "preview-map", "start-replay")
    return {name.replace("-", "_"): link(request, name, map.id) for name in wanted}


# --- acts ----------------------------------------------------------------------------------------


@require_POST
def add(request: HttpRequest, key: UUID) -> HttpResponse:
    """A new touch in a stage, and on to its form."""
    map = own(request, MessageMap, key)
    stage, name = request.POST.get("stage", ""), request.POST.get("name", "").strip()[:80]
    if stage not in STAGES:
        messages.error(request, _("Choose the stage that the touch belongs to."))
        return redirect("edit-map", map.id)
    touch = drafts.add_touch(map, stage, name or _("New touch"), who=who(request))
    return redirect("edit-touch", map.id, touch)


@require_POST
def act(request: HttpRequest, key: UUID, touch: str) -> HttpResponse:
    """What a button on a card does; back to the board, at the card."""
    map = own(request, MessageMap, key)
    do = ACTS.get(request.POST.get("act", ""))
    if do is None:
        return redirect("edit-map", map.id)
    try:
        return do(request, map, touch, who(request))
    except Explained as problem:
        messages.error(request, f"{problem.reason} {problem.remedy}")
        return redirect("edit-map", map.id)


def _at(map: MessageMap, touch: str) -> HttpResponse:
    return redirect(f"{reverse('edit-map', args=[map.id])}#touch-{touch}")


def _copy(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    copy = drafts.copy_touch(map, touch, who=who)
    _tell(request, map, _("Copied as “%(touch)s”.") % {"touch": label(copy)})
    return _at(map, copy)


def _remove(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    drafts.remove_touch(map, touch, who=who)
    _tell(request, map, _("“%(touch)s” is not in the map any more.") % {"touch": label(touch)})
    return redirect("edit-map", map.id)


def _on(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    drafts.switch_touch(map, touch, on=True, who=who)
    return _at(map, touch)


def _off(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    drafts.switch_touch(map, touch, on=False, who=who)
    return _at(map, touch)


def _exchange(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    drafts.exchange(map, touch, request.POST.get("other", ""), who=who)
    return _at(map, touch)


def _move(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    stage = request.POST.get("stage", "")
    if stage not in STAGES:
        messages.error(request, _("Choose the stage that it moves to."))
        return _at(map, touch)
    drafts.move_touch(map, touch, stage=stage, who=who)
    said = {"touch": label(touch), "stage": Stage(stage).label}
    _tell(request, map, _("“%(touch)s” is in the stage %(stage)s now.") % said)
    return _at(map, touch)


def _rename(request: HttpRequest, map: MessageMap, touch: str, who: Who) -> HttpResponse:
    name = request.POST.get("name", "").strip()[:80]
    new = drafts.rename_touch(map, touch, name, who=who) if name else touch
    return redirect("edit-touch", map.id, new)


ACTS: Mapping[str, Callable[[HttpRequest, MessageMap, str, Who], HttpResponse]] = {
    "copy": _copy, "remove": _remove, "on": _on, "off": _off, "exchange": _exchange,
    "move": _move, "rename": _rename,
}  # fmt: skip


def _tell(request: HttpRequest, map: MessageMap, text: str) -> None:
    """What was done, with its way back."""
    edit = drafts.last_edit(drafts.of(map))
    undo = reverse("undo-edit", args=[map.id, edit.revision]) if edit else ""
    tell(request, text, undo=undo)


@require_POST
def undo(request: HttpRequest, key: UUID, revision: int) -> HttpResponse:
    """Take the last edit back."""
    map = own(request, MessageMap, key)
    try:
        what = drafts.undo(map, revision=revision, who=who(request))
    except Explained as problem:
        messages.error(request, f"{problem.reason} {problem.remedy}")
    else:
        tell(request, _("Taken back: %(what)s.") % {"what": words.done(what)})
    return redirect("edit-map", map.id)


@require_POST
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    """Throw the draft away, and with it a map that was never published."""
    map = own(request, MessageMap, key)
    try:
        stays = drafts.discard(map, seen=request.POST.get("seen", ""), who=who(request))
    except Conflict as conflict:
        said = _("%(who)s changed the draft since you looked at it: see what it says now first.")
        messages.error(request, said % {"who": conflicts.who_and_when(conflict)})
        return redirect("edit-map", map.id)
    except StillUsed as problem:
        messages.error(request, f"{problem.reason} {problem.remedy}")
        return redirect("edit-map", map.id)
    if not stays:
        tell(request, _("The map “%(map)s” is removed.") % {"map": map.name})
        return redirect("maps")
    tell(request, _("The draft is gone. The published versions are as they were."))
    return redirect("map", map.id)


@require_safe
def download(request: HttpRequest, key: UUID) -> HttpResponse:
    """The draft as YAML; where it came as YAML, with its comments."""
    given = desk(request, key)
    text = drafts.text(given.draft)
    headers = {"Content-Disposition": f'attachment; filename="{given.map.slug}-draft.yaml"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)
