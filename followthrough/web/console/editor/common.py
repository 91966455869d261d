"""What every page of the editor begins with: the map, its draft, and who edits."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from followthrough.core import clock
from followthrough.journeys import drafts
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.drafts import Who
from followthrough.journeys.models import Draft, MessageMap
from followthrough.web import permissions
from followthrough.web.console.access import own


class Desk(NamedTuple):
    """A map on the desk: its draft as stored (or as it would begin), and what it says."""

    map: MessageMap
    draft: Draft
    document: MapDocument

    @property
    def stored(self) -> bool:
        return bool(self.draft.edited_by)


def desk(request: HttpRequest, key: UUID) -> Desk:
    """The map of the member's organization. Raises Http404."""
    map = own(request, MessageMap, key)
    draft = drafts.of(map)
    return Desk(map, draft, drafts.document(draft))


def who(request: HttpRequest) -> Who:
    """Who edits, and when."""
    return Who(str(request.member.id), clock.now())  # type: ignore[attr-defined]


def link(request: HttpRequest, name: str, *keys: Any) -> str:
    """The address of a page that is there and that the member may open; else ''."""
    ability = permissions.opened_by(name)
    if ability is None or request.member.role not in ability.roles:  # type: ignore[attr-defined]
        return ""
    try:
        return reverse(name, args=keys)
    except NoReverseMatch:
        return ""
