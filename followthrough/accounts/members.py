"""Who works in an organization, as what, and since when no more. Every change is a fact."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from followthrough.accounts import sign_in
from followthrough.accounts.models import Member, Organization, Role, User
from followthrough.audit import facts
from followthrough.core import clock
from followthrough.core.errors import Explained

SEEN_EVERY = timedelta(hours=1)


class LastOwner(Explained):
    """Without an owner, nobody could let anybody in any more."""


class AlreadyMember(Explained):
    """They have a place in the organization."""

    @classmethod
    def of(cls, email: str, organization: Organization) -> AlreadyMember:
        """Whose mail address it is, and where they work."""
        reason = _("they work in %(organization)s already.") % {"organization": organization.name}
        return cls(email, reason=reason, remedy=_("Change their role instead."))


@transaction.atomic
def join(user: User, *, organization: Organization, role: str) -> Member:
    """Give the user a place in the organization, or the one back that they had.

    Raises AlreadyMember when they have access, and ValueError for a role that does not exist.
    """
    before = _locked(organization).filter(user=user).first()
    if before and before.ended_at is None:
        raise AlreadyMember.of(user.email, organization)
    found, _made = Member.ever.update_or_create(
        organization=organization, user=user, defaults={"role": Role(role), "ended_at": None}
    )
    return found


@transaction.atomic
def change_role(member: Member, *, to: str, by: facts.Actor) -> bool:
    """Give the member another role; returns whether it is another.

    Raises LastOwner, and ValueError for a role that does not exist.
    """
    member = _locked(member.organization).get(id=member.id)
    before, role = member.role, Role(to).value
    if before == role:
        return False
    if before == Role.OWNER:
        _check_other_owner(member)
    Member.ever.filter(id=member.id).update(role=role)
    record(member, "changed_role", by=by, why={"from": before, "to": role})
    return True


@transaction.atomic
def end(member: Member, *, by: facts.Actor) -> bool:
    """End the member's access and their sessions at once; returns whether they had access.

    Raises LastOwner.
    """
    member = _locked(member.organization).select_related("user").get(id=member.id)
    if member.ended_at:
        return False
    if member.role == Role.OWNER:
        _check_other_owner(member)
    Member.ever.filter(id=member.id).update(ended_at=clock.wall())
    sign_in.end_sessions(member.user)
    record(member, "ended_access", by=by, why={"role": member.role})
    return True


@transaction.atomic
def restore(member: Member, *, by: facts.Actor) -> bool:
    """Give access back as it was, with the same role; returns whether they had none."""
    if not Member.ever.filter(id=member.id).exclude(ended_at=None).update(ended_at=None):
        return False
    record(member, "restored_access", by=by, why={"role": member.role})
    return True


def seen(member: Member) -> None:
    """Note that the member is here: once an hour, or every page would write."""
    now = clock.wall()
    if member.seen_at is None or now - member.seen_at > SEEN_EVERY:
        Member.objects.filter(id=member.id).update(seen_at=now)


def record(member: Member, verb: str, *, by: facts.Actor, why: dict | None = None) -> None:
    """Record a change of the member as a fact."""
    facts.record(
        organization_id=member.organization_id,
        actor=by,
        verb=verb,
        subject_kind="member",
        subject_id=member.id,
        why=why,
    )


def _locked(organization: Organization) -> QuerySet[Member]:
    """The organization's members, for one change at a time: of two owners who take the role from
    each other, the second sees what the first did. NO KEY UPDATE does not stop rows that refer to
    the organization."""
    Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    return Member.ever.filter(organization=organization)


def _check_other_owner(member: Member) -> None:
    """Raises LastOwner when the member is the only owner."""
    owners = Member.objects.filter(organization_id=member.organization_id, role=Role.OWNER)
    if owners.exclude(id=member.id).exists():
        return
    raise LastOwner(
        member.user.name or member.user.email,
        reason=_("they are the only owner, and without one nobody could let anybody in."),
        remedy=_("Make somebody else an owner first."),
    )
