"""`followthrough password`: a link to choose a new one, for whoever gets no mail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.management.base import BaseCommand, CommandError, CommandParser

from followthrough.accounts.models import User
from followthrough.people import invitations


class Command(BaseCommand):
    help = "Print a link with which somebody who has an account chooses a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="what they sign in with")

    def handle(self, *args: Any, email: str, **_options: Any) -> None:
        user = User.objects.filter(email=invitations.address(email), is_active=True).first()
        if user is None:
            raise CommandError(
                f"Nobody here signs in with {email}. To let somebody in, invite them:"
                " followthrough owner --organization … --email …"
            )
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
        link = get_adapter().get_reset_password_from_key_url(key)
        self.stdout.write(f"It works once, for three days. Hand it over:\n\n{link}\n")
