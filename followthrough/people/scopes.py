"""What a member works for: the whole company, or only some of its sites and teams.

Every list and every row that a member is shown comes from here, so that nobody has to remember it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from followthrough.accounts import members
from followthrough.accounts.models import Member, Organization
from followthrough.audit import facts
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


def applications(member: Member) -> QuerySet[Application]:
    """The applications a member may see."""
    found = Application.objects.filter(organization_id=member.organization_id)
    openings = requisitions(member)
    return found if openings is None else found.filter(requisition_id__in=openings)


def candidates(member: Member) -> QuerySet[Candidate]:
    """The people a member may see: those with an application they may see."""
    found = Candidate.objects.filter(organization_id=member.organization_id)
    return found if requisitions(member) is None else found.filter(about(member, "id"))


def about(member: Member, candidate: str = "candidate") -> Q:
    """The condition for rows about a candidate (named by the column `candidate`) that a member may
    see; the organization is the caller's to ask for."""
    if requisitions(member) is None:
        return Q()
    return Q(**{f"{candidate}__in": applications(member).values("candidate_id")})


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
