"""What a member works for: the whole company, or only some of its sites and teams.

Every list and every row that a member is shown comes from here, so that nobody has to remember it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from followthrough.accounts.models import Member
from followthrough.people.models import Application, Candidate, Requisition, Scope


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


def members(candidate: Candidate, *, roles: Collection[str]) -> QuerySet[Member]:
    """The members with one of these roles who may see a candidate, by name."""
    openings = Requisition.objects.filter(id__in=candidate.applications.values("requisition_id"))
    there = Q(scopes__site__in=openings.exclude(site=None).values("site_id"))
    in_team = Q(scopes__team__in=openings.exclude(team="").values("team"))
    theirs = Member.objects.filter(organization_id=candidate.organization_id, role__in=roles)
    found = theirs.filter(Q(scopes=None) | there | in_team, user__is_active=True)
    return found.distinct().select_related("user").order_by("user__name", "id")
