"""What a preview is asked of the whole life: how it ends, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from followthrough.runs.replay import walk
from followthrough.runs.replay.life import NEVER
from followthrough.web.console.preview.steps import ANSWERS

ENDS = (
    (walk.HIRED, _("Hired")),
    (walk.REJECTED, _("Turned down after the interview")),
    (walk.WITHDRAWN, _("Withdrawn before the interview")),
)


class Asked(forms.Form):
    """The two questions that everybody has."""

    ends = forms.ChoiceField(label=_("How it ends"), choices=ENDS)
    answers = forms.ChoiceField(label=_("What they answer"), choices=ANSWERS)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({"ends": walk.HIRED, "answers": NEVER, **data})

    @property
    def wanted(self) -> str:
        """How it ends, as far as that is understood."""
        return self.cleaned_data.get("ends", walk.HIRED) if self.is_valid() else walk.HIRED
