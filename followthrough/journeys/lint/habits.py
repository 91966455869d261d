"""Touches that go out at the same moment, asks that leave no time, and everything urgent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

from django.utils.translation import gettext as _

from followthrough.journeys.definition import length
from followthrough.journeys.lint.finding import WARNING, Finding
from followthrough.journeys.lint.survey import Spot, Survey
from followthrough.journeys.lint.together import compatible
from followthrough.journeys.offsets import rough

TO_ACT = timedelta(hours=1)  # what a team needs to do anything about a no
MANY, MOST = 4, 0.5  # from how many touches on more than which part of them is everything


def at_once(survey: Survey) -> Iterator[Finding]:
    """Two touches of a stage at the same moment, by the same channel, to the same people."""
    for stage in survey.stages:
        for one, other in combinations(survey.of_stage(stage), 2):
            same = _moment(survey, one) == _moment(survey, other)
            if same and _same_way(one, other) and compatible(survey, one, other):
                yield other.finding(
                    "two_at_once",
                    _("It goes out at the same moment as “%(key)s”, to the same people.")
                    % {"key": one.key},
                    _("Make one message of the two, let one wait, or give them conditions that"
                      " exclude each other."),
                    at=("trigger",),
                )  # fmt: skip


def _same_way(one: Spot, other: Spot) -> bool:
    return one.touch.channels[0] == other.touch.channels[0]


def _moment(survey: Survey, spot: Spot) -> tuple[object, ...]:
    """What the touch counts from, and how far: equal for two that are due together."""
    trigger, offset = spot.touch.trigger, spot.touch.trigger.offset
    if trigger.manual:
        return ("manual", spot.key)
    far: object = length(offset) if isinstance(offset, str) else offset
    if trigger.stage_entered and isinstance(offset, str):
        far = max(length(offset), survey.document.settle_delay)
    since = trigger.no_reply.to if trigger.no_reply else trigger.event and trigger.event.name
    to = tuple(trigger.stage_left.to or ()) if trigger.stage_left else ()
    return (trigger.kind, survey.document.anchors[spot.key], since, to, far)


def asks_too_late(survey: Survey) -> Iterator[Finding]:
    """Asks just before what they ask about: nobody can do anything about a no."""
    for spot in survey.spots:
        before = spot.touch.trigger.before
        if before and spot.touch.ask and rough(before.by) < TO_ACT:
            yield spot.finding(
                "asks_too_late",
                _("It asks less than an hour before %(anchor)s: whatever the answer is, nobody can"
                  " act on it.") % {"anchor": before.anchor},
                _("Ask a day before, and only remind here."),
                at=("ask",),
            )  # fmt: skip


def everything_urgent(survey: Survey) -> Iterator[Finding]:
    """Where most is urgent, nothing is: the room that caps keep is used up by all of it."""
    at = survey.setting.policy.urgent_at
    urgent = [spot for spot in survey.spots if spot.touch.priority <= at]
    if len(survey.spots) >= MANY and len(urgent) > MOST * len(survey.spots):
        told = {"n": len(urgent), "of": len(survey.spots), "at": at}
        reason = _("%(n)d of %(of)d touches have priority %(at)d or less: the room kept for urgent"
                   " messages is then used by all, and none goes first.") % told  # fmt: skip
        remedy = _("Keep %(at)d and less for what cannot wait, such as an interview today.") % told
        yield Finding("everything_urgent", "", "", ("stages",), WARNING, reason, remedy)
