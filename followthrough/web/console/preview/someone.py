"""Somebody invented: who they are, what they apply for, and where they may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from followthrough.core.zones import known_zones
from followthrough.journeys.models import MessageMap, Run
from followthrough.people.models import Requisition, Site
from followthrough.web.console import map_words
from followthrough.web.console.sentences import place

MOST_OPENINGS = 100  # that are offered
USUAL_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "Europe/London",
    "Europe/Madrid",
)  # fmt: skip
REGIONS = frozenset({
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian",
    "Pacific",
})  # fmt: skip  # zones by other names are older names of these


class Someone(forms.Form):
    """Somebody who does not exist. `languages` are those of the map, which come first."""

    name = forms.CharField(label=_("First name"), max_length=40)
    locale = forms.ChoiceField(label=_("Language"))
    opening = forms.ChoiceField(label=_("What they apply for"), required=False)
    zone = forms.CharField(label=_("Where they are: a city or a zone"), max_length=60)
    reach = forms.ChoiceField(
        label=_("How they can be reached"),
        choices=(
            ("both", _("Phone and mail")),
            ("phone", _("Only a phone")),
            ("email", _("Only mail")),
        ),
    )
    consent = forms.ChoiceField(
        label=_("Consent"),
        choices=(("yes", _("May be written to")), ("no", _("Nothing on record"))),
    )

    def __init__(
        self,
        data: Any,
        *,
        zones: list[str],
        openings: Sequence[Requisition],
        languages: Sequence[str],
    ) -> None:
        locales = map_words.languages(languages)
        first = {
            "name": "Ada", "locale": locales[0][0], "zone": zones[0], "reach": "both",
            "consent": "yes",
        }  # fmt: skip
        super().__init__({**first, **data})
        self.fields["locale"].choices = locales  # type: ignore[attr-defined]
        named = [(str(one.id), opening_name(one)) for one in openings]
        self.fields["opening"].choices = [  # type: ignore[attr-defined]
            ("", _("Newest, near them")),
            *named,
        ]
        if len(openings) >= MOST_OPENINGS:
            text = _("The first %(n)s openings, those of this map's people before the others")
            self.fields["opening"].help_text = text % {"n": MOST_OPENINGS}
        self.fields["zone"].widget = forms.TextInput(
            {"list": "zones", "autocomplete": "off", "spellcheck": "false"}
        )
        self.zones = [(one, place(one)) for one in every_zone(zones)]
        sites = [one.site for one in openings if one.site and one.site.zone in known_zones()]
        self.sites = {_plain(site.name): site.zone for site in sites}

    def clean_zone(self) -> str:
        """A zone by its name, by its city or by one of the sites, however that is written."""
        wanted = _plain(self.cleaned_data["zone"])
        if wanted in self.sites:
            return self.sites[wanted]
        for name in (*(zone for zone, _city in self.zones), *sorted(known_zones())):
            if wanted in (name.casefold(), name.rpartition("/")[2].casefold()):
                return name
        raise forms.ValidationError(
            _("There is no such time zone. Choose one, such as America/Chicago."), code="zone"
        )


def _plain(name: str) -> str:
    return name.strip().replace(" ", "_").casefold()


def openings_of(map: MessageMap) -> list[Requisition]:
    """Openings that somebody invented can apply for: those of this map's people first."""
    known = Requisition.objects.filter(organization_id=map.organization_id).select_related("site")
    ours = Run.objects.filter(version__map=map).values("application__requisition")
    by_title = known.order_by("title", "site__name", "id")
    first = list(by_title.filter(id__in=ours)[:MOST_OPENINGS])
    return [*first, *by_title.exclude(id__in=ours)[: MOST_OPENINGS - len(first)]]


def opening_name(one: Requisition) -> str:
    """`Store associate · Reno`."""
    return f"{one.title} · {one.site.name}" if one.site else one.title


def zones_of(organization_id: Any) -> list[str]:
    """Where an organization's sites are, then the usual ones."""
    sites = Site.objects.filter(organization_id=organization_id).order_by("name")
    theirs = [zone for zone in sites.values_list("zone", flat=True) if zone in known_zones()]
    return list(dict.fromkeys([*theirs, *USUAL_ZONES]))


def every_zone(usual: Sequence[str]) -> list[str]:
    """All of them that are named after a place, the usual ones first."""
    others = sorted(one for one in known_zones() if one.partition("/")[0] in REGIONS)
    return list(dict.fromkeys([*usual, *others]))
