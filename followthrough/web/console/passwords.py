"""A forgotten password, as django-allauth does it; and what is said when no mail can be sent."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from followthrough.accounts import mail
from followthrough.web.console.adapter import MailNotSent


class ForgottenForm(ResetPasswordForm):
    """The address. Whoever owns it is told by mail whether there is an account; the page is not."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send a mail in both cases, so that not even the time it takes tells them apart."""
        if self.users:
            return super().save(request, **kwargs)
        email: str = self.cleaned_data["email"]
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class Forgotten(views.PasswordResetView):
    """Ask for a mail with a link to choose a new password."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where no mail leaves, the page says so and takes nothing."""
        if not mail.written() and request.method == "POST":
            return self.get(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        """Say it when the mail server is away."""
        try:
            return super().form_valid(form)
        except MailNotSent:
            form.add_error(None, _("The mail could not be sent just now. Try again later."))
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether mails are sent at all."""
        return {**super().get_context_data(**kwargs), "mail": mail.written()}
