"""The filters of the list: what can be chosen, and which applications it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.accounts.models import Member, Organization
from followthrough.conversations.models import Handoff
from followthrough.core import clock
from followthrough.governance.models import Freeze
from followthrough.journeys.models import Run, Version
from followthrough.people import finding, scopes
from followthrough.people.models import Application, Requisition
from followthrough.people.stages import Stage
from followthrough.web.console.listing.asked import Asked
from followthrough.web.console.sentences import label


class RunState(TextChoices):
    """How it stands with what the product does for an application by itself."""

    RUNNING = "running", gettext_lazy("Running")
    ENDED = "ended", gettext_lazy("Ended")
    NONE = "none", gettext_lazy("No message map")
    PERSON = "person", gettext_lazy("Waits for a person")
    SILENT = "silent", gettext_lazy("Silent")


class Choice(NamedTuple):
    """One of the values of a filter."""

    value: str
    said: str | Promise


class Filter(NamedTuple):
    """A filter with the values that exist; `every` is what it says when none is chosen."""

    name: str
    said: str | Promise
    every: str | Promise
    choices: list[Choice]
    chosen: str

    @property
    def chosen_said(self) -> str | Promise:
        return next((one.said for one in self.choices if one.value == self.chosen), "")


def found(member: Member, asked: Asked) -> QuerySet[Application]:
    """The applications that a member may see and that fit what is asked for."""
    theirs = scopes.applications(member)
    if asked.q:
        theirs = theirs.filter(_searched(member.organization, asked.q))
    if asked.stage:
        theirs = theirs.filter(stage=asked.stage)
    if asked.site or asked.team or asked.family:
        theirs = theirs.filter(requisition__in=_openings(member, asked))
    if asked.map and asked.run == RunState.NONE:
        return theirs.none()  # nobody: PostgreSQL would look for them among all
    if asked.map:
        theirs = theirs.filter(run__version__in=_versions(member, asked.map))
    return theirs.filter(_RUN[asked.run](member)) if asked.run in _RUN else theirs


def _searched(organization: Organization, text: str) -> Q:
    return finding.applications(organization, finding.read(text, country=organization.country))


def _openings(member: Member, asked: Asked) -> list[UUID]:
    """The openings at a site, of a team, of a family; looked up first, for PostgreSQL judges by
    them how many applications there will be."""
    theirs = Requisition.objects.filter(organization=member.organization_id)
    for name in ("team", "family"):
        if wanted := getattr(asked, name):
            theirs = theirs.filter(**{name: wanted})
    if asked.site:
        theirs = theirs.filter(site=_key(asked.site))
    return list(theirs.values_list("id", flat=True))


def _versions(member: Member, map: str) -> list[UUID]:
    """The versions of a map of the member's organization; looked up first, like the openings."""
    theirs = Version.objects.filter(organization=member.organization_id, map=_key(map))
    return list(theirs.values_list("id", flat=True))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# --- how it stands with the run ----------------------------------------------------------------


def _running(member: Member) -> Q:
    return Q(run__isnull=False, run__ended_at=None)


def _ended(member: Member) -> Q:
    return Q(run__ended_at__isnull=False)


def _no_map(member: Member) -> Q:
    return ~Q(Exists(Run.objects.filter(application=OuterRef("pk"))))


def _waits(member: Member) -> Q:
    """Somebody has to look: at the application, or at the person whatever it is about."""
    opened = Handoff.objects.filter(organization=member.organization_id, resolved_at=None)
    people = opened.filter(application=None).values("candidate")
    return _among(opened.exclude(application=None).values("application"), _of(people))


def _silent(member: Member) -> Q:
    """A freeze stands on the application, the person, its map, or everything."""
    standing = standing_freezes(member)
    if standing.filter(subject_kind="organization").exists():
        return Q()
    on = {kind: standing.filter(subject_kind=kind).values("subject_id") for kind in FROZEN}
    mapped = Run.objects.filter(version__map__in=on["map"], ended_at=None).values("application")
    return _among(on["application"], _of(on["candidate"]), mapped)


FROZEN = ("application", "candidate", "map")


def _of(people: QuerySet) -> QuerySet:
    return Application.objects.filter(candidate__in=people).values("id")


def _among(first: QuerySet, *others: QuerySet) -> Q:
    """Those whose keys any of the queries finds: few, so PostgreSQL looks for them first."""
    return Q(id__in=first.union(*others))


def standing_freezes(member: Member) -> QuerySet[Freeze]:
    """The freezes that stand now in the member's organization."""
    standing = Freeze.objects.filter(organization=member.organization_id, ended_at=None)
    return standing.filter(Q(until=None) | Q(until__gt=clock.now()))


_RUN = {
    RunState.RUNNING: _running,
    RunState.ENDED: _ended,
    RunState.NONE: _no_map,
    RunState.PERSON: _waits,
    RunState.SILENT: _silent,
}


# --- what can be chosen ------------------------------------------------------------------------


def filters(member: Member, asked: Asked) -> list[Filter]:
    """Every filter with the values that exist, within the member's sites and teams."""
    sites, teams, families = _places(member)
    return [
        Filter("stage", _("Stage"), _("All stages"), _stages(member), asked.stage),
        Filter("site", _("Site"), _("All sites"), sites, asked.site),
        Filter("team", _("Team"), _("All teams"), teams, asked.team),
        Filter("family", _("Job family"), _("All families"), families, asked.family),
        Filter("map", _("Message map"), _("Any map"), _maps(member, asked), asked.map),
        Filter("run", _("Automation"), _("In any state"), _states(), asked.run),
    ]


def _states() -> list[Choice]:
    return [Choice(value, said) for value, said in RunState.choices]


def _maps(member: Member, asked: Asked) -> list[Choice]:
    """The maps that anybody is or was in, and the chosen one. Everyone may read all maps, so they
    are not asked for within the member's sites: that would read every run."""
    theirs = Version.objects.filter(organization=member.organization_id)
    entered = Exists(Run.objects.filter(version=OuterRef("pk")))
    offered = theirs.filter(entered | Q(map=_key(asked.map))).values_list("map", "map__name")
    return _sorted({Choice(str(key), name) for key, name in offered})


def _stages(member: Member) -> list[Choice]:
    """Whether anybody stands in it is asked of each stage: reading them all would take longer."""
    theirs = scopes.applications(member)
    there = {stage: Exists(theirs.filter(stage=stage)) for stage in Stage.values}
    answer = Organization.objects.filter(id=member.organization_id).values(**there).get()
    return [Choice(value, said) for value, said in Stage.choices if answer[value]]


def _places(member: Member) -> tuple[list[Choice], list[Choice], list[Choice]]:
    """The sites, teams and families of openings."""
    openings = scopes.requisitions(member)
    theirs = Requisition.objects.filter(organization=member.organization_id)
    theirs = theirs if openings is None else theirs.filter(id__in=openings)
    rows = list(theirs.values_list("site", "site__name", "team", "family").distinct())
    sites = {Choice(str(key), name) for key, name, _, _ in rows if key}
    teams = {Choice(team, team) for _, _, team, _ in rows if team}
    families = {Choice(family, label(family)) for *_, family in rows if family}
    return _sorted(sites), _sorted(teams), _sorted(families)


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda one: str(one.said).casefold())
