"""Published versions of message maps: immutable, so a process keeps what it has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from followthrough.audit import facts
from followthrough.core.canonical import digest
from followthrough.core.errors import Explained
from followthrough.governance.limits import Limits
from followthrough.governance.limits import limits as compiled
from followthrough.journeys import documents
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap, Rematch, Version
from followthrough.journeys.upgrades import upgraded

KEPT = 2_000  # documents kept in one process


class Outdated(Explained):
    """Somebody published another version since the newest one was looked at."""

    def __init__(self, base: int, newest: int) -> None:
        super().__init__(
            "The new version",
            reason=f"was made beside version {base}, and version {newest} is the newest now.",
            remedy="Look at what that one changed, and publish then.",
        )
        self.base, self.newest = base, newest


class Unchanged(Explained):
    """It says what the newest version says, so it would be a version of nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "The new version",
            reason=f"says the same as version {number}, which is the newest.",
            remedy="Change something, or leave it as it is.",
        )
        self.number = number


def lock(map: MessageMap, *, base: int | None = None) -> Version | None:
    """Let nobody else publish the map until the transaction ends; returns its newest version.

    Raises Outdated where that is not number `base` (0: none was published). NO KEY UPDATE does not
    stop rows that refer to the map.
    """
    MessageMap.objects.select_for_update(no_key=True).get(id=map.id)
    newest = Version.objects.filter(map=map).order_by("-number").first()
    number = newest.number if newest else 0
    if base is not None and base != number:
        raise Outdated(base, number)
    return newest


def says(version: Version, document: MapDocument) -> bool:
    """Whether a version says what a document does, in whatever schema it was published."""
    return read(version.document).dump() == document.dump()


@transaction.atomic
def publish(
    *,
    map: MessageMap,
    document: MapDocument,
    author_id: str,
    note: str = "",
    source: str = "",
    second_id: str = "",
    at: datetime,
) -> Version:
    """Make `document` the map's newest version. Publishing what is newest already changes nothing.

    `source` is the YAML that it came as, `second_id` whoever else agreed. Who may publish, and what
    becomes of those under way, is `runs.published`. Raises documents.DocumentError when the
    document is not fit to run, wherever it came from.
    """
    content = documents.check(document.dump()).dump()
    newest = lock(map)
    if newest and says(newest, document):
        return newest
    version = Version.objects.create(
        organization_id=map.organization_id,
        map=map,
        number=newest.number + 1 if newest else 1,
        document=content,
        schema=document.schema_,
        content_hash=digest(content),
        author_id=author_id,
        second_id=second_id,
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
        why={
            "number": version.number,
            "content_hash": version.content_hash,
            **({"second": version.second_id} if version.second_id else {}),
        },
        at=at,
    )


@lru_cache(maxsize=KEPT)
def document(version_id: UUID) -> MapDocument:
    """The document of a version. Raises Version.DoesNotExist when there is none."""
    return read(_stored(version_id)[1])


def read(stored: Any) -> MapDocument:
    """A document as it was kept; it was checked then, by the schema of its time."""
    return MapDocument.model_validate(upgraded(stored))


@lru_cache(maxsize=KEPT)
def number(version_id: UUID) -> int:
    """The number of a version."""
    return _stored(version_id)[0]


@lru_cache(maxsize=KEPT)
def author(version_id: UUID) -> str:
    """Who published a version, by their member's id; '' for Followthrough itself."""
    return _stored(version_id)[2]


_TRIED = UUID("5a0b1c0e-3f5d-5b61-9c1d-0d6f0c1f1f55")  # the namespace of what is only tried out
_tried: dict[UUID, tuple[int, Any]] = {}


def tried(document: MapDocument, *, number: int) -> UUID:
    """A key under which this process knows a document that may be no version: for whoever tries it
    out. `number` is what it would have."""
    content = document.dump()
    key = uuid5(_TRIED, f"{number}:{digest(content)}")
    if len(_tried) > KEPT:
        _tried.clear()
    _tried[key] = number, content
    return key


def _stored(version_id: UUID) -> tuple[int, Any, str]:
    if version_id in _tried:
        return *_tried[version_id], ""
    return Version.objects.values_list("number", "document", "author_id").get(id=version_id)


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
