"""A whole life through a map on one page: somebody real or invented, each message with the gate's
decision. Nothing is planned and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followthrough.core import clock
from followthrough.core.typed import cleaned
from followthrough.core.zones import known_zones, local
from followthrough.governance import words
from followthrough.journeys import versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import Draft, MessageMap, Run, Version
from followthrough.journeys.upgrades import upgraded
from followthrough.messages.models import Receipt
from followthrough.people import finding, scopes
from followthrough.people.models import Application, Requisition
from followthrough.runs.replay import preview
from followthrough.runs.replay.preview import Invented, Life, Step, Timeline
from followthrough.web import permissions
from followthrough.web.console import sentences, whereabouts
from followthrough.web.console.access import own
from followthrough.web.console.preview.asked import (
    Asked,
    Someone,
    event_label,
    openings_of,
    zones_of,
)
from followthrough.web.console.sentences import Wall

MOST_FOUND = 12
MEANINGS = {
    "send": "kept",
    "hold": "held",
    "drop": "stopped",
    "merge": "stopped",
    "said": "quiet",
    "heard": "quiet",
}


class Shown(NamedTuple):
    """One step in words; `clocks` is its time, by theirs and where it differs by ours."""

    step: Step
    meaning: str
    verdict: str
    said: str
    clock: str
    checks: Sequence[words.Checked]


class Read(NamedTuple):
    """What is lived through, what it is called, and the number of the version; 0: the draft."""

    document: MapDocument
    name: str
    number: int


@require_safe
def page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whom, what happens, and what would come of it."""
    map = own(request, MessageMap, key)
    document, name, number = _document(map, request.GET.get("version", ""))
    about = _application(request)
    member = request.member  # type: ignore[attr-defined]
    given: dict[str, Any] = {
        "map": map,
        "document_name": name,
        "about": about,
        "drafted": not number,
    }
    if q := cleaned(request.GET.get("q", ""), longest=100):
        given |= {"q": q, "found": _found(request, q)}
    wall = _wall(about)
    someone = Someone(
        _data(request),
        zones=zones_of(member.organization_id),
        openings=[] if about else openings_of(map),
    )
    if about is None and someone.is_valid():
        zone = someone.cleaned_data["zone"]
        wall = Wall(zone, sentences.place(zone))
    stage = about.stage if about else ""
    asked = Asked(_data(request), document=document, zone=wall.zone, stage=stage)
    given |= {"asked": asked, "someone": someone, "wall": wall}
    if asked.is_valid() and (about or someone.is_valid()):
        given |= _lived(map, document, about, someone, asked, wall)
    return render(request, "console/preview/page.html", given)


def _data(request: HttpRequest) -> Mapping[str, str]:
    return {name: str(value) for name, value in request.GET.items()}


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


def _wall(about: Application | None) -> Wall:
    if about is None:
        return Wall("UTC", "UTC")
    return whereabouts.clock_of(whereabouts.of(about.candidate, [about]), [about])


def _lived(
    map: MessageMap,
    document: MapDocument,
    about: Application | None,
    someone: Someone,
    asked: Asked,
    wall: Wall,
) -> dict[str, Any]:
    now, life, opening = clock.now(), asked.life(), about.requisition if about else None
    if about is not None:
        found = preview.of_application(map, document, about, life, now=now)
    else:
        invented = _invented(map, someone.cleaned_data)
        opening = invented.requisition
        found = preview.of_invented(map, document, invented, life, now=now)
    steps = [_shown(step, wall) for step in sorted(found.steps, key=lambda step: step.at)]
    return {
        "timeline": found, "steps": steps, "life": life, "summary": _summary(found),
        "elsewhere": _elsewhere(opening, wall.zone, life),
    }  # fmt: skip


def _elsewhere(opening: Requisition | None, zone: str, life: Life) -> str:
    """The site by whose clock texts name a time, where that is not the one of the person."""
    site = opening.site if opening else None
    if site is None or site.zone not in known_zones():
        return ""
    times = [life.enters_at, *life.anchors.values()]
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


def _shown(step: Step, wall: Wall) -> Shown:
    said, checks = "", []
    if step.verdict == "heard":
        said = event_label(step.key)
    elif step.verdict != "said":
        row = Receipt(
            verdict=step.verdict, code=step.code, at=step.at, channel=step.channel,
            until=step.until, checks=[list(check) for check in step.checks],
        )  # fmt: skip
        given = {"zone": wall.zone, "place": wall.place}
        said, checks = words.sentence(row, **given), words.checked(row, **given)
    return Shown(
        step, MEANINGS[step.verdict], _VERDICTS[step.verdict](), said,
        sentences.dated(step.at, wall), checks,
    )  # fmt: skip


_VERDICTS = {
    "send": lambda: _("Sent"),
    "hold": lambda: _("Held"),
    "drop": lambda: _("Not sent"),
    "merge": lambda: _("Merged into another message"),
    "said": lambda: _("They answer"),
    "heard": lambda: _("Reported"),
}


def _summary(found: Timeline) -> dict[str, Any]:
    kinds = [step.verdict for step in found.steps]
    last = max((step.at for step in found.steps), default=None)
    return {"sent": found.sent, "held": kinds.count("hold"), "dropped": kinds.count("drop"),
            "last": last}  # fmt: skip
