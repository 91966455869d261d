"""What a member works for: the whole company, or only some of its sites and teams.

Every list and every row that a member is shown comes from here, so that nobody has to remember it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from followthrough.accounts import members
from followthrough.accounts.models import Member, Organization
from followthrough.audit import facts
from followthrough.core import canonical
from followthrough.people.models import Application, Candidate, Requisition, Scope, Site


class Width(NamedTuple):
    """Sites (their ids) and teams (their names); with neither it is the whole company."""

    sites: frozenset[UUID] = frozenset()
    teams: frozenset[str] = frozenset()


EVERYTHING = Width()


def requisitions(member: Member) -> list[UUID] | None:
    """The openings the member works for; None when it is all of them, and leads as well."""
    if not hasattr(member, "_requisitions"):  # asked for by each list of a page
        member._requisitions = _requisitions(member)  # type: ignore[attr-defined]
    return member._requisitions  # type: ignore[attr-defined,no-any-return]


def _requisitions(member: Member) -> list[UUID] | None:
    scopes = list(Scope.objects.filter(member=member))
    if not scopes:
        return None
    places = Q(site__in=[one.site_id for one in scopes if one.site_id])
    teams = Q(team__in=[one.team for one in scopes if one.team])
    theirs = Requisition.objects.filter(organization_id=member.organization_id)
    return list(theirs.filter(places | teams).values_list("id", flat=True))


def fingerprint(member: Member) -> str:
    """The same for members who see the same; '' where that is everything."""
    openings = requisitions(member)
    return "" if openings is None else canonical.digest(sorted(map(str, openings)))


def applications(member: Member) -> QuerySet[Application]:
    """The applications a member may see."""
    found = Application.objects.filter(organization_id=member.organization_id)
    openings = requisitions(member)
    return found if openings is None else found.filter(requisition_id__in=openings)


def candidates(member: Member) -> QuerySet[Candidate]:
    """The people a member may see: those with an application they may see."""
    found = Candidate.objects.filter(organization_id=member.organization_id)
    return found.filter(person(member))


# Conditions for rows of a kind that a member may see; the organization is the caller's to ask for.


def person(member: Member) -> Q:
    """For candidates."""
    if requisitions(member) is None:
        return Q()
    return Q(id__in=applications(member).values("candidate_id"))


def applied(member: Member) -> Q:
    """For rows of an application."""
    if requisitions(member) is None:
        return Q()
    return Q(application_id__in=applications(member).values("id"))


def about(member: Member) -> Q:
    """For rows of a person, and mostly of one of their applications: the same person's other
    applications may be somebody else's."""
    if requisitions(member) is None:
        return Q()
    theirs = applications(member).values("candidate_id")
    return applied(member) | Q(application_id=None, candidate_id__in=theirs)


def of(member: Member) -> Width:
    """What the member works for."""
    rows = member.scopes.all()
    return Width(
        frozenset(one.site_id for one in rows if one.site_id),
        frozenset(one.team for one in rows if one.team),
    )


@transaction.atomic
def widen_or_narrow(member: Member, *, to: Width, by: facts.Actor) -> bool:
    """Make `to` what the member works for; returns whether it is something else.

    Raises ValueError for a site or a team that the organization does not have.
    """
    if of(member) == to:
        return False
    check_known(member.organization, to)
    put(member, to)
    why = {"sites": sorted(map(str, to.sites)), "teams": sorted(to.teams)}
    members.record(member, "changed_scope", by=by, why=why)
    return True


def put(member: Member, to: Width) -> None:
    """Replace the member's scopes, without a fact of its own."""
    Scope.objects.filter(member=member).delete()
    given = {"organization_id": member.organization_id, "member": member}
    rows = [Scope(**given, site_id=one) for one in sorted(to.sites)]
    Scope.objects.bulk_create(rows + [Scope(**given, team=one) for one in sorted(to.teams)])


def check_known(organization: Organization, width: Width) -> None:
    """Raises ValueError unless the organization has all of these sites and teams."""
    theirs = Site.objects.filter(organization=organization, id__in=width.sites).count()
    if theirs != len(width.sites) or not width.teams <= set(teams(organization)):
        raise ValueError("The organization has no such site or team.")


def teams(organization: Organization) -> list[str]:
    """The teams that the ATS has named so far, in order."""
    named = Requisition.objects.filter(organization=organization).exclude(team="")
    return sorted(set(named.values_list("team", flat=True)))


def names(width: Width, sites: Iterable[Site]) -> Sequence[str]:
    """The sites' and teams' names, the sites' first; none for the whole company."""
    return [*(one.name for one in sites if one.id in width.sites), *sorted(width.teams)]


def seen_by(its: QuerySet[Application], *, roles: Collection[str]) -> QuerySet[Member]:
    """The members with one of these roles who may see any of these applications, by name."""
    openings = Requisition.objects.filter(id__in=its.values("requisition_id"))
    there = Q(scopes__site__in=openings.exclude(site=None).values("site_id"))
    in_team = Q(scopes__team__in=openings.exclude(team="").values("team"))
    theirs = Member.objects.filter(organization__in=its.values("organization"), role__in=roles)
    found = theirs.filter(Q(scopes=None) | there | in_team, user__is_active=True)
    return found.distinct().select_related("user").order_by("user__name", "id")
