"""What a preview is asked of the whole life: how it ends, what they answer, in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from followthrough.journeys.lint.languages import base
from followthrough.runs.replay import walk
from followthrough.runs.replay.life import NEVER
from followthrough.web.console import map_words
from followthrough.web.console.preview.steps import ANSWERS

ENDS = (
    (walk.HIRED, _("Hired")),
    (walk.REJECTED, _("Turned down after the interview")),
    (walk.WITHDRAWN, _("Withdrawn before the interview")),
)


class Asked(forms.Form):
    """The two questions that everybody has, and in which language a real candidate is written to:
    `own` is theirs (None: somebody invented, who has any), `languages` are those of the map.
    `carried` is the one that was chosen, for whoever is looked at next."""

    ends = forms.ChoiceField(label=_("How it ends"), choices=ENDS)
    answers = forms.ChoiceField(label=_("What they answer"), choices=ANSWERS)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(
        self, data: Mapping[str, Any], *, own: str | None = None, languages: Sequence[str] = ()
    ) -> None:
        super().__init__({"ends": walk.HIRED, "answers": NEVER, **data})
        self.own = own
        self.carried = chosen if (chosen := data.get("language", "")) in languages else ""
        if own is None:
            del self.fields["language"]
            return
        theirs = _("Their own (%(language)s)") % {"language": map_words.language(own)}
        others = [(one, map_words.language(one)) for one in languages]
        self.fields["language"].choices = [("", theirs), *others]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> str:
        """How it ends, as far as that is understood."""
        return self.cleaned_data.get("ends", walk.HIRED) if self.is_valid() else walk.HIRED

    @property
    def spoken(self) -> str:
        """In which language they are written to, where that is chosen."""
        return self.cleaned_data.get("language", "") if self.is_valid() else ""

    @property
    def otherwise(self) -> Mapping[str, str]:
        """A language that is not theirs: which one, and which is theirs; else nothing."""
        own, chosen = self.own or "", self.spoken
        if not chosen or chosen in (own, base(own)):
            return {}
        return {"shown": map_words.language(chosen), "own": map_words.language(own)}
