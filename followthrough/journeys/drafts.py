"""Drafts of message maps: what the next version will say, while people write it.

A draft always has the form of a map. Every edit is made under the row's lock, keeps what stood
before (the way back), and is refused with both texts when somebody else changed the same part
meanwhile (`edits.part`); another part is another matter. What concerns all of it (`WHOLE`) is
refused when anything was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from pydantic import ValidationError

from followthrough.audit import facts
from followthrough.core import canonical
from followthrough.journeys import documents, edits
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.edits import Raw
from followthrough.journeys.models import Draft, DraftEdit, MapProposal, MessageMap, Version
from followthrough.journeys.problems import DocumentError, Problem, of_structure
from followthrough.journeys.refusals import Conflict, NotTheLast, Published, StillUsed
from followthrough.journeys.upgrades import upgraded
from followthrough.store import sql

TOGETHER = timedelta(minutes=2)  # what one person types at one part is one edit, and one undo
KEPT = 200  # edits of a draft; older ones have no way back
WHOLE = "draft"  # all of it, as a part: its YAML with comments, and its languages besides


class Who(NamedTuple):
    """Who edits (a member's id), and when."""

    by: str
    at: datetime


class Said(NamedTuple):
    """All that a draft says: its document, the YAML it came as, and the languages it is to have."""

    document: Raw
    source: str
    languages: list[str]


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


def text(draft: Draft) -> str:
    """What a draft says as YAML; where it came as YAML, with its comments."""
    try:
        return documents.write_yaml(document(draft), like=draft.source)
    except DocumentError:  # what it came as cannot be read any more
        return documents.write_yaml(document(draft))


def digest(draft: Draft, part: str) -> str:
    """What a form carries of the part it shows, so that a change meanwhile is seen."""
    if part == WHOLE:
        return canonical.digest(_said(draft)._asdict())[:16]
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
    names = ("organization_id", "base", "document", "source", "languages")
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
def save_settings(
    map: MessageMap, given: Raw, *, languages: list[str] | None = None, seen: str, who: Who
) -> Draft:
    """The map's own settings, its name, and the `languages` that texts are to be written in besides
    those that it has already (None: as they are). Raises Conflict and DocumentError."""
    draft = _locked(map, who)
    made = _plain(edits.with_settings(draft.document, given))
    return _save_part(draft, "settings", made, seen, who, languages=languages)


def _save_part(
    draft: Draft, part: str, made: Raw, seen: str, who: Who, *, languages: list[str] | None = None
) -> Draft:
    """Store a part unless somebody changed it meanwhile, and not into the same."""
    mine, theirs = edits.part(made, part), edits.part(draft.document, part)
    if seen != edits.digest(draft.document, part) and mine != theirs:
        raise Conflict(part, mine, theirs, draft)
    said = _said(draft)._replace(document=made)
    said = said if languages is None else said._replace(languages=languages)
    return _write_all(draft, said, f"changed {part}", who)


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
    """A touch that somebody removed meanwhile, as it is here. Raises DocumentError, and Conflict
    where somebody else put it back first."""
    draft = _locked(map, who)
    key, part = touch["key"], f"touch:{touch['key']}"
    theirs = edits.part(draft.document, part)
    if theirs is None:
        return _write(draft, edits.added(draft.document, stage, touch), f"added {part}", who)
    mine = edits.part(_plain(edits.with_touch(draft.document, key, touch)), part)
    if mine != theirs:
        raise Conflict(part, mine, theirs, draft)
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
def replace(map: MessageMap, text: str, *, seen: str, who: Who) -> Draft:
    """The whole draft by a YAML text. Raises Conflict, and DocumentError with every problem of it.
    `seen` is the digest of WHOLE that was looked at."""
    found = documents.read_yaml(text).dump()
    draft = _locked(map, who)
    said = _said(draft)._replace(document=found, source=text)
    if seen != digest(draft, WHOLE) and said != _said(draft):
        raise Conflict(WHOLE, found, draft.document, draft)
    return _write_all(draft, said, "replaced all", who)


@transaction.atomic
def undo(map: MessageMap, *, revision: int, who: Who) -> str:
    """Take back the edit that made `revision`, if it is the last. Returns what it was.

    Raises NotTheLast.
    """
    draft = _locked(map, who)
    last = draft.edits.order_by("-revision").first()
    if last is None or last.revision != revision or last.before is None:
        raise NotTheLast
    _set(draft, Said(last.before, last.source, last.languages), who)
    what = last.what
    last.delete()
    return what


@transaction.atomic
def discard(map: MessageMap, *, seen: str, who: Who) -> bool:
    """Nothing of the draft stays; the versions are as they were, and a map that has none is gone
    with it. `seen` as for `replace`. Returns whether the map is still there.

    Raises Conflict, and StillUsed for a map that has to stay.
    """
    if not MessageMap.objects.select_for_update().filter(id=map.id).exists():
        return False  # so no rule begins to name it either
    stored = Draft.objects.select_for_update(of=("self",)).filter(map=map).exists()
    draft = of(map)
    if seen != digest(draft, WHOLE):
        raise Conflict(WHOLE, None, draft.document, draft)
    if not map.versions.exists():
        _remove(map, who)
        return False
    if stored:
        why = {"revision": draft.revision, "base": draft.base.number if draft.base else 0}
        draft.delete()
        _record(map, "threw_away_draft", who, why)
    return True


def _remove(map: MessageMap, who: Who) -> None:
    if map.assignments.exists():
        raise StillUsed("A rule gives it to applications.", "Remove the rule first.")
    if map.proposals.filter(state=MapProposal.State.OPEN).exists():
        raise StillUsed("A version of it waits for a second person.", "Withdraw it first.")
    _record(map, "removed_map", who, {"slug": map.slug})
    map.delete()


def last_edit(draft: Draft) -> DraftEdit | None:
    """What can be taken back."""
    return DraftEdit.objects.filter(draft_id=draft.id).order_by("-revision").first()


_PUBLISHED_KEYS = """
SELECT DISTINCT jsonb_path_query(document, '$.stages.*.touches[*].key') #>> '{}'
FROM journeys_version WHERE map_id = %s
"""  # not the documents: there may be hundreds of them


def published_keys(map: MessageMap) -> set[str]:
    """The keys of every touch that was ever published."""
    return {key for (key,) in sql.rows(_PUBLISHED_KEYS, (map.id,))}


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


def _said(draft: Draft) -> Said:
    return Said(draft.document, draft.source, draft.languages)


def _write(draft: Draft, made: Raw, what: str, who: Who) -> Draft:
    return _write_all(draft, _said(draft)._replace(document=_plain(made)), what, who)


def _write_all(draft: Draft, said: Said, what: str, who: Who) -> Draft:
    was = _said(draft)
    if said == was:
        return draft
    last = draft.edits.order_by("-revision").first()
    _set(draft, said, who)
    if last and _goes_on(last, what, who):
        last.revision = draft.revision
        last.save(update_fields=["revision"])
        return draft
    DraftEdit.objects.create(
        organization_id=draft.organization_id, draft=draft, revision=draft.revision,
        by=who.by, at=who.at, what=what[:100], before=was.document,
        source=was.source, languages=was.languages,
    )  # fmt: skip
    draft.edits.filter(revision__lte=draft.revision - KEPT).delete()
    return draft


def _goes_on(last: DraftEdit, what: str, who: Who) -> bool:
    """Whether an edit continues the last: a form that saves itself makes one of what is typed."""
    same = last.what == what and last.by == who.by and what.startswith("changed ")
    return same and who.at - last.at < TOGETHER


def _set(draft: Draft, said: Said, who: Who) -> None:
    draft.document, draft.source, draft.languages = said
    draft.edited_by, draft.edited_at, draft.revision = who.by, who.at, draft.revision + 1
    draft.save()


def _record(map: MessageMap, verb: str, who: Who, why: dict[str, Any]) -> None:
    facts.record(
        organization_id=map.organization_id, actor=facts.Actor("member", who.by), verb=verb,
        subject_kind="map", subject_id=map.id, why=why, at=who.at,
    )  # fmt: skip


def refused(path: str, reason: str, remedy: str) -> DocumentError:
    """What a form finds wrong itself, said as a document's problem."""
    return DocumentError([Problem(path, reason, remedy)])
