"""The policy as a form, and back: what people type becomes a document, or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followthrough.core import clock
from followthrough.governance.documents import (
    CHANNELS,
    DAYS,
    LEAST_HELD,
    LOCAL,
    LONGEST_REPLY,
    LONGEST_STALE,
    MOST_HELD,
    PolicyDocument,
    WeekDocument,
)
from followthrough.governance.policies import REVIEW
from followthrough.web.console import policy_words
from followthrough.web.console.map_words import joined

OWN = ("email", "sms", "whatsapp", "webchat", "voice")  # channels that may have hours of their own
GROUPS = ("default", *OWN)
HOURS = (1, 4, 12, 24, 48, 72, 168)  # windows that are offered


# --- hours ---------------------------------------------------------------------------------------

_CLOCK = r"(\d{1,2})(?:[:.h](\d\d))?"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*(?:-|–|—|to)\s*{_CLOCK}\s*")


class Windows(forms.CharField):
    """The windows of a day as people write them: `9-20`, `09:00–12:00, 13:00–20:00`; '' is a
    silent day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=120, **kwargs)

    def to_python(self, value: Any) -> list[str]:
        """As a document has them: `09:00-20:00`."""
        text = super().to_python(value)
        return [_window(part) for part in re.split(r"[,;]", text) if part.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value).replace("-", "–") if isinstance(value, list) else value


def _window(text: str) -> str:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise forms.ValidationError(
            _("“%(text)s” is no time from and to. Write it like 09:00–20:00.")
            % {"text": text.strip()}
        )
    first, second = (f"{int(found[n]):02}:{found[n + 1] or '00'}" for n in (1, 3))
    return f"{first}-{second}"


# --- caps ----------------------------------------------------------------------------------------


class CapForm(forms.Form):
    """One cap. Without a number it is none."""

    at_most = forms.IntegerField(
        label=gettext_lazy("At most"), required=False, min_value=1, max_value=1000
    )
    channel = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    per = forms.ChoiceField(label=gettext_lazy("To whom"), required=False)
    window = forms.ChoiceField(label=gettext_lazy("How long"), required=False)
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Only those"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Mapping[str, list[tuple[str, str]]] = {
            "channel": [(code, _(said)) for code, said in policy_words.MESSAGES.items()],
            "per": [(code, _(said)) for code, said in policy_words.WHOM.items()],
            "window": list(_windows(str(self.initial.get("window", "")))),
            "purposes": [(code, _(said)) for code, said in policy_words.PURPOSES.items()],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered

    def clean(self) -> dict[str, Any]:
        """A stage is one application's, whatever was chosen beside it, and nothing else is."""
        given = super().clean() or {}
        if given.get("window") == "stage":
            given["per"] = "application"
        elif given.get("per") == "application":
            said = _("About one application it is counted only while it is in one stage. For a"
                     " length of time choose to one person.")  # fmt: skip
            self.add_error("per", said)
        return given

    def document(self) -> dict[str, Any]:
        """The cap as a document has it."""
        given = self.cleaned_data
        window = given["window"]
        length = {"hours": int(window)} if window.isdecimal() else {"window": window}
        return {
            "per": given["per"] or "person", "channel": given["channel"], **length,
            "at_most": given["at_most"], "purposes": given["purposes"],
        }  # fmt: skip


def _windows(chosen: str) -> Iterator[tuple[str, str]]:
    lengths = {*HOURS, int(chosen)} if chosen.isdecimal() else {*HOURS}
    for length in sorted(lengths):
        yield str(length), _("in any %(time)s") % {"time": policy_words.hours(length)}
    for code, said in policy_words.WINDOWS.items():
        yield code, _(said)


CapForms = forms.formset_factory(CapForm, extra=1, max_num=20, absolute_max=21, can_delete=True)


# --- the whole -----------------------------------------------------------------------------------


class Group(NamedTuple):
    """The fields of some channels' hours; `own` says whether they have any (none: they always
    do)."""

    name: str
    own: BoundField | None
    days: Sequence[BoundField]


class PolicyForm(forms.Form):
    """Everything of a policy but its caps, which are forms of their own (`CapForms`)."""

    room = forms.IntegerField(
        label=gettext_lazy("Messages of every cap kept for urgent ones"),
        min_value=0,
        max_value=1000,
    )
    at_or_under = forms.IntegerField(
        label=gettext_lazy("Urgent is a priority up to"), min_value=1, max_value=9
    )
    reply_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes in which an answer may go out at any hour"),
        min_value=0, max_value=LONGEST_REPLY,
    )  # fmt: skip
    spread_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes over which those go out that waited for the hours to open"),
        min_value=0, max_value=180,
    )  # fmt: skip
    hold_above = forms.IntegerField(
        label=gettext_lazy("Messages an hour of one import, bulk move or publish, above which they"
                           " wait for a person’s yes"),
        min_value=LEAST_HELD, max_value=MOST_HELD,
    )  # fmt: skip
    stale_days = forms.IntegerField(
        label=gettext_lazy("Days after it was meant to go out, a message held so is stale"),
        min_value=1, max_value=LONGEST_STALE,
    )  # fmt: skip
    local_holidays = forms.BooleanField(
        label=gettext_lazy("Nothing goes out on public holidays where the candidate is"),
        required=False,
    )
    calendars = forms.CharField(
        label=gettext_lazy("Also not on the public holidays of"),
        help_text=gettext_lazy("Countries and states by their codes: US, FR, US-TX."),
        required=False, max_length=300,
    )  # fmt: skip
    closed_days = forms.CharField(
        label=gettext_lazy("Nor on these days"),
        help_text=gettext_lazy("One a line: 2026-12-24 Christmas Eve, or 12-24 for every year."),
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    holidays_email = forms.BooleanField(
        label=gettext_lazy("Mails wait on these days as well"), required=False
    )
    merge_nudges = forms.BooleanField(
        label=gettext_lazy("Leave out a nudge that is due together with a more urgent message"),
        required=False,
    )
    two_to_loosen = forms.BooleanField(
        label=gettext_lazy("A change that allows more needs a second person"), required=False
    )
    review_on = forms.DateField(
        label=gettext_lazy("Look at it again on"),
        error_messages={"required": gettext_lazy("Choose a day, such as one in six months.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = forms.CharField(
        label=gettext_lazy("What changes and why"), required=False, max_length=300
    )
    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in GROUPS:
            for number, day in enumerate(DAYS):
                self.fields[f"{group}_{day}"] = Windows(label=policy_words.day(number))
            if group != "default":
                self.fields[f"{group}_own"] = forms.BooleanField(
                    label=_own_hours(group), required=False
                )
        for code in CHANNELS:
            self.fields[f"consent_{code}"] = forms.BooleanField(
                label=policy_words.channel(code), required=False
            )

        first, last = _reviewable()
        self.fields["review_on"].widget.attrs.update(min=str(first), max=str(last))

    def clean_review_on(self) -> date:
        """A day that is still to come, and not so far away that nobody looks again."""
        day: date = self.cleaned_data["review_on"]
        first, last = _reviewable()
        if day < first:
            raise forms.ValidationError(_("That day is past or today. Choose one after today."))
        if day > last:
            told = {"last": date_format(last, "j M Y")}
            raise forms.ValidationError(
                _("That is more than two years away. Choose %(last)s or a day before it.") % told
            )
        return day

    def groups(self) -> list[Group]:
        """The hours, by group of channels: first those of all but mail, then of mail."""
        return [
            Group(
                _default_group() if group == "default" else policy_words.channel(group),
                None if group == "default" else self[f"{group}_own"],
                [self[f"{group}_{day}"] for day in DAYS],
            )
            for group in GROUPS
        ]

    def sets_channels_apart(self) -> bool:
        """Whether a channel besides mail has hours of its own."""
        return any(self[f"{group}_own"].value() for group in OWN if group != "email")

    def consents(self) -> list[Any]:
        """The fields that say where consent is needed."""
        return [self[f"consent_{code}"] for code in CHANNELS]

    def document(self, caps: Sequence[CapForm], before: PolicyDocument) -> dict[str, Any]:
        """The document as plain values; what the form has no field for stays as it was."""
        given = self.cleaned_data
        kept = [one for one in caps if one.cleaned_data.get("at_most") and not _deleted(one)]
        return {
            **before.model_dump(mode="json"),
            "hours": {group: self._week(group) for group in GROUPS if self._has_own(group)},
            "caps": [one.document() for one in kept],
            "keep_for_priority": {"at_or_under": given["at_or_under"], "room": given["room"]},
            "holidays": self._holidays(before),
            "require_consent": {code: given[f"consent_{code}"] for code in CHANNELS},
            **{name: given[name] for name in _PLAIN},
        }

    def _holidays(self, before: PolicyDocument) -> dict[str, Any]:
        given = self.cleaned_data
        public = [code.upper() for code in re.split(r"[,;\s]+", given["calendars"]) if code]
        days = [line for line in given["closed_days"].splitlines() if line.strip()]
        others = [one for one in before.holidays.channels if one != "email"]
        return {
            "calendars": [*([LOCAL] if given["local_holidays"] else []), *public],
            "days": [_closed_day(line) for line in days],
            "channels": [*others, *(["email"] if given["holidays_email"] else [])],
        }

    def _has_own(self, group: str) -> bool:
        return group == "default" or self.cleaned_data[f"{group}_own"]

    def _week(self, group: str) -> dict[str, list[str]]:
        return {day: self.cleaned_data[f"{group}_{day}"] for day in DAYS}


LATEST_REVIEW = timedelta(days=730)  # who set the rules may have left by then


def _reviewable() -> tuple[date, date]:
    """The first and the last day on which a policy may be looked at again."""
    today = clock.now().date()
    return today + timedelta(days=1), today + LATEST_REVIEW


def _review_on(said: date | None) -> date:
    """What the form proposes: the day that was said, in half a year without one to come."""
    first, last = _reviewable()
    return said if said and first <= said <= last else (clock.now() + REVIEW).date()


_PLAIN = (
    "reply_minutes", "spread_minutes", "hold_above", "stale_days", "merge_nudges",
    "two_to_loosen",
)  # fmt: skip


def _closed_day(line: str) -> dict[str, str]:
    day, _space, name = line.strip().partition(" ")
    return {"day": day, "name": name.strip()}


def _deleted(one: CapForm) -> bool:
    return bool(one.cleaned_data.get("DELETE"))


def _default_group() -> str:
    others = [_(policy_words.MESSAGES[code]) for code in OWN if code != "email"]
    said = joined(others)
    return said[:1].upper() + said[1:]


def _own_hours(group: str) -> str:
    if group == "email":
        return _("Mails have hours (without, they may go out at any hour)")
    return _("%(what)s have hours of their own") % {"what": policy_words.channel(group)}


def initial(
    document: PolicyDocument, *, number: int, review_on: date | None = None
) -> dict[str, Any]:
    """What the form shows of a document, which is version `number` and to be looked at again on
    `review_on`."""
    hours: Mapping[str, WeekDocument] = {str(k): week for k, week in document.hours.items()}
    shown = {
        f"{group}_{day}": list(getattr(hours.get(group) or hours["default"], day))
        for group in GROUPS
        if group in hours or "default" in hours
        for day in DAYS
    }
    needs = {str(name): need for name, need in document.require_consent.items()}
    return {
        **shown,
        **{f"{group}_own": group in hours for group in OWN},
        **{f"consent_{code}": needs.get(code, True) for code in CHANNELS},
        **{name: getattr(document, name) for name in _PLAIN},
        **_shown_holidays(document),
        "room": document.keep_for_priority.room,
        "at_or_under": document.keep_for_priority.at_or_under,
        "review_on": _review_on(review_on),
        "base": number,
    }


def _shown_holidays(document: PolicyDocument) -> dict[str, Any]:
    rule = document.holidays
    return {
        "local_holidays": LOCAL in rule.calendars,
        "calendars": ", ".join(one for one in rule.calendars if one != LOCAL),
        "closed_days": "\n".join(f"{one.day} {one.name}".strip() for one in rule.days),
        "holidays_email": "email" in rule.channels,
    }


def caps(document: PolicyDocument) -> list[dict[str, Any]]:
    """What the forms of the caps show."""
    return [
        {
            "at_most": cap.at_most, "channel": cap.channel, "per": cap.per,
            "window": cap.window or str(cap.hours), "purposes": list(cap.purposes),
        }
        for cap in document.caps
    ]  # fmt: skip
