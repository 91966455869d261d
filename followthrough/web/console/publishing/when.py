"""What was running at a moment: for a map, and for a candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followthrough.accounts.models import Member
from followthrough.core import clock
from followthrough.governance import freezes, policies
from followthrough.governance.models import Freeze
from followthrough.journeys import shadows, versions
from followthrough.journeys.models import MessageMap, Run, RunMove, Version
from followthrough.journeys.shadows import Shadows
from followthrough.people import scopes, sites
from followthrough.people.models import Candidate, StageChange
from followthrough.people.stages import Stage
from followthrough.web.console import board, names, run_moves, whereabouts
from followthrough.web.console.access import may, own
from followthrough.web.console.board import Column
from followthrough.web.console.publishing import shadow_then
from followthrough.web.console.publishing.shadow_then import Known

CHANNELS = ("sms", "email")


class InVersion(NamedTuple):
    """How many applications were in a version then, and how many of them in shadow."""

    version: Version
    count: int
    shadowed: int


class Theirs(NamedTuple):
    """A candidate's application then: the move that had brought it to its version, the stage it
    was in, whether it was in shadow, and what the version says there (None: nothing)."""

    run: Run
    version: Version
    shadowed: bool
    move: RunMove
    why: str
    stage: str
    column: Column | None


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """A moment (`at`, by the clock of whoever looks) of a map, and of a `candidate`."""
    map = own(request, MessageMap, key)
    member: Member = request.member  # type: ignore[attr-defined]
    at, misread = _moment(request.GET.get("at", ""))
    candidate = _candidate(request)
    known = shadows.then(map.organization_id, at)
    found = {**_of_map(map, member, at, known), **_of_candidate(candidate, member, at, known)}
    given = {
        "map": map,
        "at": at,
        "misread": misread,
        "ahead": at > clock.now(),
        "asked": timezone.localtime(at).strftime("%Y-%m-%dT%H:%M"),
        "candidate": candidate,
        **found,
        "authors": names.of_authors(_people(found)),
    }
    return render(request, "console/publishing/when.html", given)


def _moment(text: str) -> tuple[datetime, bool]:
    """The moment that was asked for, and whether it could not be read; now where none was."""
    if not text:
        return clock.now(), False
    try:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else timezone.make_aware(found)
        return aware.astimezone(timezone.get_default_timezone()), False
    except (ValueError, OverflowError):
        return clock.now(), True


def _candidate(request: HttpRequest) -> Candidate | None:
    """Whoever was asked for, within what the member sees. Raises Http404."""
    try:
        key = UUID(request.GET.get("candidate", ""))
    except ValueError:
        return None
    if not may(request, "candidates"):
        return None
    return own(request, Candidate, key, within=scopes.person)


def _people(found: dict[str, Any]) -> list[str]:
    version = found["version"]
    whom = [version.author_id, version.second_id] if version else []
    frozen = [one.by.removeprefix("member:") for one in found["frozen"]]
    return [*whom, *frozen, *(one.move.by for one in found["theirs"])]


# --- the map -------------------------------------------------------------------------------------


def _of_map(map: MessageMap, member: Member, at: datetime, known: Known) -> dict[str, Any]:
    published = list(
        Version.objects.filter(map=map).defer("document", "source").order_by("-number")
    )
    then = next((one for one in published if one.published_at <= at), None)
    groups = _under_way_by(published, member, at)
    through = Counter({one.connection_id: one.count for one in groups})
    return {
        "version": then,
        "next": next((one for one in reversed(published) if one.published_at > at), None),
        "running": _running(published, groups, shadow_then.judged(known)),
        "kept": shadow_then.of_map(map, known, through),
        "frozen": _frozen(map, at),
    }


class _Group(NamedTuple):
    """Applications that were in the same version, of the same connection and job family."""

    version_id: UUID
    connection_id: UUID
    family: str | None
    count: int


def _under_way_by(published: Sequence[Version], member: Member, at: datetime) -> list[_Group]:
    """How many applications were in which version, by the moves on record. A run that ended and
    began again since counts as under way in between: only its last end is kept."""
    runs = _under_way(at).filter(organization_id=member.organization_id, version__map__in={
        one.map_id for one in published
    })  # fmt: skip
    counted = (
        runs.filter(scopes.applied(member)).annotate(then=_version_then(at))
        .values_list("then", "application__connection_id", "application__requisition__family")
        .annotate(Count("id"))
    )  # fmt: skip
    return [_Group(*row) for row in counted]


def _running(
    published: Sequence[Version], groups: Sequence[_Group], judged: Shadows
) -> list[InVersion]:
    counts: Counter[UUID] = Counter()
    shadowed: Counter[UUID] = Counter()
    maps = {one.id: one.map_id for one in published}
    for one in groups:
        counts[one.version_id] += one.count
        place = {"connection_id": one.connection_id, "family": one.family or ""}
        if judged.on(map_id=maps.get(one.version_id), **place):
            shadowed[one.version_id] += one.count
    return [
        InVersion(one, counts[one.id], shadowed[one.id]) for one in published if one.id in counts
    ]


def _under_way(at: datetime) -> QuerySet[Run]:
    return Run.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), started_at__lte=at)


def _version_then(at: datetime) -> Subquery:
    earlier = RunMove.objects.filter(run=OuterRef("id"), at__lte=at).order_by("-at", "-id")
    return Subquery(earlier.values("to_version_id")[:1])


def _frozen(map: MessageMap, at: datetime) -> list[Freeze]:
    """What stopped the map then: itself, all of the organization, or a channel."""
    ours = map.organization_id
    subjects = [map.id, ours, *(freezes.channel_subject(ours, one) for one in CHANNELS)]
    standing = Freeze.objects.filter(organization_id=ours, subject_id__in=subjects,
                                     begun_at__lte=at)  # fmt: skip
    still = standing.filter(Q(ended_at=None) | Q(ended_at__gt=at), Q(until=None) | Q(until__gt=at))
    return list(still.order_by("begun_at"))


# --- a candidate ---------------------------------------------------------------------------------


def _of_candidate(
    candidate: Candidate | None, member: Member, at: datetime, known: Known
) -> dict[str, Any]:
    if candidate is None:
        return {"theirs": []}
    runs = (
        Run.objects.filter(application__candidate=candidate, started_at__lte=at)
        .filter(scopes.applied(member)).select_related("application__requisition__site")
        .order_by("started_at")
    )  # fmt: skip
    judged = shadow_then.judged(known)
    found = [one for run in runs if (one := _theirs(run, member, at, judged))]
    applications = [one.run.application for one in found]
    zones = whereabouts.of(candidate, applications)
    return {"theirs": found, "wall": whereabouts.clock_of(zones, applications)}


def _theirs(run: Run, member: Member, at: datetime, judged: Shadows) -> Theirs | None:
    moved = RunMove.objects.filter(run=run, at__lte=at).order_by("-at", "-id")
    move = moved.select_related("to_version__map").first()
    if move is None:
        return None
    stage = _stage(run, at)
    return Theirs(
        run,
        move.to_version,
        _shadowed(run, move.to_version, judged),
        move,
        run_moves.why(move),
        str(Stage(stage).label) if stage in Stage.values else "",
        _column(move.to_version, stage, member),
    )


def _shadowed(run: Run, version: Version, judged: Shadows) -> bool:
    application = run.application
    family = application.requisition.family if application.requisition else ""
    connection = application.connection_id
    return bool(judged.on(map_id=version.map_id, connection_id=connection, family=family))


def _stage(run: Run, at: datetime) -> str:
    seen = StageChange.objects.filter(application_id=run.application_id, observed_at__lte=at)
    last = seen.order_by("-observed_at", "-id").first()
    return last.to_stage if last else ""


def _column(version: Version, stage: str, member: Member) -> Column | None:
    """What a version says in a stage, judged by the policy of today."""
    organization = member.organization
    found = board.build(
        versions.document(version.id),
        before=None,
        policy=policies.of(organization.id),
        places=sites.places(organization.id, country=organization.country),
    )
    return next((one for one in found.columns if one.stage == stage), None)
