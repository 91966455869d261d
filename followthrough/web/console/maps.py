"""Message maps: which there are and who gets them, the board of a version, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.governance import policies
from followthrough.governance.models import Freeze
from followthrough.journeys import diff, documents, shadows, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.diff import Difference
from followthrough.journeys.models import Assignment, Draft, MessageMap, Run, RunMove, Version
from followthrough.journeys.upgrades import upgraded
from followthrough.people import scopes, sites
from followthrough.runs.published import moves
from followthrough.runs.replay import shadow
from followthrough.web.console import board, map_changes, map_words, mapless, names
from followthrough.web.console.access import own
from followthrough.web.console.publishing import second


class Runs(NamedTuple):
    """How many applications are in a version: `open` ones, and `every` one."""

    open: int = 0
    every: int = 0


NOBODY = Runs()


@dataclass(frozen=True)
class Told:
    """A map with everything the pages say of it; `versions` are the newest first."""

    map: MessageMap
    versions: Sequence[Version]
    runs: Mapping[UUID, Runs]
    assigned: Sequence[str]
    frozen: Freeze | None

    @property
    def newest(self) -> Version | None:
        return self.versions[0] if self.versions else None

    @property
    def running(self) -> list[tuple[Version, int]]:
        """The versions that applications are in now, with how many."""
        counted = [(one, self.runs.get(one.id, NOBODY).open) for one in self.versions]
        return [(version, count) for version, count in counted if count]

    @property
    def open(self) -> int:
        """How many applications are in any version of it now."""
        return sum(count for _, count in self.running)


# --- pages ---------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every map: its newest version, who gets it, and how many are in which version."""
    member = request.member  # type: ignore[attr-defined]
    maps = MessageMap.objects.filter(organization_id=member.organization_id).order_by("name")
    found = told(maps, member)
    drafts = {one.map_id: one for one in Draft.objects.filter(map__in=[one.map for one in found])}
    given = {
        "maps": found,
        "drafts": drafts,
        "shadows": shadows.standing([one.map.id for one in found]),
        "authors": _authors(found, drafts.values()),
        "pictures": _pictures(found),
        "without": mapless.families(member),
    }
    return render(request, "console/maps.html", given)


@require_safe
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """The newest version of a map on the board."""
    return _board(request, key, None)


@require_safe
def version(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Any version of a map on the board."""
    return _board(request, key, number)


@require_safe
def download(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """A version as YAML, which reads back as the same document."""
    shown = _version(told_of(request, key), number)
    text = _source(shown)
    name = f"{shown.map.slug}-v{shown.number}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)


def _source(shown: Version) -> str:
    """The YAML a version came as, byte for byte; else what it says written out."""
    kept = Version.objects.values_list("source", flat=True).get(id=shown.id)
    return kept or documents.write_yaml(versions.document(shown.id))


def _board(request: HttpRequest, key: UUID, number: int | None) -> HttpResponse:
    found = told_of(request, key)
    given: dict[str, Any] = {
        "told": found,
        "authors": _authors([found]),
        "draft": Draft.objects.filter(map=found.map).first(),
        "proposed": [
            one for one in second.waiting(request.member)  # type: ignore[attr-defined]
            if one.proposal.map_id == found.map.id
        ],
        "moving": moves.under_way([found.map.id]),
        "map": found.map,
        "ever": _ever(found, request.member),  # type: ignore[attr-defined]
    }  # fmt: skip
    if found.newest:
        shown = _version(found, number or found.newest.number)
        given |= _shown(request, found, shown)
    elif number:
        raise Http404("The map has no such version.")
    return render(request, "console/map.html", given)


def _shown(request: HttpRequest, found: Told, shown: Version) -> dict[str, Any]:
    """A version: its document, its board, and what it changes of the one before it."""
    organization = request.member.organization  # type: ignore[attr-defined]
    document = versions.document(shown.id)
    before = next((one for one in found.versions if one.number == shown.number - 1), None)
    old = versions.document(before.id) if before and "plain" not in request.GET else None
    difference = diff.diff(old, document) if old else None
    policy = policies.of(organization.id)
    places = sites.places(organization.id, country=organization.country)
    return {
        "shown": shown,
        "document": document,
        "before": before,
        "difference": difference,
        "settings": map_changes.of_map(difference, old, document) if difference and old else [],
        "plain": "plain" in request.GET,
        "tried": shadow.replays_of(found.map, shown.content_hash)[:3],
        "board": board.build(document, before=old, policy=policy, places=places),
        "policy": policy,
        "settle": map_words.duration(document.settle),
        "fallback": map_words.language(document.default_locale),
        **(_counts(difference) if difference else {}),
    }


def _counts(found: Difference) -> dict[str, int]:
    return {kind: found.count(kind) for kind in (diff.ADDED, diff.CHANGED, diff.REMOVED)}


# --- what is there -------------------------------------------------------------------------------


def told_of(request: HttpRequest, key: UUID) -> Told:
    """One map of the member's organization. Raises Http404."""
    found = own(request, MessageMap, key)
    return told(MessageMap.objects.filter(id=found.id), request.member)[0]  # type: ignore[attr-defined]


def told(maps: QuerySet[MessageMap], member: Member) -> list[Told]:
    """Maps with what is said of them, in five queries however many there are; runs are counted
    among the applications the member may see."""
    found = list(maps)
    keys = [one.id for one in found]
    published = _by_map(
        Version.objects.filter(map__in=keys).defer("document", "source").select_related("map")
        .order_by("-number")
    )  # fmt: skip
    rules = _by_map(
        Assignment.objects.filter(map__in=keys).select_related("site", "requisition", "connection")
        .order_by("position", "id")
    )  # fmt: skip
    runs = _runs([one.id for rows in published.values() for one in rows], member)
    frozen = _frozen(keys)
    return [
        Told(
            one,
            published.get(one.id, []),
            runs,
            [_rule(rule) for rule in rules.get(one.id, [])],
            frozen.get(one.id),
        )
        for one in found
    ]


def _by_map(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.map_id, []).append(row)
    return found


def _runs(versions: Sequence[UUID], member: Member) -> dict[UUID, Runs]:
    found = Run.objects.filter(version__in=versions)
    if scopes.requisitions(member) is not None:
        found = found.filter(application__in=scopes.applications(member))
    counted = found.values_list("version_id").annotate(Count("version_id"), Count("ended_at"))
    return {version_id: Runs(every - ended, every) for version_id, every, ended in counted}


def _ever(found: Told, member: Member) -> dict[UUID, int]:
    """How many applications were ever in each version: those in it, and those who left it for
    another one and have not come back."""
    left = RunMove.objects.filter(from_version__in=found.versions)
    left = left.exclude(run__version=F("from_version"))
    if scopes.requisitions(member) is not None:
        left = left.filter(run__application__in=scopes.applications(member))
    gone = dict(left.values_list("from_version_id").annotate(Count("run_id", distinct=True)))
    return {key: found.runs.get(key, NOBODY).every + n for key, n in gone.items()} | {
        key: runs.every for key, runs in found.runs.items() if key not in gone
    }


def _frozen(maps: Sequence[UUID]) -> dict[UUID, Freeze]:
    standing = Freeze.objects.filter(subject_id__in=maps, subject_kind="map", ended_at=None)
    still = standing.filter(Q(until=None) | Q(until__gt=clock.now()))
    return {one.subject_id: one for one in still}


def _rule(rule: Assignment) -> str:
    """An assignment in words."""
    parts = {
        "family": rule.family,
        "site": rule.site.name if rule.site else "",
        "requisition": rule.requisition.title if rule.requisition else "",
        "connection": rule.connection.name if rule.connection else "",
    }
    return map_words.assigned(**parts)


def _version(found: Told, number: int) -> Version:
    shown = next((one for one in found.versions if one.number == number), None)
    if shown is None:
        raise Http404("The map has no such version.")
    return shown


def _authors(found: Sequence[Told], drafts: Iterable[Draft] = ()) -> names.Authors:
    authors = [version.author_id for one in found for version in one.versions]
    return names.of_authors([*authors, *(one.edited_by for one in drafts)])


def _pictures(found: Sequence[Told]) -> dict[UUID, board.Picture]:
    """The board of each map's newest version in small, by map."""
    newest = {one.newest.id: one.map.id for one in found if one.newest}
    rows = Version.objects.filter(id__in=newest).values_list("id", "document")
    return {
        newest[key]: board.picture(MapDocument.model_validate(upgraded(document)))
        for key, document in rows
    }
