"""The steps of a life as a form: which stage, how long after the one before, and the times that
come with it. All of it is in the address of the page, as days and wall-clock times, so that it says
the same next week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followthrough.core.zones import instant, local
from followthrough.journeys.definition import STAGES, MapDocument
from followthrough.journeys.events import by_hand
from followthrough.people.stages import Stage
from followthrough.runs.replay import walk
from followthrough.runs.replay.life import NEVER, NO, YES, Visit
from followthrough.runs.replay.walk import Later, Leg
from followthrough.web.console.sentences import label, moment, touch_name

MOST = 12  # steps
LONGEST = 365  # days until something follows
INTERVIEW = "interview_start"
LATER = timedelta(hours=1)  # after the interview something is reported of it
ANSWERS = (
    (NEVER, _("Nothing")),
    (YES, _("Yes, half an hour later")),
    (NO, _("No, half an hour later")),
)
Row = Mapping[str, str]  # what one step is asked, by the names of its fields


@dataclass(frozen=True)
class Ground:
    """What the steps are about: the map, their clock, and what is so already. `present` is the
    stage in which a real application is, since when, and which anchors it has."""

    document: MapDocument
    zone: str
    at: datetime  # now: one moment for all of it
    present: str = ""
    since: datetime | None = None
    anchors: Mapping[str, datetime] | None = None

    @property
    def now(self) -> datetime:
        return local(self.at, self.zone)


class StepForm(forms.Form):
    """One step. The first one has a date, unless it is where somebody is already; every other one
    follows the one before."""

    def __init__(self, data: Any, *, number: int, ground: Ground) -> None:
        super().__init__(data, prefix=f"s{number}")
        self.number, self.ground = number, ground
        self.is_present = bool(ground.present) and not number
        self.stage = ground.present if self.is_present else str(data.get(f"s{number}-stage", ""))
        if not self.is_present:
            self._ask_when()
        for name in walk.used(ground.document, self.stage):
            self._ask_anchor(name)
        self._ask_events()
        self._ask_answers()

    @property
    def lines(self) -> list[list[forms.BoundField]]:
        """The fields as they stand: when, each time that comes with it, reports, answers."""
        found: dict[str, list[forms.BoundField]] = {}
        for field in self:
            start, dash, _rest = field.name.partition("-")
            found.setdefault(start if dash else "", []).append(field)
        return list(found.values())

    @property
    def called(self) -> str:
        """The stage in words."""
        return str(Stage(self.stage).label) if self.stage in STAGES else ""

    # --- what is asked --------------------------------------------------------------------------

    def _ask_when(self) -> None:
        stages = [(stage, Stage(stage).label) for stage in STAGES]
        self.fields["stage"] = forms.ChoiceField(label=_("Stage"), choices=stages)
        if not self.number:
            self.fields["at"] = forms.DateTimeField(
                label=_("When (empty: now)"),
                required=False,
                widget=forms.DateTimeInput({"type": "datetime-local"}),
            )
            return
        self._ask_later("", _("Days later"), _("At"), required=True)

    def _ask_anchor(self, name: str) -> None:
        told = {"anchor": label(name)}
        self._ask_later(f"{name}-", _("%(anchor)s: days later") % told, _("At"), required=False)
        known = (self.ground.anchors or {}).get(name)
        if known and self.is_present:
            text = _("Stands at %(when)s; empty: it stays") % {
                "when": moment(known, self.ground.zone)
            }
            self.fields[f"{name}-days"].help_text = text

    def _ask_later(self, name: str, days: Any, at: Any, *, required: bool) -> None:
        self.fields[f"{name}days"] = forms.IntegerField(
            label=days, min_value=0, max_value=LONGEST, required=required
        )
        self.fields[f"{name}time"] = forms.TimeField(
            label=at, required=required, widget=forms.TimeInput({"type": "time"})
        )

    def _ask_events(self) -> None:
        """What the map waits for in this stage, if it waits for anything."""
        if events := events_of(self.ground.document, self.stage):
            self.fields["event-name"] = forms.ChoiceField(
                label=_("Something is reported"),
                required=False,
                choices=[("", _("Nothing")), *events.items()],
            )
            self._ask_later("event-", _("Reported: days later"), _("At"), required=False)
            self.fields["event-days"].help_text = _("Empty: an hour after the interview")

    def _ask_answers(self) -> None:
        for key in walk.asks(self.ground.document, self.stage):
            self.fields[f"answer-{key}"] = forms.ChoiceField(
                label=_("Their answer to “%(touch)s”") % {"touch": touch_name(key)},
                required=False,
                choices=[("", _("As above")), *ANSWERS],
            )

    # --- what it comes to -----------------------------------------------------------------------

    def visit(self, before: datetime | None) -> Visit:
        """The visit that follows one which began then."""
        at, found = self._begins(before), self.cleaned_data
        wanted = {
            name: self._after(at, f"{name}-")
            for name in walk.used(self.ground.document, self.stage)
        }
        anchors = {name: when for name, when in wanted.items() if when}
        since = self.ground.since if self.is_present else None
        event = found.get("event-name", "")
        if not event:
            return Visit(self.stage, at, anchors, since=since)
        reported = self._after(at, "event-") or anchors.get(INTERVIEW, at) + LATER
        return Visit(self.stage, at, anchors, event, max(at, reported), since)

    def answers(self) -> dict[str, str]:
        """What is answered otherwise, by touch."""
        found = {
            key: self.cleaned_data.get(f"answer-{key}", "")
            for key in walk.asks(self.ground.document, self.stage)
        }
        return {key: answer for key, answer in found.items() if answer}

    def _begins(self, before: datetime | None) -> datetime:
        if before is not None:
            return max(before, self._after(before, "") or before)
        wall = self.cleaned_data.get("at")
        wanted = instant(wall.date(), wall.time(), self.ground.zone) if wall else self.ground.at
        return max(self.ground.at, wanted)

    def _after(self, at: datetime, name: str) -> datetime | None:
        days, clock_time = (self.cleaned_data.get(f"{name}{part}") for part in ("days", "time"))
        if days is None or clock_time is None:
            return None
        day = local(at, self.ground.zone).date() + timedelta(days=days)
        return instant(day, clock_time, self.ground.zone)


# --- from the address ----------------------------------------------------------------------------


def read(data: Mapping[str, str], ground: Ground, *, ends: str) -> list[StepForm]:
    """The steps that the address asks for, or the usual ones to that end: also where it asked for
    those to another end before."""
    rows = _rows(data) if data.get("ended") == ends else []
    rows = _edited(rows, data, ground) if rows else usual(ground, ends)
    return [
        StepForm({f"s{number}-{name}": value for name, value in row.items()}, number=number,
                 ground=ground)
        for number, row in enumerate(rows)
    ]  # fmt: skip


def _rows(data: Mapping[str, str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for number in range(MOST):
        prefix = f"s{number}-"
        row = {key.removeprefix(prefix): data[key] for key in data if key.startswith(prefix)}
        if not row:
            break
        found.append(row)
    return found


def _edited(
    rows: list[dict[str, str]], data: Mapping[str, str], ground: Ground
) -> list[dict[str, str]]:
    """Without the step that is taken away, with the one that is added after another, and with the
    times that come with a stage which was chosen just now."""
    away = data.get("without", "")
    if away.isdecimal() and bool(ground.present) <= int(away) < len(rows) > 1:
        del rows[int(away)]
    if ground.present:
        rows[0]["stage"] = ground.present
    after = data.get("after", "")
    if after.isdecimal() and int(after) < len(rows) < MOST:
        rows.insert(int(after) + 1, _another(rows, rows[int(after)].get("stage", "")))
    known, day = set(ground.anchors or ()), ground.now.date()
    for row in rows:
        brought = walk.brought(ground.document, row.get("stage", ""), day, known)
        known |= set(brought)
        for name, later in brought.items():
            if f"{name}-days" not in row:
                row.update(_written(f"{name}-", later, ground))
    return rows


def _another(rows: Sequence[Row], after: str) -> dict[str, str]:
    """A step that may follow a stage: to the next one that they have not been in."""
    there = {row.get("stage") for row in rows}
    order = STAGES[STAGES.index(after) + 1 :] if after in STAGES else STAGES
    stage = next((one for one in order if one not in there), STAGES[-1])
    return {"stage": stage, **_written("", Later(2, walk.AT))}


def usual(ground: Ground, ends: str) -> list[dict[str, str]]:
    """The usual walk as rows."""
    known = {name: local(at, ground.zone).date() for name, at in (ground.anchors or {}).items()}
    legs = walk.usual(ground.document, ground.now, ends=ends, present=ground.present, known=known)
    return [_row(leg, ground) for leg in legs]


def _row(leg: Leg, ground: Ground) -> dict[str, str]:
    row = {"stage": leg.stage, **_written("", leg.after)}
    for name, later in leg.anchors.items():
        at = leg.after.at or ground.now.time()
        row.update(_written(f"{name}-", later._replace(at=later.at or at)))
    return row


def _written(name: str, later: Later, ground: Ground | None = None) -> dict[str, str]:
    at: time | None = later.at or (ground.now.time() if ground else None)
    return {f"{name}days": str(later.days), f"{name}time": f"{at:%H:%M}" if at else ""}


def visits(steps: Sequence[StepForm]) -> list[Visit]:
    """The visits of steps that are all valid."""
    found: list[Visit] = []
    for step in steps:
        found.append(step.visit(found[-1].at if found else None))
    return found


# --- what a map waits for ------------------------------------------------------------------------


def events_of(document: MapDocument, stage: str) -> dict[str, str]:
    """What the touches of a stage wait for, by the name that the engine hears."""
    found: dict[str, str] = {}
    for touch in document.of_stage(stage):
        name = by_hand(touch.key) if touch.trigger.manual else ""
        name = touch.trigger.event.name if touch.trigger.event else name
        if name and touch.enabled:
            found.setdefault(name, event_label(name))
    return found


def event_label(name: str) -> str:
    """What is reported, in words: an event by its name, or a touch that a member sends."""
    _hand, _colon, key = name.partition(":")
    if key and by_hand(key) == name:
        return gettext("A member sends “%(touch)s”") % {"touch": label(key)}
    return name
