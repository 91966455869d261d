"""A whole life through a map on one page: somebody real or invented, each message with the gate's
decision. Nothing is planned and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.core import clock
from followthrough.core.typed import cleaned
from followthrough.core.zones import known_zones, local
from followthrough.journeys import shadows, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft, MessageMap, Run, Version
from followthrough.journeys.upgrades import upgraded
from followthrough.people import finding, scopes
from followthrough.people.models import Anchor, Application, Requisition
from followthrough.runs.replay import preview
from followthrough.runs.replay.invented import Invented
from followthrough.runs.replay.life import Life
from followthrough.web import permissions
from followthrough.web.console import sentences, whereabouts
from followthrough.web.console.access import own
from followthrough.web.console.preview import shown
from followthrough.web.console.preview.asked import Asked
from followthrough.web.console.preview.someone import Someone, openings_of, zones_of
from followthrough.web.console.preview.steps import MOST, Ground, StepForm, visits
from followthrough.web.console.preview.steps import read as read_steps
from followthrough.web.console.sentences import Wall

MOST_FOUND = 12
EDITS = {"edit", "after", "without"}  # who pressed one of these sees the steps


class Read(NamedTuple):
    """What is lived through, what it is called, and the number of the version; 0: the draft."""

    document: MapDocument
    name: str
    number: int


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whom, what happens to them, and what would come of it: asked of nobody, the usual walk."""
    map = own(request, MessageMap, key)
    read, about = _document(map, request.GET.get("version", "")), _application(request)
    given: dict[str, Any] = {
        "map": map, "read": read, "about": about, "drafted": not read.number,
        "in_shadow": map.id in shadows.standing([map.id]),
        "version": read.number if request.GET.get("version") else "",
    }  # fmt: skip
    if q := cleaned(request.GET.get("q", ""), longest=100):
        given |= {"q": q, "found": _found(request, q)}
    data = {name: str(value) for name, value in request.GET.items()}
    someone = Someone(
        data,
        zones=zones_of(map.organization_id),
        openings=[] if about else openings_of(map),
        languages=read.document.languages,
    )
    wall = _wall(about, someone)
    asked, ground = _asked(data, read, about), _ground(read.document, about, wall, clock.now())
    steps = read_steps(data, ground, ends=asked.wanted)
    given |= {
        "someone": someone, "asked": asked, "steps": steps, "wall": wall,
        "full": len(steps) >= MOST,
    }  # fmt: skip
    if all(form.is_valid() for form in (asked, *steps, *([] if about else [someone]))):
        life = Life(visits(steps), asked.cleaned_data["answers"], _answers(steps))
        given |= _lived(map, ground, about or someone, life, wall, language=asked.spoken)
    given["edits"] = any(step.errors for step in steps) or bool(EDITS & set(data))
    return render(request, "console/preview/page.html", given)


def _asked(data: Mapping[str, str], read: Read, about: Application | None) -> Asked:
    own = about.candidate.locale if about else None
    return Asked(data, own=own, languages=read.document.languages)


def _ground(document: MapDocument, about: Application | None, wall: Wall, at: datetime) -> Ground:
    if about is None:
        return Ground(document, wall.zone, at)
    known = Anchor.objects.filter(application=about, at__isnull=False)
    anchors = dict(known.values_list("name", "at"))
    return Ground(document, wall.zone, at, about.stage, about.stage_since, anchors)


def _answers(steps: Sequence[StepForm]) -> dict[str, str]:
    return {key: answer for step in steps for key, answer in step.answers().items()}


def _document(map: MessageMap, wanted: str) -> Read:
    """The draft where there is one and nothing else is wanted; else a version, the newest."""
    draft = None if wanted else Draft.objects.filter(map=map).first()
    if draft:
        return Read(MapDocument.model_validate(upgraded(draft.document)), _("the draft"), 0)
    known = Version.objects.filter(map=map).order_by("-number")
    found = known.filter(number=int(wanted)) if wanted.isdecimal() else known
    version = found.first()
    if version is None:
        raise Http404("The map has no such version, and no draft.")
    name = _("version %(number)s") % {"number": version.number}
    return Read(versions.document(version.id), name, version.number)


def _application(request: HttpRequest) -> Application | None:
    """The application asked about, else the newest of the candidate asked about; within what the
    member may see."""
    member = request.member  # type: ignore[attr-defined]
    if "candidates" not in permissions.of(member.role):
        return None
    theirs = scopes.applications(member).select_related("candidate", "requisition__site")
    for name, field in (("application", "id"), ("candidate", "candidate_id")):
        if text := request.GET.get(name, ""):
            found = theirs.filter(**{field: _key(text)}).order_by("-id").first()
            if found is None:
                raise Http404("There is no such application here.")
            return found
    return None


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _found(request: HttpRequest, text: str) -> list[Application]:
    member = request.member  # type: ignore[attr-defined]
    if "candidates" not in permissions.of(member.role):
        return []
    meant = finding.read(text, country=member.organization.country)
    found = scopes.applications(member).filter(finding.applications(member.organization, meant))
    related = found.select_related("candidate", "requisition__site")
    return list(related.order_by("candidate__plain_name", "id")[:MOST_FOUND])


def _wall(about: Application | None, someone: Someone) -> Wall:
    """Their clock; that of the first site, as long as nobody says where they are."""
    if about is not None:
        return whereabouts.clock_of(whereabouts.of(about.candidate, [about]), [about])
    zone = someone.cleaned_data.get("zone", "") if someone.is_valid() else ""
    zone = zone or someone.zones[0][0]
    return Wall(zone, sentences.place(zone))


def _lived(
    map: MessageMap,
    ground: Ground,
    who: Application | Someone,
    life: Life,
    wall: Wall,
    *,
    language: str,
) -> dict[str, Any]:
    document, now = ground.document, ground.at
    if isinstance(who, Application):
        opening = who.requisition
        found = preview.of_application(map, document, who, life, now=now, language=language)
    else:
        invented = _invented(map, who.cleaned_data)
        opening = invented.requisition
        found = preview.of_invented(map, document, invented, life, now=now)
    return {
        "timeline": found, "stretches": shown.stretches(life, found, wall),
        "clocks": {
            number: sentences.moment(visit.at, wall.zone)
            for number, visit in enumerate(life.visits)
        },
        "left": shown.left(found), "summary": shown.summary(found),
        "elsewhere": _elsewhere(opening, wall.zone, life),
    }  # fmt: skip


def _elsewhere(opening: Requisition | None, zone: str, life: Life) -> str:
    """The site by whose clock texts name a time, where that is not the one of the person."""
    site = opening.site if opening else None
    if site is None or site.zone not in known_zones():
        return ""
    times = [at for visit in life.visits for at in visit.times]
    same = all(local(at, zone).utcoffset() == local(at, site.zone).utcoffset() for at in times)
    return "" if same else str(site.name)


def _invented(map: MessageMap, given: Mapping[str, Any]) -> Invented:
    return Invented(
        given["name"],
        given["locale"],
        given["zone"],
        phone=given["reach"] != "email",
        email=given["reach"] != "phone",
        consent=given["consent"] == "yes",
        requisition=_opening(map, given["zone"], given["opening"]),
        title=_("Associate"),
        site=_("Downtown"),
    )


def _opening(map: MessageMap, zone: str, wanted: str) -> Requisition | None:
    """What they have applied for: what is wanted, else the newest opening of those with this map,
    where they are if there is one there; of any map, where nobody has this one yet."""
    known = Requisition.objects.filter(organization_id=map.organization_id)
    ours = Run.objects.filter(version__map=map).values("application__requisition")
    newest = known.select_related("site").order_by("-id")
    mine = newest.filter(id__in=ours)
    if wanted:
        return newest.filter(id=wanted).first()
    found = mine if mine.exists() else newest
    return found.filter(site__zone=zone).first() or found.first()
