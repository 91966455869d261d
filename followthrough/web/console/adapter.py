"""What django-allauth asks the house: its words, its addresses, and who may sign up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from followthrough.accounts import mail
from followthrough.accounts.models import User


class Adapter(DefaultAccountAdapter):
    """Ours: nobody signs up by themselves, and nothing leads elsewhere."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This address and this password do not belong together. Try again, or choose"
            " a new password."
        ),
        "too_many_login_attempts": _(
            "That was tried too often. Wait five minutes, or choose a new password."
        ),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("This is not your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people are invited."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only pages of ours are opened after the sign-in, named without a host."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Where a changed password leads."""
        return reverse("settings")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail: never the host that a request claims."""
        user, _dash, token = key.partition("-")
        return (
            f"{settings.PUBLIC_URL}{reverse('account_reset_password_from_key', args=[user, token])}"
        )

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """The password was right, but the account is switched off."""
        messages.error(
            request, _("This account is switched off. Ask whoever runs the installation.")
        )
        return redirect("account_login")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises MailNotSent when the mail server is away."""
        sent = mail.send(template_prefix, to=email, context=context)
        if mail.leaves() and not sent:
            raise MailNotSent

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:  # fmt: skip
        """That a password was changed. It is changed, whether the mail leaves or not."""
        mail.send(template_prefix, to=user.email, context={"user": user, **(context or {})})


class MailNotSent(Exception):
    """The mail server is away, or does not take the mail."""
