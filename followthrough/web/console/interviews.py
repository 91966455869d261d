"""Interviews as the ATS has them (the anchor `interview_start`), and what candidates said to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.accounts.models import Member
from followthrough.audit.models import Fact
from followthrough.core import clock
from followthrough.core.zones import local
from followthrough.governance.models import AddressBlock
from followthrough.journeys import versions
from followthrough.journeys.models import Run
from followthrough.messages.models import Ask, Touch
from followthrough.people import scopes
from followthrough.people.models import Anchor, Application, ContactPoint
from followthrough.web.console.sentences import Wall

ANCHOR = Anchor.INTERVIEW
# What is known of an interview: its meaning, and the words for it.
STATES = {
    "confirmed": ("kept", gettext_noop("Confirmed")),
    "waiting": ("held", gettext_noop("Asked, no answer yet")),
    "wrote": ("held", gettext_noop("They wrote; no yes or no yet")),
    "declined": ("person", gettext_noop("Said no")),
    "unanswered": ("person", gettext_noop("Did not answer")),
    "opted_out": ("person", gettext_noop("Opted out")),
    "moved": ("held", gettext_noop("Said yes to an earlier time")),
    "unasked": ("quiet", gettext_noop("Not asked yet")),
    "past": ("quiet", gettext_noop("Past, nobody had said yes")),
}


@dataclass(frozen=True)
class Interview:
    """An interview of an application: when, what is known of it (one of STATES), and since when
    the question about it is open or answered."""

    application: Application
    at: datetime
    state: str
    since: datetime | None = None

    @property
    def wall(self) -> Wall:
        """The clock it is meant by: the site's, or UTC where there is none."""
        site = self.application.requisition and self.application.requisition.site
        return Wall(site.zone, site.name) if site and site.zone else Wall("UTC", "UTC")

    @property
    def day(self) -> date:
        """The day it is on where it takes place."""
        return local(self.at, self.wall.zone).date()

    @property
    def meaning(self) -> str:
        return STATES[self.state][0]

    @property
    def said(self) -> str:
        return _(STATES[self.state][1])


def anchors(member: Member) -> QuerySet[Anchor]:
    """The interviews, with a time, of the applications that a member may see."""
    found = Anchor.objects.filter(
        organization=member.organization_id, name=ANCHOR, at__isnull=False
    )
    if scopes.requisitions(member) is None:
        return found
    return found.filter(application__in=scopes.applications(member).values("id"))


# What some question to them is like in each state: how it is found by thousands. Whether that was
# about the interview, `of` looks at.
_ASKED = {
    "confirmed": Q(answer="confirmed"), "moved": Q(answer="confirmed"),
    "declined": Q(answer="declined"),
    "waiting": Q(state=Ask.State.OPEN), "wrote": Q(state=Ask.State.OPEN),
}  # fmt: skip


def may_be(found: QuerySet[Anchor], state: str) -> QuerySet[Anchor]:
    """Of interviews, those that may be in a state (''; any); `known` says of each what it is."""
    if state not in _ASKED:
        return found
    asks = Ask.objects.filter(run_id=OuterRef("application__run__id"), kind="confirmation")
    return found.filter(Exists(asks.filter(_ASKED[state])))


_SHOWN = (
    "stage", "candidate__given_name", "candidate__family_name",
    "candidate__last_inbound_at", "requisition__title",
    "requisition__site__name", "requisition__site__zone", "run__ended_at",
)  # fmt: skip


def load(ids: Sequence[UUID]) -> list[Interview]:
    """The interviews of applications, by time."""
    related = ("candidate", "requisition__site", "run")
    applications = list(
        Application.objects.filter(id__in=ids)
        .select_related(*related)
        .only(*_SHOWN)
        .prefetch_related("anchors")
    )
    found = of(applications, asks_of(applications)).values()
    return sorted(found, key=lambda one: (one.at, one.application.id))


# The version of the map whose touch asked; that of the run where the touch is gone.
BY = Coalesce(
    Subquery(Touch.objects.filter(id=OuterRef("touch_id")).values("version_id")),
    Subquery(Run.objects.filter(id=OuterRef("run_id")).values("version_id")),
    output_field=UUIDField(),
)


def asks_of(applications: Iterable[Application]) -> list[Ask]:
    """What was asked about applications, the latest last, each with who asked (`by`); found by
    their runs."""
    runs = [one.run.id for one in applications if hasattr(one, "run")]
    found = Ask.objects.filter(run_id__in=runs).annotate(by=BY)
    return list(found.order_by("opened_at", "id"))


def about_it(version_id: UUID | None, key: str) -> bool:
    """Whether what a touch of a version asks is about the time of the interview: any other
    question, such as whether one may call, says nothing of it."""
    touch = versions.document(version_id).touches.get(key) if version_id else None
    return touch is not None and touch.anchor == ANCHOR


def of(applications: Iterable[Application], asks: Sequence[Ask]) -> Mapping[UUID, Interview]:
    """The interview of each application that has one (with `anchors` fetched); `asks` are theirs,
    the latest last."""
    found = {one.id: (one, at) for one in applications if (at := _at(one))}
    latest = {
        one.application_id: one
        for one in asks
        if one.kind == "confirmation" and about_it(one.by, one.key)  # type: ignore[attr-defined]
    }
    moved = _moved(latest.keys() & found.keys())
    stopped = _stopped({one.candidate_id for one, _at in found.values()})
    return {
        key: known(
            one, at, latest.get(key),
            moved=moved.get(key), stopped=stopped.get(one.candidate_id),
        )
        for key, (one, at) in found.items()
    }  # fmt: skip


def _at(application: Application) -> datetime | None:
    return next((one.at for one in application.anchors.all() if one.name == ANCHOR), None)


def _moved(applications: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the interview of each application was last set or moved."""
    ids = list(applications)
    found = Fact.objects.filter(subject_id__in=ids, verb="moved_anchor") if ids else ()
    return {
        one.subject_id: one.at
        for one in sorted(found, key=lambda fact: fact.at)
        if one.why.get("anchor") == ANCHOR
    }


class Stopped(NamedTuple):
    """Since when somebody wants no more messages, and whether that holds for all their addresses
    or only for some."""

    since: datetime
    everywhere: bool


def _stopped(candidates: Collection[UUID]) -> dict[UUID, Stopped]:
    """Those among candidates who have opted out, or somebody on an address of theirs has."""
    block = AddressBlock.objects.filter(
        organization=OuterRef("organization"), address_key=OuterRef("address_key"), lifted_at=None
    )
    points = ContactPoint.objects.filter(candidate__in=candidates).exclude(address_key="")
    rows = points.annotate(since=Subquery(block.order_by("-since").values("since")[:1]))
    found: dict[UUID, list[datetime | None]] = defaultdict(list)
    for candidate, since in rows.values_list("candidate", "since"):
        found[candidate].append(since)
    return {
        one: Stopped(max(times), len(times) == len(every))
        for one, every in found.items()
        if (times := [at for at in every if at])
    }


def known(
    application: Application,
    at: datetime,
    ask: Ask | None,
    *,
    moved: datetime | None = None,
    stopped: Stopped | None = None,
) -> Interview:
    """What is known of the interview at `at`, by the latest question about it; `moved` is when it
    was set to `at`: an answer from before that was to another time."""
    if stopped and at > clock.now() and _ended_by(stopped, ask):
        return Interview(application, at, "opted_out", stopped.since)
    if ask is None:
        return Interview(application, at, "unasked" if at > clock.now() else "past")
    if ask.state == Ask.State.OPEN:
        wrote = application.candidate.last_inbound_at
        state = "wrote" if wrote and wrote > ask.opened_at else "waiting"
        return Interview(application, at, state, ask.opened_at)
    if ask.answer == "confirmed" and moved and ask.closed_at and ask.closed_at < moved:
        return Interview(application, at, "moved", ask.closed_at)
    if ask.answer in ("confirmed", "declined"):
        return Interview(application, at, ask.answer, ask.closed_at)
    return Interview(application, at, "unanswered" if at > clock.now() else "past", ask.closed_at)


def _ended_by(stopped: Stopped, ask: Ask | None) -> bool:
    """Whether no answer is to come any more: they opted out of what was asked and not answered, or
    before anything could be asked."""
    if ask is None:
        return stopped.everywhere
    return ask.state != Ask.State.ANSWERED and stopped.since >= ask.opened_at
