"""Published versions of message maps: immutable, so a process keeps what it has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from followthrough.audit import facts
from followthrough.core.canonical import digest
from followthrough.governance.limits import Limits
from followthrough.governance.limits import limits as compiled
from followthrough.journeys import documents
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap, Rematch, Version
from followthrough.journeys.upgrades import upgraded

KEPT = 2_000  # documents kept in one process


@transaction.atomic
def publish(
    *,
    map: MessageMap,
    document: MapDocument,
    author_id: str,
    note: str = "",
    source: str = "",
    at: datetime,
) -> Version:
    """Make `document` the map's newest version. Publishing what is newest already changes nothing.

    `source` is the YAML that it came as. Raises documents.DocumentError when the document is not
    fit to run, wherever it came from.
    """
    content = documents.check(document.dump()).dump()
    # One publication at a time; NO KEY UPDATE does not stop rows that refer to the map.
    MessageMap.objects.select_for_update(no_key=True).get(id=map.id)
    newest = Version.objects.filter(map=map).order_by("-number").first()
    if newest and newest.content_hash == digest(content):
        return newest
    version = Version.objects.create(
        organization_id=map.organization_id,
        map=map,
        number=newest.number + 1 if newest else 1,
        document=content,
        schema=document.schema_,
        content_hash=digest(content),
        author_id=author_id,
        note=note,
        source=source,
        published_at=at,
    )
    _record(version, at)
    if version.number == 1 and map.assignments.exists():
        _take_effect(version, at)
    return version


def _take_effect(version: Version, at: datetime) -> None:
    """Rules of a map that was never published were passed over until now."""
    by = f"member:{version.author_id}" if version.author_id else "engine"
    Rematch.objects.create(organization_id=version.organization_id, by=by, asked_at=at)


def _record(version: Version, at: datetime) -> None:
    facts.record(
        organization_id=version.organization_id,
        actor=facts.Actor("member", version.author_id) if version.author_id else facts.SYSTEM,
        verb="published_version",
        subject_kind="version",
        subject_id=version.id,
        why={"number": version.number, "content_hash": version.content_hash},
        at=at,
    )


@lru_cache(maxsize=KEPT)
def document(version_id: UUID) -> MapDocument:
    """The document of a version. Raises Version.DoesNotExist when there is none."""
    _, stored = _stored(version_id)
    # It was checked when it was published, by the schema of its time.
    return MapDocument.model_validate(upgraded(stored))


@lru_cache(maxsize=KEPT)
def number(version_id: UUID) -> int:
    """The number of a version."""
    return _stored(version_id)[0]


def _stored(version_id: UUID) -> tuple[int, Any]:
    return Version.objects.values_list("number", "document").get(id=version_id)


@lru_cache(maxsize=KEPT * 4)
def limits(version_id: UUID, stage: str) -> Limits | None:
    """What a version asks of messages in a stage beyond law and policy; None: nothing."""
    map = document(version_id)
    return compiled([map.limits, *map.limits_of(stage)], number(version_id))


def content(version_id: UUID, key: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """What touch `key` of a version says: channel → locale → texts; empty for an unknown key."""
    return document(version_id).contents.get(key, {})


def latest(map_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The newest version of each map that has one: map → version."""
    found = Version.objects.filter(map_id__in=map_ids).order_by("map_id", "-number")
    return dict(found.distinct("map_id").values_list("map_id", "id"))
