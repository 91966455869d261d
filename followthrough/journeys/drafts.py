"""Drafts of message maps: what the next version will say, while people write it.

A draft always has the form of a map. Every edit is made under the row's lock, keeps what stood
before (the way back), and is refused with both texts when somebody else changed the same part
meanwhile (`edits.part`); another part is another matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from pydantic import ValidationError

from followthrough.core.errors import Explained
from followthrough.journeys import documents, edits
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.edits import Raw
from followthrough.journeys.models import Draft, DraftEdit, MessageMap, Version
from followthrough.journeys.problems import DocumentError, Problem, of_structure
from followthrough.journeys.upgrades import upgraded

TOGETHER = timedelta(minutes=2)  # what one person types at one part is one edit, and one undo
KEPT = 200  # edits of a draft; older ones have no way back


class Who(NamedTuple):
    """Who edits (a member's id), and when."""

    by: str
    at: datetime


class Conflict(Explained):
    """Somebody changed a part since it was opened. `mine` and `theirs` are what it would say and
    what it says; `theirs` is None where they took it away."""

    def __init__(self, part: str, mine: Any, theirs: Any, draft: Draft) -> None:
        super().__init__(
            f"The {part.partition(':')[0]}",
            reason="Somebody else changed it since you opened it.",
            remedy="Look at both, and keep one.",
        )
        self.part, self.mine, self.theirs, self.draft = part, mine, theirs, draft


class NotTheLast(Explained):
    """An edit after which there were others: it cannot be taken back alone."""

    def __init__(self) -> None:
        super().__init__(
            "This edit",
            reason="Something else was changed after it, or it was taken back already.",
            remedy="Take back what came after it first.",
        )


class Published(Explained):
    """A key that a published version has: receipts and runs know the touch by it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The touch {key!r}",
            reason="It was published under this name: messages and receipts know it by it.",
            remedy="Copy it, name the copy, and remove this one.",
        )


# --- reading -------------------------------------------------------------------------------------


def of(map: MessageMap) -> Draft:
    """The map's draft; where there is none, what it would begin with, not stored."""
    found = Draft.objects.filter(map=map).select_related("base").first()
    if found is None:
        return _beginning(map)
    found.document = upgraded(found.document)
    return found


def open(map: MessageMap, *, by: str, at: datetime) -> Draft:
    """The map's draft: the one that is there, else a copy of its newest version, else an empty map
    of the same name."""
    draft, _ = Draft.objects.get_or_create(map=map, defaults=_values(_beginning(map), Who(by, at)))
    return draft


def begin(
    map: MessageMap, document: MapDocument, *, source: str, languages: list[str], who: Who
) -> Draft:
    """The draft of a new map. `source` is the YAML it came as, `languages` those it is to have."""
    return Draft.objects.create(
        organization_id=map.organization_id, map=map, document=document.dump(), source=source,
        languages=languages, edited_by=who.by, edited_at=who.at,
    )  # fmt: skip


def document(draft: Draft) -> MapDocument:
    """What a draft says."""
    return MapDocument.model_validate(upgraded(draft.document))


def digest(draft: Draft, part: str) -> str:
    """What a form carries of the part it shows, so that a change meanwhile is seen."""
    return edits.digest(draft.document, part)


def differs(draft: Draft) -> bool:
    """Whether it says anything else than the version it was made from."""
    base = draft.base
    return base is None or upgraded(base.document) != upgraded(draft.document)


def _beginning(map: MessageMap) -> Draft:
    newest = Version.objects.filter(map=map).order_by("-number").first()
    return Draft(
        organization_id=map.organization_id,
        map=map,
        base=newest,
        document=_plain(upgraded(newest.document) if newest else {"name": map.name, "stages": {}}),
        source=newest.source if newest else "",
        edited_by="",
    )


def _values(draft: Draft, who: Who) -> dict[str, Any]:
    names = ("organization_id", "base", "document", "source")
    return {
        **{name: getattr(draft, name) for name in names},
        "edited_by": who.by,
        "edited_at": who.at,
    }


def _plain(raw: Any) -> Raw:
    """A document in full, as it is stored. Raises DocumentError where it has not the form."""
    try:
        return MapDocument.model_validate(raw).dump()
    except ValidationError as problem:
        found = problem.errors(include_url=False)
        raise DocumentError([of_structure(one)[1] for one in found]) from problem


# --- edits ---------------------------------------------------------------------------------------


@transaction.atomic
def save_touch(map: MessageMap, key: str, touch: Raw, *, seen: str, who: Who) -> Draft:
    """What the form of a touch says. Raises Conflict and DocumentError."""
    draft = _locked(map, who)
    part, touch = f"touch:{key}", {**touch, "key": key}
    if edits.place(draft.document, key) is None:
        raise Conflict(part, touch, None, draft)
    made = _plain(edits.with_touch(draft.document, key, touch))
    return _save_part(draft, part, made, seen, who)


@transaction.atomic
def save_stage(map: MessageMap, stage: str, given: Raw, *, seen: str, who: Who) -> Draft:
    """Whether a stage ends the run, and its limits. Raises Conflict and DocumentError."""
    draft = _locked(map, who)
    made = _plain(edits.with_stage(draft.document, stage, given))
    return _save_part(draft, f"stage:{stage}", made, seen, who)


@transaction.atomic
def save_settings(map: MessageMap, given: Raw, *, seen: str, who: Who) -> Draft:
    """The map's own settings, and its name. Raises Conflict and DocumentError."""
    draft = _locked(map, who)
    made = _plain(edits.with_settings(draft.document, given))
    return _save_part(draft, "settings", made, seen, who)


@transaction.atomic
def set_languages(map: MessageMap, languages: list[str], *, who: Who) -> Draft:
    """The languages that texts are to be written in, besides those that the map has already."""
    draft = _locked(map, who)
    draft.languages = languages
    draft.save(update_fields=["languages"])
    return draft


def _save_part(draft: Draft, part: str, made: Raw, seen: str, who: Who) -> Draft:
    """Store a part unless somebody changed it meanwhile, and not into the same."""
    mine, theirs = edits.part(made, part), edits.part(draft.document, part)
    if seen != edits.digest(draft.document, part) and mine != theirs:
        raise Conflict(part, mine, theirs, draft)
    return _write(draft, made, f"changed {part}", who)


@transaction.atomic
def add_touch(map: MessageMap, stage: str, name: str, *, who: Who) -> str:
    """A new touch that says nothing yet. Returns its key, which is made from its name."""
    draft = _locked(map, who)
    key = edits.key_of(name, _taken(draft))
    made = edits.added(draft.document, stage, {"key": key, **edits.NEW})
    _write(draft, made, f"added touch:{key}", who)
    return key


@transaction.atomic
def copy_touch(map: MessageMap, key: str, *, who: Who) -> str:
    """The same once more. Returns the key of the copy. Raises NoSuchTouch."""
    draft = _locked(map, who)
    copy = edits.key_of(key, _taken(draft))
    _write(draft, edits.copied(draft.document, key, copy), f"added touch:{copy}", who)
    return copy


@transaction.atomic
def rename_touch(map: MessageMap, key: str, name: str, *, who: Who) -> str:
    """A touch by the key that `name` makes, where none of it was published. Returns the key.

    Raises NoSuchTouch and Published.
    """
    draft = _locked(map, who)
    if key in published_keys(map):
        raise Published(key)
    new = edits.key_of(name, _taken(draft) - {key})
    _write(draft, edits.renamed(draft.document, key, new), f"renamed touch:{new}", who)
    return new


@transaction.atomic
def put_back(map: MessageMap, stage: str, touch: Raw, *, who: Who) -> Draft:
    """A touch that somebody removed meanwhile, as it is here. Raises DocumentError."""
    draft = _locked(map, who)
    if edits.place(draft.document, touch["key"]) is None:
        draft = _write(
            draft, edits.added(draft.document, stage, touch), f"added touch:{touch['key']}", who
        )
    return draft


def remove_touch(map: MessageMap, key: str, *, who: Who) -> Draft:
    """Without a touch. Raises NoSuchTouch."""
    return _edit(map, lambda one: edits.removed(one, key), f"removed touch:{key}", who)


def move_touch(map: MessageMap, key: str, *, stage: str, who: Who) -> Draft:
    """A touch in another stage. Raises NoSuchTouch."""
    return _edit(map, lambda one: edits.moved(one, key, stage), f"moved touch:{key}", who)


def exchange(map: MessageMap, key: str, other: str, *, who: Who) -> Draft:
    """Two touches of a stage that are due at the same time, the other way round."""
    return _edit(map, lambda one: edits.exchanged(one, key, other), f"moved touch:{key}", who)


def switch_touch(map: MessageMap, key: str, *, on: bool, who: Who) -> Draft:
    """A touch that goes out, or that does not for now. Raises NoSuchTouch."""
    what = f"{'enabled' if on else 'disabled'} touch:{key}"
    return _edit(map, lambda one: edits.switched(one, key, on=on), what, who)


@transaction.atomic
def replace(map: MessageMap, text: str, *, who: Who) -> Draft:
    """The whole draft by a YAML text. Raises DocumentError with every problem of it."""
    found = documents.read_yaml(text)
    draft = _locked(map, who)
    draft.source = text
    draft.save(update_fields=["source"])
    return _write(draft, found.dump(), "replaced all", who)


@transaction.atomic
def undo(map: MessageMap, *, revision: int, who: Who) -> str:
    """Take back the edit that made `revision`, if it is the last. Returns what it was.

    Raises NotTheLast.
    """
    draft = _locked(map, who)
    last = draft.edits.order_by("-revision").first()
    if last is None or last.revision != revision or last.before is None:
        raise NotTheLast
    _set(draft, last.before, who)
    what = last.what
    last.delete()
    return what


def discard(map: MessageMap) -> None:
    """Nothing of the draft stays; the versions are as they were."""
    Draft.objects.filter(map=map).delete()


def last_edit(draft: Draft) -> DraftEdit | None:
    """What can be taken back."""
    return DraftEdit.objects.filter(draft_id=draft.id).order_by("-revision").first()


def published_keys(map: MessageMap) -> set[str]:
    """The keys of every touch that was ever published."""
    stored = Version.objects.filter(map=map).values_list("document", flat=True)
    return {key for one in stored for key in edits.keys(one)}


# --- writing -------------------------------------------------------------------------------------


def _edit(map: MessageMap, change: Callable[[Raw], Raw], what: str, who: Who) -> Draft:
    with transaction.atomic():
        draft = _locked(map, who)
        return _write(draft, change(draft.document), what, who)


def _locked(map: MessageMap, who: Who) -> Draft:
    """The draft, which nobody else edits until the transaction has ended."""
    open(map, by=who.by, at=who.at)
    draft = Draft.objects.select_for_update(of=("self",)).get(map=map)
    draft.document = upgraded(draft.document)
    return draft


def _taken(draft: Draft) -> set[str]:
    """Keys that no new touch may have: a receipt of an old one would be taken for its own."""
    return {*edits.keys(draft.document), *published_keys(draft.map)}


def _write(draft: Draft, made: Raw, what: str, who: Who) -> Draft:
    made = _plain(made)
    if made == draft.document:
        return draft
    last = draft.edits.order_by("-revision").first()
    before = draft.document
    _set(draft, made, who)
    if last and _goes_on(last, what, who):
        last.revision = draft.revision
        last.save(update_fields=["revision"])
        return draft
    DraftEdit.objects.create(
        organization_id=draft.organization_id, draft=draft, revision=draft.revision,
        by=who.by, at=who.at, what=what[:100], before=before,
    )  # fmt: skip
    draft.edits.filter(revision__lte=draft.revision - KEPT).delete()
    return draft


def _goes_on(last: DraftEdit, what: str, who: Who) -> bool:
    """Whether an edit continues the last: a form that saves itself makes one of what is typed."""
    same = last.what == what and last.by == who.by and what.startswith("changed ")
    return same and who.at - last.at < TOGETHER


def _set(draft: Draft, made: Raw, who: Who) -> None:
    draft.document, draft.revision = made, draft.revision + 1
    draft.edited_by, draft.edited_at = who.by, who.at
    draft.save(update_fields=["document", "revision", "edited_by", "edited_at"])


def refused(path: str, reason: str, remedy: str) -> DocumentError:
    """What a form finds wrong itself, said as a document's problem."""
    return DocumentError([Problem(path, reason, remedy)])
