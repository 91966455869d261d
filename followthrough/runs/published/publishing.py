"""Publishing a map: who must agree, what becomes of the draft, and of those under way.

The one way in for the console, for files and for going back to an older version.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from followthrough.core.errors import Explained
from followthrough.journeys import documents, drafts, proposals, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import (
    Draft,
    MapProposal,
    MessageMap,
    Running,
    Version,
)
from followthrough.runs.models import BulkMove
from followthrough.runs.published import moves

LONGEST_NOTE = 300


class Outcome(NamedTuple):
    """What came of it: a version (and the move of those under way, where one began), or a
    proposal that waits for a second person."""

    version: Version | None = None
    move: BulkMove | None = None
    proposal: MapProposal | None = None


class Edited(Explained):
    """The draft is not any more what was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "The draft",
            reason="was edited since you looked at it.",
            remedy="Look at what it says now, and publish then.",
        )


class NoAuthor(Explained):
    """A second person is somebody else than the first: so it must be known who that is."""

    def __init__(self) -> None:
        super().__init__(
            "The version",
            reason="waits for a second person, so it must be known who the first is.",
            remedy="Say who publishes it.",
        )


class NoNote(Explained):
    """Nobody would know later why it was published."""

    def __init__(self) -> None:
        super().__init__(
            "The note",
            reason="says nothing.",
            remedy="Write in a few words what the version changes, and why.",
        )


@transaction.atomic
def publish_draft(
    draft: Draft,
    *,
    author_id: str,
    note: str,
    running: str = Running.STAY,
    base: int | None = None,
    revision: int | None = None,
    at: datetime,
) -> Outcome:
    """Publish what a draft says; then it is gone, unless it waits for a second person.

    `base` is the number of the newest version, and `revision` that of the draft, which were looked
    at. Raises documents.DocumentError with every problem, Edited, NoNote, versions.Outdated and
    versions.Unchanged.
    """
    versions.lock(draft.map, base=base)
    draft = Draft.objects.select_for_update().select_related("map").get(id=draft.id)
    if revision is not None and revision != draft.revision:
        raise Edited
    document = drafts.document(draft)
    return publish(
        map=draft.map,
        document=document,
        author_id=author_id,
        note=note,
        source=_source(document, draft.source),
        running=running,
        at=at,
    )


@transaction.atomic
def publish(
    *,
    map: MessageMap,
    document: MapDocument,
    author_id: str,
    note: str,
    source: str = "",
    running: str = Running.STAY,
    base: int | None = None,
    second_id: str = "",
    at: datetime,
) -> Outcome:
    """Make `document` the map's newest version and do with its open runs what was chosen; where
    the map asks for a second person, propose it.

    Raises documents.DocumentError, NoAuthor, NoNote, versions.Outdated and versions.Unchanged.
    """
    note = note.strip()[:LONGEST_NOTE]
    if not note:
        raise NoNote
    documents.check(document.dump())
    newest = versions.lock(map, base=base)
    if newest and versions.says(newest, document):
        raise versions.Unchanged(newest.number)
    if not second_id and MessageMap.objects.get(id=map.id).second_person:
        if not author_id:
            raise NoAuthor
        return Outcome(proposal=proposals.propose(
            map=map, document=document, author_id=author_id, note=note, source=source,
            running=running, at=at,
        ))  # fmt: skip
    version = versions.publish(
        map=map, document=document, author_id=author_id, second_id=second_id, note=note,
        source=source, at=at,
    )  # fmt: skip
    _forget_draft(version)
    return Outcome(version, moves.order(version, running, by=author_id, at=at))


@transaction.atomic
def approve(proposal: MapProposal, *, by: str, role: str, at: datetime) -> Outcome:
    """Publish a proposal, as the second person, who has `role`. Raises proposals.NotNow."""
    proposals.agree(proposal, by=by, role=role, at=at)
    before = Draft.objects.filter(map_id=proposal.map_id, base__number=proposal.base)
    found = publish(
        map=proposal.map,
        document=versions.read(proposal.document),
        author_id=proposal.author_id,
        note=proposal.note,
        source=proposal.source,
        running=proposal.running,
        second_id=by,
        at=at,
    )
    before.update(base=found.version)  # it was edited on from what is published now
    return found


def again(version: Version) -> str:
    """The note of an older version that is published again, to begin with."""
    said = f": {version.note}" if version.note else ""
    return f"Version {version.number} again{said}"[:LONGEST_NOTE]


def _forget_draft(version: Version) -> None:
    """A draft that says nothing else than what is published now has done its work."""
    draft = Draft.objects.select_for_update().filter(map_id=version.map_id).first()
    if draft and versions.says(version, drafts.document(draft)):
        draft.delete()


def _source(document: MapDocument, source: str) -> str:
    """The YAML of a draft with what was changed since; '' where there never was any."""
    if not source:
        return ""
    try:
        return documents.write_yaml(document, like=source)
    except documents.DocumentError:  # what it came as cannot be read any more
        return documents.write_yaml(document)
