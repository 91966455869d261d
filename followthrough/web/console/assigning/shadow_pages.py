"""Shadow mode of a map or a connection: begun, switched on family by family, ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from followthrough.core import clock
from followthrough.journeys import shadows
from followthrough.journeys.models import MessageMap, Shadow, Version
from followthrough.messages.models import Receipt
from followthrough.people.models import Application, Connection
from followthrough.web.console import names
from followthrough.web.console.access import own
from followthrough.web.console.assigning import effect
from followthrough.web.console.frame import tell
from followthrough.web.console.receipts.asked import Asked
from followthrough.web.console.sentences import label

SUBJECTS: dict[str, Any] = {shadows.MAP: MessageMap, shadows.CONNECTION: Connection}


EARLIER = 5  # ended ones that are told of


class Told(NamedTuple):
    """A shadow in words: who began and ended it, and how many messages it kept."""

    row: Shadow
    by: str
    ended_by: str
    kept: int
    live: list[str]

    @property
    def receipts(self) -> str:
        """Where what it kept is listed, behind the question mark: by its days, and its map."""
        of_map = self.row.subject_kind == shadows.MAP
        return Asked(
            verdict="shadow", map=str(self.row.subject_id) if of_map else "",
            since=_day(self.row.begun_at), until=_day(self.row.ended_at),
        ).query  # fmt: skip


def _day(at: datetime | None) -> str:
    return timezone.localtime(at).date().isoformat() if at else ""


class Family(NamedTuple):
    """A job family with its open applications, and whether it is sent to for real."""

    code: str
    name: str
    count: int
    live: bool


def told(subject_id: UUID) -> Told | None:
    """The shadow that stands on a map or a connection."""
    row = shadows.standing([subject_id]).get(subject_id)
    return next(iter(_told([row])), None) if row else None


def earlier(subject_id: UUID) -> list[Told]:
    """Its shadows that have ended, the newest first."""
    ended = Shadow.objects.filter(subject_id=subject_id, ended_at__isnull=False)
    return _told(ended.order_by("-ended_at", "-id")[:EARLIER])


def _told(rows: Sequence[Shadow]) -> list[Told]:
    who = names.of_members([by for row in rows for by in (row.by, row.ended_by)])
    return [
        Told(
            row, names.named(row.by, who), names.named(row.ended_by, who), _kept(row),
            [family_name(one) for one in row.families_live],
        )
        for row in rows
    ]  # fmt: skip


class Standing(NamedTuple):
    """What is in shadow now, by name: `kind` and `key` of the map or connection."""

    kind: str
    key: UUID
    name: str


def standing(organization_id: UUID) -> list[Standing]:
    """Everything of an organization that is in shadow, by name."""
    rows = Shadow.objects.filter(organization_id=organization_id, ended_at=None)
    called = [
        Subquery(model.objects.filter(id=OuterRef("subject_id")).values("name")[:1])
        for model in SUBJECTS.values()
    ]
    named = rows.annotate(name=Coalesce(*called)).order_by("name")
    return [Standing(*row) for row in named.values_list("subject_kind", "subject_id", "name")]


def _kept(row: Shadow) -> int:
    """How many messages would have gone out while it stood."""
    found = Receipt.objects.filter(
        organization_id=row.organization_id,
        verdict="shadow",
        code="in_shadow",
        at__gte=row.begun_at,
    )
    if row.ended_at:
        found = found.filter(at__lt=row.ended_at)
    if row.subject_kind == shadows.MAP:
        theirs = Version.objects.filter(map=row.subject_id).values("id")
        return found.filter(version_id__in=theirs).count()
    through = Application.objects.filter(connection=row.subject_id).values("id")
    return found.filter(application_id__in=through).count()


def family_name(code: str) -> str:
    """A job family by name, also none."""
    return label(code) if code else _("No job family")


def page(request: HttpRequest, kind: str, key: UUID) -> HttpResponse:
    """How it stands; a POST begins, switches or ends it (`act`)."""
    if kind not in SUBJECTS:
        raise Http404("Only maps and connections can be in shadow.")
    subject = own(request, SUBJECTS[kind], key)
    if request.method == "POST":
        _ACTS.get(request.POST.get("act", ""), _nothing)(request, kind, subject)
        return redirect("shadow", kind, key)
    shown = told(subject.id)
    families = _families(request, kind, subject, shown)
    given = {
        "kind": kind, "subject": subject, "told": shown, "families": families,
        "open": sum(one.count for one in families), "earlier": earlier(subject.id),
    }  # fmt: skip
    return render(request, "console/assigning/shadow.html", given)


def _families(request: HttpRequest, kind: str, subject: Any, shown: Told | None) -> list[Family]:
    live = set(shown.row.families_live) if shown else set()
    counts: Counter[str] = Counter(dict.fromkeys(live, 0))
    member = request.member  # type: ignore[attr-defined]
    for crowd in effect.crowds(member, everybody=True):
        about = crowd.map_id if kind == shadows.MAP else crowd.place.connection_id
        if about == subject.id:
            counts[crowd.place.family] += crowd.count
    return [Family(one, family_name(one), n, one in live) for one, n in sorted(counts.items())]


def _begin(request: HttpRequest, kind: str, subject: Any) -> None:
    shadows.begin(
        organization_id=subject.organization_id, subject_kind=kind, subject_id=subject.id,
        by=_by(request), at=clock.now(),
    )  # fmt: skip
    tell(request, _("%(what)s is in shadow: nothing of it is sent from now on.") % _named(subject))


def _switch(request: HttpRequest, kind: str, subject: Any) -> None:
    """Only what was ticked or unticked: what a colleague switched meanwhile stays."""
    row = shadows.standing([subject.id]).get(subject.id)
    ticked, were = (set(request.POST.getlist(name)) for name in ("family", "live"))
    on, off = ticked - were, were - ticked
    if row is None or str(row.id) != request.POST.get("shadow"):
        messages.error(request, _("Somebody ended that shadow meanwhile: look at how it stands."))
    elif now := shadows.switch(row.id, on=on, off=off, by=_by(request), at=clock.now()):
        tell(request, _live(now))


def _live(row: Shadow) -> str:
    if not row.families_live:
        return _("Nothing of it is sent for real now.")
    live = ", ".join(family_name(one) for one in row.families_live)
    return _("Sent for real now: %(families)s.") % {"families": live}


def _end(request: HttpRequest, kind: str, subject: Any) -> None:
    row = shadows.standing([subject.id]).get(subject.id)
    if row and shadows.end(row.id, by=_by(request), at=clock.now()):
        tell(request, _("%(what)s is sent for real from now on.") % _named(subject))


def _nothing(request: HttpRequest, kind: str, subject: Any) -> None:
    """An act nobody knows changes nothing."""


_ACTS = {"begin": _begin, "switch": _switch, "end": _end}


def _by(request: HttpRequest) -> str:
    return f"member:{request.member.id}"  # type: ignore[attr-defined]


def _named(subject: Any) -> dict[str, str]:
    return {"what": _("“%(name)s”") % {"name": subject.name}}
