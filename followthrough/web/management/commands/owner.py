"""`followthrough owner`: the first owner of an organization, by a link and never by a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from followthrough.accounts.members import AlreadyMember
from followthrough.accounts.models import Organization, Role
from followthrough.audit.facts import Actor
from followthrough.people import invitations

OPERATOR = Actor("operator", "command line")


class Command(BaseCommand):
    help = "Invite an owner (and make the organization, if there is none of the name)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, help="its name, as people see it")
        parser.add_argument("--country", default="", help="ISO 3166, such as US; for a new one")
        parser.add_argument("--email", required=True, help="what the owner signs in with")
        parser.add_argument("--name", default="", help="the owner's name, if you know it")

    def handle(self, *args: Any, **asked: Any) -> None:
        _check_address(asked["email"])
        with transaction.atomic():
            organization = _organization(asked["organization"].strip(), asked["country"])
            link = _invite(organization, asked["email"], asked["name"])
        self.stdout.write(
            f"{asked['email']} may become an owner of {organization.name}. Hand over this link;\n"
            f"it works once, for seven days, and is not shown again:\n\n{link}\n"
        )


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{email!r} is not a mail address. Give one with --email.") from None


def _organization(name: str, country: str) -> Organization:
    found = Organization.objects.filter(name__iexact=name).first()
    if found:
        return found
    if not (len(country) == 2 and country.isalpha()):
        raise CommandError(
            f"There is no organization {name!r} yet. To make it, say where it is:"
            " --country with two letters, such as US."
        )
    return Organization.objects.create(name=name, slug=_slug(name), country=country.upper())


def _slug(name: str) -> str:
    """A slug nobody has yet."""
    wanted = slugify(name)[:40] or "organization"
    taken = set(Organization.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (wanted, *numbered) if one not in taken)


def _invite(organization: Organization, email: str, name: str) -> str:
    """The link; a link made for the address before is dead."""
    for old in invitations.opened(organization).filter(email=invitations.address(email)):
        invitations.withdraw(old, by=OPERATOR)
    try:
        made = invitations.invite(
            organization=organization, email=email, name=name, role=Role.OWNER, by=OPERATOR
        )
    except AlreadyMember as problem:
        raise CommandError(
            f"{problem.thing}: {problem.reason} If they cannot sign in, make them a link:"
            f" followthrough password --email {email}"
        ) from None
    return f"{settings.PUBLIC_URL}{reverse('invitation', args=[made.token])}"
