"""What is filled in about people who work here: an invitation, a role, an account, a password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.accounts.models import Organization, Role, User
from followthrough.people import scopes
from followthrough.people.models import Site
from followthrough.people.scopes import Width

ALL, SOME = "all", "some"


class RoleForm(forms.Form):
    """What somebody does here, and for which sites and teams."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[("", gettext_lazy("Choose a role")), *Role.choices]
    )
    works_for = forms.ChoiceField(
        label=gettext_lazy("Works for"),
        choices=[
            (ALL, gettext_lazy("The whole company")),
            (SOME, gettext_lazy("Only these sites and teams")),
        ],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    sites = forms.MultipleChoiceField(
        label=gettext_lazy("Sites"), required=False, widget=forms.CheckboxSelectMultiple
    )
    teams = forms.MultipleChoiceField(
        label=gettext_lazy("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Site.objects.filter(organization=organization).order_by("name")
        self.fields["sites"].choices = [(str(one.id), one.name) for one in found]
        self.fields["teams"].choices = [(one, one) for one in scopes.teams(organization)]
        self.narrows = bool(self.fields["sites"].choices or self.fields["teams"].choices)
        self.fields["works_for"].required = self.narrows

    def clean(self) -> dict[str, Any]:
        """Nobody is given the whole company by leaving everything empty."""
        given = super().clean() or {}
        some = given.get("works_for") == SOME
        if some and given.get("role") == Role.OWNER:
            self.add_error("works_for", _("An owner works for the whole company."))
        elif some and not given.get("sites") and not given.get("teams"):
            self.add_error(
                "works_for", _("Choose at least one site or team, or the whole company.")
            )
        return given

    def width(self) -> Width:
        """The sites and teams that were chosen."""
        given = self.cleaned_data
        if given["works_for"] != SOME:
            return scopes.EVERYTHING
        return Width(frozenset(map(UUID, given["sites"])), frozenset(given["teams"]))


class InviteForm(RoleForm):
    """Somebody who is to join."""

    email = forms.EmailField(
        label=gettext_lazy("Mail address"),
        help_text=gettext_lazy("They sign in with it. The link is good for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name (if you know it)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "name", "role", "works_for", "sites", "teams"]


class AccountForm(forms.ModelForm):
    """One's own name, the language of one's pages, and whether letters do things on them."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    class Meta:
        model = User
        fields = ["name", "language", "letter_keys"]
        labels = {
            "name": gettext_lazy("Name"),
            "letter_keys": gettext_lazy("Letter keys do things"),
        }
        help_texts = {
            "letter_keys": gettext_lazy(
                "One letter acts at once: e resolves a handoff, / searches, ? shows them all."
                " Switch it off if you speak to your computer, or if keys are pressed by mistake."
            )
        }
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser asks")), *settings.LANGUAGES]
        if len(settings.LANGUAGES) == 1:  # nothing to choose
            del self.fields["language"]


class JoinForm(forms.Form):
    """Somebody new: what they are called, and the password they choose."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 12 characters. Three or four words make a good one."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """By the same rules as any other password here."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password

    def clean_again(self) -> str:
        """A slip of the finger would lock them out."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("This is not the same password."))
        return again


class AddressForm(forms.ModelForm):
    """Where the company can be written to on paper, in lines."""

    postal_address = forms.CharField(
        label=gettext_lazy("Postal address"),
        help_text=gettext_lazy(
            "It stands in the foot of each mail to candidates: many countries' law asks for it."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )

    class Meta:
        model = Organization
        fields = ("postal_address",)
