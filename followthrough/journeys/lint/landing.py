"""Reminders that quiet hours make impossible: where those that hang on a time would land, for the
times at which such things usually are.

They are planned by the engine's own code. The hours are those of the law of every place of the
organization, of its policy and of the map, all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.journeys import plans
from followthrough.journeys.definition import Content, MapDocument, StageBlock, Text, TouchDef
from followthrough.journeys.events import PlanTouch, State
from followthrough.journeys.lint.clock import opens
from followthrough.journeys.lint.finding import Finding
from followthrough.journeys.lint.survey import Spot, Survey
from followthrough.journeys.lint.together import compatible
from followthrough.journeys.triggers import Trigger

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)  # of a week without holidays or jumps of the clock
LONG_BEFORE = timedelta(days=370)  # longer than any wait: the stage was entered before it all
STEP = timedelta(minutes=30)
DAYS = (gettext_noop("Mondays"), gettext_noop("Tuesdays"), gettext_noop("Wednesdays"),
        gettext_noop("Thursdays"), gettext_noop("Fridays"))  # fmt: skip

# When such things usually are, on workdays, by the local clock.
USUAL: Mapping[str, tuple[int, int]] = {
    "interview_start": (8, 18),
    "start_date": (6, 10),
    "document_due": (9, 18),
    "offer_sent": (9, 18),
}
OTHERWISE = (9, 17)

Planned = tuple[datetime, datetime, datetime | None]  # the anchor, due, of use until


class Landing(NamedTuple):
    """When something is at `at`, the touch is due at `due_at`, could go out at `opens_at` (None:
    never) and is of use until `useful_until`."""

    at: datetime
    due_at: datetime
    opens_at: datetime | None
    useful_until: datetime | None

    @property
    def lands(self) -> bool:
        """Whether it goes out at all."""
        if self.opens_at is None:
            return False
        return self.useful_until is None or self.opens_at < self.useful_until


def impossible(survey: Survey) -> Iterator[Finding]:
    """Reminders that cannot go out for some usual times, where no other one goes out either."""
    reminders = [spot for spot in survey.spots if spot.touch.trigger.before]
    landed = {spot.key: landings(survey, spot) for spot in reminders}
    for spot in reminders:
        lost = [one for one in landed[spot.key] if not one.lands]
        others = [
            other for other in reminders if other is not spot and _covers(survey, spot, other)
        ]
        heard = {one.at for other in others for one in landed[other.key] if one.lands}
        unheard = [one for one in lost if one.at not in heard]
        if unheard:
            yield _finding(survey, spot, unheard, len(landed[spot.key]))


def too_long(survey: Survey) -> Iterator[Finding]:
    """Reminders that are of use for longer than until what they remind of."""
    for spot in survey.spots:
        before = spot.touch.trigger.before
        planned = _planned(spot.touch.trigger, spot.touch.useful_for) if before else ()
        if before and any(until and until > at for at, _due, until in planned):
            yield spot.finding(
                "useful_past_anchor",
                _("It may still go out after %(anchor)s, although it speaks of it as ahead.")
                % {"anchor": before.anchor},
                _("Let it be of use for a shorter time; without useful_for, halfway to it."),
                at=("useful_for",),
            )


def _covers(survey: Survey, one: Spot, other: Spot) -> bool:
    """Whether whoever does not get `one` may get `other` about the same time."""
    same = one.stage == other.stage and one.touch.anchor == other.touch.anchor
    return same and compatible(survey, one, other)


def landings(survey: Survey, spot: Spot) -> list[Landing]:
    """Where a touch lands for each usual time of its anchor; [] for one that hangs on none."""
    if not (spot.touch.trigger.before or spot.touch.trigger.after):
        return []
    week = survey.hours(spot, spot.touch.channels[0])
    planned = _planned(spot.touch.trigger, spot.touch.useful_for)
    return [Landing(at, due, opens(week, due), until) for at, due, until in planned]


@lru_cache(maxsize=64)
def _usual(anchor: str) -> Sequence[datetime]:
    first, last = USUAL.get(anchor, OTHERWISE)
    steps = range((last - first) * 2 + 1)
    days = [MONDAY + timedelta(days=day, hours=first) for day in range(len(DAYS))]
    return [day + STEP * step for day in days for step in steps]


@lru_cache(maxsize=1024)
def _planned(trigger: Trigger, useful_for: str | None) -> Sequence[Planned]:
    """When a touch with that trigger is due, and until when it is of use, for each usual time."""
    hello = Content(sms={"en": Text(body="Hello.")})
    touch = TouchDef(
        key="a", trigger=trigger, useful_for=useful_for, channels=["sms"], content=hello
    )
    document = MapDocument(name="a", stages={"applied": StageBlock(touches=[touch])})
    found = [(at, _plan(document, touch, at)) for at in _usual(str(touch.anchor))]
    return [(at, plan.due_at, plan.useful_until) for at, plan in found]


def _plan(document: MapDocument, touch: TouchDef, anchor_at: datetime) -> PlanTouch:
    state = State(
        stage="applied",
        visit=1,
        entered_at=anchor_at - LONG_BEFORE,
        anchors={str(touch.anchor): (anchor_at, 1)},
    )
    (found,) = plans.planned(document, state, [touch], settle=timedelta())
    return found


# --- in words ------------------------------------------------------------------------------------


def _finding(survey: Survey, spot: Spot, lost: Sequence[Landing], tried: int) -> Finding:
    example = lost[0]
    told = {
        "anchor": str(spot.touch.anchor),
        "times": _times(lost),
        "at": f"{example.at:%H:%M}",
        "due": _when(example.due_at, example.at),
        "opens": _when(example.opens_at, example.at) if example.opens_at else "",
        "until": _when(example.useful_until, example.at) if example.useful_until else "",
    }
    if len(lost) == tried:
        reason = _("Quiet hours never let it go out in time, whenever %(anchor)s usually is.")
    else:
        reason = _("For %(anchor)s at %(times)s quiet hours do not let it go out in time.")
    if example.opens_at:
        reason += " " + _("At %(at)s it is due %(due)s, may go out from %(opens)s, and is of use"
                          " until %(until)s.")  # fmt: skip
    remedy = _("Let it go out the day before, or count it in working days; let it be of use for"
               " longer, or go by mail; or add an earlier reminder for these.")  # fmt: skip
    return spot.finding("never_in_hours", reason % told, remedy, at=("trigger",),
                        channel=spot.touch.channels[0])  # fmt: skip


def _when(moment: datetime, day_of: datetime) -> str:
    """A time, and on which day where it is another."""
    days = (moment.date() - day_of.date()).days
    clock = f"{moment:%H:%M}"
    if days == 0:
        return clock
    if days in (-1, 1):
        said = _("%(clock)s the day before") if days < 0 else _("%(clock)s the day after")
        return str(said % {"clock": clock})
    said = _("%(clock)s %(days)d days before") if days < 0 else _("%(clock)s %(days)d days after")
    return str(said % {"clock": clock, "days": abs(days)})


def _times(lost: Sequence[Landing]) -> str:
    """`08:00–10:30`, and on which days where it is not on all of them."""
    by_day: dict[int, list[datetime]] = {}
    for one in lost:
        by_day.setdefault(one.at.weekday(), []).append(one.at)
    by_times: dict[str, list[int]] = {}
    for day, moments in by_day.items():
        by_times.setdefault(_ranges(moments), []).append(day)
    parts = [
        times if len(days) == len(DAYS) else _("%(times)s on %(days)s") % {
            "times": times, "days": ", ".join(_(DAYS[day]) for day in days)}
        for times, days in by_times.items()
    ]  # fmt: skip
    return str(_(" and ").join(parts))


def _ranges(moments: Sequence[datetime]) -> str:
    found: list[list[datetime]] = []
    for moment in moments:
        if found and moment - found[-1][-1] == STEP:
            found[-1].append(moment)
        else:
            found.append([moment])
    return ", ".join(
        f"{one[0]:%H:%M}–{one[-1]:%H:%M}" if len(one) > 1 else f"{one[0]:%H:%M}" for one in found
    )
