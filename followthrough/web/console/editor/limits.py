"""What a map or a stage asks for beyond law and policy, as a form: hours and caps, only ever less.

Hours of single channels come from files: they are kept as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from followthrough.governance import policies
from followthrough.governance.documents import DAYS, LimitsDocument, WeekDocument, problem_of
from followthrough.web.console import policy_form, policy_words
from followthrough.web.console.policy_form import CapForms, Windows

MORE = "add"  # the button of `policies/caps.html`


class HoursForm(forms.Form):
    """The hours of every day, if there are any of its own."""

    own = forms.BooleanField(label=gettext_lazy("Only within these hours"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, day in enumerate(DAYS):
            self.fields[day] = Windows(label=policy_words.day(number))

    @property
    def name(self) -> str:
        return _("Hours")

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day] for day in DAYS]


class Limits(NamedTuple):
    """The two forms, as somebody filled them in or as they stand."""

    hours: HoursForm
    caps: Any

    def valid(self) -> bool:
        return all([self.hours.is_valid(), self.caps.is_valid()])


def standing(limits: LimitsDocument, organization_id: UUID) -> Limits:
    """The forms of what is there. Hours of its own begin, once they are ticked, as the policy's."""
    week = limits.hours.get("default")
    shown = week or _usual(organization_id)
    initial = {day: list(getattr(shown, day)) for day in DAYS} if shown else {}
    return Limits(
        HoursForm(initial=initial | {"own": week is not None}, prefix="hours"),
        CapForms(initial=policy_form.caps(limits), prefix="cap"),  # type: ignore[arg-type]
    )


def _usual(organization_id: UUID) -> WeekDocument | None:
    return policies.document_of(policies.newest(organization_id)).hours.get("default")


def sent(data: QueryDict, *, more: bool = False) -> Limits:
    """The forms as they were sent; `more`: with a row for another cap."""
    if more:
        data = data.copy()
        total = data.get("cap-TOTAL_FORMS", "")
        data["cap-TOTAL_FORMS"] = str(min(int(total) + 1, 20)) if total.isdecimal() else "1"
    return Limits(HoursForm(data, prefix="hours"), CapForms(data, prefix="cap"))


def problems(filled: Limits) -> list[str]:
    """What cannot be read in forms that are not valid, each with its place."""
    hours = [f"{filled.hours.name}, {filled.hours[name].label}: {said[0]}"
             for name, said in filled.hours.errors.items()]  # fmt: skip
    caps = [f"{form[name].label}: {said[0]}" for form in filled.caps.forms
            for name, said in form.errors.items() if name in form.fields]  # fmt: skip
    others = [*filled.caps.non_form_errors()]
    return [*hours, *caps, *others]


def document(filled: Limits, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What valid forms say, as documents have it. Raises ValueError, said in words."""
    hours = {name: week for name, week in (kept.get("hours") or {}).items() if name != "default"}
    given = filled.hours.cleaned_data
    if given["own"]:
        hours["default"] = {day: given[day] for day in DAYS}
    caps = [one.document() for one in filled.caps.forms if _is_there(one)]
    found = {"hours": hours, "caps": caps}
    try:
        LimitsDocument.model_validate(found)
    except ValidationError as problem:
        first = problem_of(problem.errors(include_url=False)[0])
        raise ValueError(f"{first.reason} {first.remedy}") from problem
    return found


def _is_there(form: Any) -> bool:
    given = form.cleaned_data
    return bool(given.get("at_most")) and not given.get("DELETE")
