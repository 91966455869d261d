"""Drafts of message maps: what the next version will say, while people write it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft, MessageMap, Version
from followthrough.journeys.upgrades import upgraded


@transaction.atomic
def open(map: MessageMap, *, by: str, at: datetime) -> Draft:
    """The map's draft: the one that is there, else a copy of its newest version, else an empty map
    of the same name."""
    newest = Version.objects.filter(map=map).order_by("-number").first()
    draft, _ = Draft.objects.get_or_create(
        map=map,
        defaults={
            "organization_id": map.organization_id,
            "base": newest,
            "document": newest.document if newest else _empty(map.name),
            "source": newest.source if newest else "",
            "edited_by": by,
            "edited_at": at,
        },
    )
    return draft


def document(draft: Draft) -> MapDocument:
    """What a draft says."""
    return MapDocument.model_validate(upgraded(draft.document))


def _empty(name: str) -> dict[str, Any]:
    return MapDocument(name=name, stages={}).dump()
