"""A rule as it is filled in: a map, and what an application must be like to get it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from followthrough.journeys.assignment import Place, Rule
from followthrough.journeys.models import MessageMap
from followthrough.journeys.rules import ADD, EDIT, Change
from followthrough.people.models import Connection, Requisition, Site
from followthrough.web.console.sentences import label

MOST_OPENINGS = 500  # a longer list helps nobody


class RuleForm(forms.Form):
    """Which map, and for whom; every field that is left open fits any application."""

    map = forms.ChoiceField(label=_("Message map"))
    family = forms.ChoiceField(label=_("Job family"), required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    connection = forms.ChoiceField(label=_("Connection to an ATS"), required=False)
    requisition = forms.ChoiceField(
        label=_("One job only"),
        required=False,
        help_text=_("For an exception: a rule for one job stands above all wider ones."),
    )
    start = forms.BooleanField(
        label=_("Also start the map for those who are there already and have none"), required=False
    )
    moves = forms.BooleanField(
        label=_("Also move those who are under way in another map: they go on in this one"),
        required=False,
    )

    def __init__(self, *args: Any, organization_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = {"organization_id": organization_id}
        openings = Requisition.objects.filter(**ours)
        families = openings.exclude(family="").order_by("family").values_list("family", flat=True)
        self._offer("map", _("Choose a map"), MessageMap.objects.filter(**ours).order_by("name"))
        self._offer("site", _("Any site"), Site.objects.filter(**ours).order_by("name"))
        links = Connection.objects.filter(**ours).order_by("name")
        self._offer("connection", _("Any connection"), links)
        named = openings.select_related("site").order_by("title", "id")[:MOST_OPENINGS]
        self._choices(
            "requisition",
            _("Any job"),
            [(str(one.id), f"{one.title}, {one.site}" if one.site else one.title) for one in named],
        )
        self._choices(
            "family", _("Any job family"), [(one, label(one)) for one in families.distinct()]
        )

    def _offer(self, name: str, none: Any, rows: Any) -> None:
        self._choices(name, none, [(str(one.id), str(one)) for one in rows])

    def _choices(self, name: str, none: Any, found: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", none), *found]  # type: ignore[attr-defined]

    def change(self, rule_id: UUID | None) -> Change:
        """What is asked for, once it is valid."""
        given = self.cleaned_data
        asked = Place(
            given["family"], _key(given["site"]), _key(given["requisition"]),
            _key(given["connection"]),
        )  # fmt: skip
        return Change(EDIT if rule_id else ADD, rule_id, asked, UUID(given["map"]))

    def address(self) -> dict[str, str]:
        """What is filled in, as an address says it, once it is valid."""
        said = {True: "on", False: ""}
        found = {name: said.get(value, value) for name, value in self.cleaned_data.items()}
        return {name: value for name, value in found.items() if value}


def initial(rule: Rule) -> dict[str, str]:
    """The form as the rule is now."""
    return {
        "map": str(rule.map_id), "family": rule.family, "site": str(rule.site_id or ""),
        "requisition": str(rule.requisition_id or ""), "connection": str(rule.connection_id or ""),
    }  # fmt: skip


def _key(text: str) -> UUID | None:
    return UUID(text) if text else None
