"""What a part of a text message costs: said on the page of its sender, shown where texts are."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from babel.core import get_global
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from followthrough.channels import prices
from followthrough.channels.models import Sender
from followthrough.channels.prices import MOST, Price
from followthrough.web.console.access import actor, own
from followthrough.web.console.frame import tell


class PriceForm(forms.Form):
    """An amount (none: nobody knows) and its currency."""

    amount = forms.DecimalField(
        label=gettext_lazy("One part costs"), required=False, min_value=Decimal(0), max_value=MOST,
        decimal_places=6,
    )  # fmt: skip
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="USD")

    def clean_currency(self) -> str:
        """One that exists."""
        code = str(self.cleaned_data["currency"]).upper()
        if code not in get_global("all_currencies"):
            raise ValidationError(_("“%(code)s” is no currency. Write one as USD or EUR.")
                                  % {"code": code})  # fmt: skip
        return code


def form(sender: Sender) -> PriceForm:
    """The form as it stands."""
    known = prices.read(sender.config)
    return PriceForm(initial=known._asdict() if known else None)


@require_POST
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say what a part costs."""
    sender = own(request, Sender.objects.filter(channel="sms"), key)
    given = PriceForm(request.POST)
    if given.is_valid():
        amount = given.cleaned_data["amount"]
        price = Price(amount, given.cleaned_data["currency"]) if amount else None
        prices.put(sender, price, by=actor(request))
        tell(request, _("Saved. It is shown wherever texts are written or counted."))
    else:
        messages.error(request, " ".join(one for errors in given.errors.values() for one in errors))
    return redirect("connection", sender.id)
