"""Inviting somebody: by mail address, as what, and for which sites and teams.

A link is good once, for seven days, and only for the one whose address it names.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from followthrough.accounts import members, one_time
from followthrough.accounts.models import Invitation, Member, Organization, Role, User
from followthrough.audit import facts
from followthrough.core import clock
from followthrough.core.errors import Explained
from followthrough.people import scopes
from followthrough.people.models import Site
from followthrough.people.scopes import Width

GOOD_FOR = timedelta(days=7)


class Unusable(Explained):
    """An invitation that lets nobody in: `code` is unknown, used, withdrawn, expired or narrow."""

    def __init__(self, code: str, *, reason: str, remedy: str) -> None:
        super().__init__(_("This invitation"), reason=reason, remedy=remedy)
        self.code = code


class InvitedAlready(Explained):
    """There is an open invitation for the address."""


class Invited(NamedTuple):
    """An invitation with the token of its link, which is never seen again."""

    invitation: Invitation
    token: str


def address(written: str) -> str:
    """A mail address as users are known by it."""
    return written.strip().lower()


def invite(
    *,
    organization: Organization,
    email: str,
    name: str = "",
    role: str,
    width: Width = scopes.EVERYTHING,
    by: facts.Actor,
) -> Invited:
    """Make an invitation; an expired one for the same address gives way to it.

    Raises AlreadyMember, InvitedAlready, and ValueError for a role, site or team that does not
    exist.
    """
    email, now = address(email), clock.wall()
    scopes.check_known(organization, width)
    _check_no_member(organization, email)
    for old in opened(organization).filter(email=email, expires_at__lte=now):
        withdraw(old, by=by)
    token = one_time.token()
    given = {
        "organization": organization, "email": email, "name": name, "role": Role(role).value,
        "sites": sorted(map(str, width.sites)), "teams": sorted(width.teams),
        "invited_by": f"{by.kind}:{by.id}", "created_at": now, "expires_at": now + GOOD_FOR,
    }  # fmt: skip
    return Invited(_made(given, token.kept, by), token.shown)


@transaction.atomic
def renew(invitation: Invitation, *, by: facts.Actor) -> Invited | None:
    """A new link, good for another seven days; the one before is dead. None: it is not open."""
    token = one_time.token()
    still = Invitation.objects.filter(id=invitation.id, accepted_at=None, withdrawn_at=None)
    if not still.update(token_hash=token.kept, expires_at=clock.wall() + GOOD_FOR):
        return None
    invitation.refresh_from_db()
    _record(invitation, "renewed_invitation", by)
    return Invited(invitation, token.shown)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: facts.Actor) -> bool:
    """Make the link worthless; returns whether it was still open."""
    still = Invitation.objects.filter(id=invitation.id, accepted_at=None, withdrawn_at=None)
    if not still.update(withdrawn_at=clock.wall()):
        return False
    _record(invitation, "withdrew_invitation", by)
    return True


def opened(organization: Organization) -> QuerySet[Invitation]:
    """The organization's invitations that were neither accepted nor withdrawn; some expired."""
    found = Invitation.objects.filter(organization=organization)
    return found.filter(accepted_at=None, withdrawn_at=None).order_by("id")


def find(token: str) -> Invitation:
    """The invitation that the link is for, if it lets its person in now. Raises Unusable."""
    kept = one_time.hashed(token)
    found = Invitation.objects.filter(token_hash=kept).select_related("organization").first()
    _check_usable(found)
    return found


@transaction.atomic
def accept(token: str, *, user: User) -> Member:
    """Let the user in as the invitation says, once.

    Raises Unusable, also when the invitation is for somebody else, and AlreadyMember.
    """
    kept = one_time.hashed(token)
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("organization")
    invitation = locked.filter(token_hash=kept).first()
    _check_usable(invitation)
    if user.email != invitation.email:
        raise _unusable("other")
    member = members.join(user, organization=invitation.organization, role=invitation.role)
    scopes.put(member, _width(invitation))
    Invitation.objects.filter(id=invitation.id).update(accepted_at=clock.wall())
    why = {"invitation": str(invitation.id), **_terms(invitation)}
    themselves = facts.Actor("member", str(member.id))
    members.record(member, "accepted_invitation", by=themselves, why=why)
    return member


@transaction.atomic
def accept_newly(token: str, *, name: str, password: str) -> Member:
    """Let somebody in who has no account here: makes it, with the invited address.

    Raises Unusable; also (`known`) when there is an account with the address meanwhile.
    """
    user = User(email=find(token).email, name=name)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise _unusable("known") from None
    return accept(token, user=user)


def width(invitation: Invitation) -> Width:
    """What whoever accepts is going to work for."""
    return Width(frozenset(map(UUID, invitation.sites)), frozenset(invitation.teams))


def _width(invitation: Invitation) -> Width:
    """The same without sites that are gone. Raises Unusable when none is left: it must never
    become the whole company."""
    asked = width(invitation)
    sites = Site.objects.filter(organization=invitation.organization, id__in=asked.sites)
    left = Width(frozenset(sites.values_list("id", flat=True)), asked.teams)
    if asked != scopes.EVERYTHING and left == scopes.EVERYTHING:
        raise _unusable("narrow")
    return left


def _made(given: dict[str, Any], token_hash: str, by: facts.Actor) -> Invitation:
    try:
        with transaction.atomic():
            made = Invitation.objects.create(**given, token_hash=token_hash)
            _record(made, "invited_member", by)
    except IntegrityError:  # open once for each address, whoever was quicker
        raise InvitedAlready(
            given["email"],
            reason=_("there is an invitation for this address that is still open."),
            remedy=_("Make a new link for it below, or withdraw it first."),
        ) from None
    return made


def _check_no_member(organization: Organization, email: str) -> None:
    if Member.objects.filter(organization=organization, user__email=email).exists():
        raise members.AlreadyMember.of(email, organization)


def _check_usable(invitation: Invitation | None) -> None:
    if invitation is None:
        raise _unusable("unknown")
    if invitation.accepted_at:
        raise _unusable("used")
    if invitation.withdrawn_at:
        raise _unusable("withdrawn")
    if invitation.expires_at <= clock.wall():
        raise _unusable("expired")


def _unusable(code: str) -> Unusable:
    anew = _("Ask whoever invited you for a new link.")
    said = {
        "unknown": (_("it does not exist, or a newer link has taken its place."), anew),
        "used": (_("it was used already, and lets one person in once."), _("Sign in instead.")),
        "withdrawn": (_("the company has withdrawn it."), anew),
        "expired": (_("it is older than seven days."), anew),
        "other": (_("it is for another mail address."), _("Sign out, and open the link again.")),
        "known": (_("its address has an account here."), _("Sign in, and open the link again.")),
        "narrow": (_("it is for sites that the company no longer has."), anew),
    }
    reason, remedy = said[code]
    return Unusable(code, reason=reason, remedy=remedy)


def _record(invitation: Invitation, verb: str, by: facts.Actor) -> None:
    facts.record(
        organization_id=invitation.organization_id,
        actor=by,
        verb=verb,
        subject_kind="invitation",
        subject_id=invitation.id,
        why=_terms(invitation),
    )


def _terms(invitation: Invitation) -> dict[str, Any]:
    return {"role": invitation.role, "sites": invitation.sites, "teams": invitation.teams}
