"""What a preview is asked: whom, what happens to them, and what they answer. All of it is in the
address of the page, so that it can be shown to somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followthrough.core import clock
from followthrough.core.zones import instant, known_zones, local
from followthrough.journeys.definition import STAGES, MapDocument
from followthrough.journeys.events import by_hand
from followthrough.journeys.models import MessageMap, Run
from followthrough.people.models import Requisition, Site
from followthrough.people.stages import Stage
from followthrough.runs.replay import preview
from followthrough.runs.replay.preview import Life
from followthrough.web.console.sentences import label

INTERVIEW = "interview_start"
MOST_OPENINGS = 100  # that are offered
LATER = timedelta(hours=1)  # after the interview something is reported of it
ANSWERS = (
    (preview.NEVER, _("They never answer")),
    (preview.YES, _("They answer yes, half an hour later")),
    (preview.NO, _("They answer no, half an hour later")),
)
LOCALES = (("en", _("English")), ("es", _("Spanish")), ("fr", _("French")), ("pt", _("Portuguese")))
USUAL_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "Europe/London",
    "Europe/Madrid",
)  # fmt: skip


class Asked(forms.Form):
    """Times are by the candidate's clock."""

    stage = forms.ChoiceField(label=_("Stage they enter"))
    at = forms.DateTimeField(label=_("When (their clock; empty: now)"), required=False)
    answers = forms.ChoiceField(label=_("What they answer"), choices=ANSWERS)
    event = forms.ChoiceField(label=_("Something is reported"), required=False)
    event_at = forms.DateTimeField(
        label=_("Reported when (their clock; empty: an hour after the interview)"), required=False
    )

    def __init__(self, data: Any, *, document: MapDocument, zone: str, stage: str = "") -> None:
        stages = [stage for stage in STAGES if stage in document.stages] or [Stage.APPLIED.value]
        theirs = stage if stage in stages else stages[0]
        first = {"stage": theirs, "answers": preview.NEVER, **_first(zone)}
        super().__init__({**first, **data})
        self.zone, self.names = zone, _anchor_names(document)
        self.fields["stage"].choices = [(one, Stage(one).label) for one in stages]  # type: ignore[attr-defined]
        self.fields["at"].widget = _moment()
        self._offer_events(events_of(document))
        for name in self.names:
            text = _("%(anchor)s (their clock)") % {"anchor": label(name)}
            self.fields[f"anchor_{name}"] = forms.DateTimeField(
                label=text, required=False, widget=_moment()
            )

    def _offer_events(self, events: Mapping[str, str]) -> None:
        """What the map waits for, if it waits for anything."""
        if not events:
            del self.fields["event"], self.fields["event_at"]
            return
        self.fields["event"].choices = [("", _("Nothing")), *events.items()]  # type: ignore[attr-defined]
        self.fields["event_at"].widget = _moment()

    def life(self) -> Life:
        """What is to happen."""
        found = self.cleaned_data
        wanted = {name: self._instant(found.get(f"anchor_{name}")) for name in self.names}
        anchors = {name: at for name, at in wanted.items() if at}
        enters = max(clock.now(), self._instant(found.get("at")) or clock.now())
        event = found.get("event", "")
        at = self._instant(found.get("event_at")) or anchors.get(INTERVIEW, enters) + LATER
        return Life(
            found["stage"],
            enters,
            anchors,
            found["answers"],
            event,
            max(enters, at) if event else None,
        )

    def _instant(self, wall: datetime | None) -> datetime | None:
        return instant(wall.date(), wall.time(), self.zone) if wall else None


def events_of(document: MapDocument) -> dict[str, str]:
    """What the touches of a map wait for, by the name that the engine hears, with the stage in
    which it is heard."""
    found: dict[str, str] = {}
    for touch in document.touches.values():
        name = by_hand(touch.key) if touch.trigger.manual else ""
        name = touch.trigger.event.name if touch.trigger.event else name
        if name and touch.enabled:
            stage = Stage(document.stage_of[touch.key]).label
            found.setdefault(name, f"{event_label(name)} ({stage})")
    return found


def event_label(name: str) -> str:
    """What is reported, in words: an event by its name, or a touch that a member sends."""
    _hand, _colon, key = name.partition(":")
    if key and by_hand(key) == name:
        return gettext("A member sends “%(touch)s”") % {"touch": label(key)}
    return name


class Someone(forms.Form):
    """Somebody who does not exist."""

    name = forms.CharField(label=_("First name"), max_length=40)
    locale = forms.ChoiceField(label=_("Language"), choices=LOCALES)
    opening = forms.ChoiceField(label=_("What they apply for"), required=False)
    zone = forms.ChoiceField(label=_("Where they are"))
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

    def __init__(self, data: Any, *, zones: list[str], openings: Sequence[Requisition]) -> None:
        first = {
            "name": "Ada", "locale": "en", "zone": zones[0], "reach": "both", "consent": "yes",
        }  # fmt: skip
        super().__init__({**first, **data})
        named = [(str(one.id), opening_name(one)) for one in openings]
        self.fields["opening"].choices = [  # type: ignore[attr-defined]
            ("", _("Newest, near them")),
            *named,
        ]
        self.fields["zone"].choices = [(one, _place(one)) for one in zones]  # type: ignore[attr-defined]


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


def _place(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _anchor_names(document: MapDocument) -> list[str]:
    return sorted({name for name in document.anchors.values() if name})


def _first(zone: str) -> dict[str, str]:
    """An interview at ten in five days, where nobody says otherwise."""
    day = local(clock.now() + timedelta(days=5), zone).replace(hour=10, minute=0)
    return {f"anchor_{INTERVIEW}": day.strftime("%Y-%m-%dT%H:%M")}
