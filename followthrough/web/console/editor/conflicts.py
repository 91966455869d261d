"""Two people changed the same part: both texts side by side, and the second chooses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from followthrough.governance import policies
from followthrough.journeys import diff, drafts, edits
from followthrough.journeys.definition import MapDocument, TouchDef
from followthrough.journeys.refusals import Conflict
from followthrough.web.console import board, map_changes, names
from followthrough.web.console.board import Card
from followthrough.web.console.editor.common import Desk
from followthrough.web.console.editor.given import Given
from followthrough.web.console.map_changes import ChangedPart
from followthrough.web.console.publishing import compare
from followthrough.web.console.publishing.compare import Row
from followthrough.web.console.sentences import label
from followthrough.web.templatetags.console import short

NOT_AGAIN = ("seen", "act", "csrfmiddlewaretoken")


def who_and_when(conflict: Conflict) -> str:
    """`Maya, Tue 4 Jun, 14:02`."""
    draft = conflict.draft
    return f"{names.of_authors([draft.edited_by])[draft.edited_by]}, {short(draft.edited_at)}"


def touch(
    request: HttpRequest, here: Desk, given: Given, key: str, conflict: Conflict
) -> HttpResponse:
    """Both texts of a touch, and a form that keeps one's own."""
    now = drafts.document(conflict.draft)
    mine = _card(request, now, conflict.mine, given.one("stage", "applied"))
    theirs = _card(request, now, conflict.theirs, "") if conflict.theirs else None
    shown: dict[str, Any] = {
        "desk": here,
        "key": key,
        "name": label(key),
        "by": who_and_when(conflict),
        "mine": mine,
        "theirs": theirs,
        "differs": _differs(conflict),
        "sent": [(name, one) for name in given if name not in NOT_AGAIN for one in given[name]],
        "seen": drafts.digest(conflict.draft, conflict.part),
    }
    return render(request, "console/editor/conflict.html", shown, status=409)


def settings(conflict: Conflict) -> list[Row]:
    """Where the settings of a map or of a stage differ: theirs first, then one's own."""
    theirs = drafts.document(conflict.draft)
    mine = edits.with_part(theirs.dump(), conflict.part, conflict.mine)
    return compare.compare(theirs, MapDocument.model_validate(mine)).settings


def whole(conflict: Conflict) -> dict[str, Any]:
    """Where a whole draft differs from the text it is to be replaced by, and whose it is."""
    theirs, mine = drafts.document(conflict.draft), MapDocument.model_validate(conflict.mine)
    return {
        "by": who_and_when(conflict),
        "compared": compare.compare(theirs, mine),
        "two_people": True,
    }


def _card(request: HttpRequest, document: MapDocument, raw: Any, stage: str) -> Card:
    """A touch as the board would show it, within the map as it is."""
    values = document.dump()
    key = raw["key"]
    made = (
        edits.with_touch(values, key, raw)
        if edits.place(values, key)
        else edits.added(values, stage, raw)
    )
    shown = board.build(
        MapDocument.model_validate(made),
        before=None,
        policy=policies.of(request.member.organization_id),  # type: ignore[attr-defined]
        places=(),
    )
    cards = [card for column in shown.columns for group in column.groups for card in group.cards]
    return next(card for card in cards if card.key == key)


def _differs(conflict: Conflict) -> list[ChangedPart]:
    """What the two say differently: theirs first, then one's own."""
    if not conflict.theirs:
        return []
    mine, theirs = (TouchDef.model_validate(one) for one in (conflict.mine, conflict.theirs))
    parts = tuple(name for name in diff.PARTS if getattr(mine, name) != getattr(theirs, name))
    change = diff.TouchChange(mine.key, diff.CHANGED, theirs, mine, parts)
    return list(map_changes.of_touch(change))
