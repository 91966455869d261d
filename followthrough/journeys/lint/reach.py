"""Touches that can never go out, and stages in which nothing is heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from followthrough.journeys.definition import ENDING, STAGES, length
from followthrough.journeys.lint.finding import ERROR, WARNING, Finding
from followthrough.journeys.lint.possible import Domain, impossible_fact, possible
from followthrough.journeys.lint.survey import Spot, Survey
from followthrough.people.stages import Stage

ASKED: tuple[str | None, ...] = (None, "open", "confirmed", "declined", "closed")
AT_LEAST = timedelta(minutes=1)  # what a message needs from being due to going out


def unreachable(survey: Survey) -> Iterator[Finding]:
    """Touches that can never be due, or never go out."""
    for spot in survey.spots:
        yield from _waits_for_disabled(survey, spot)
        yield from _never_left_so(spot)
        yield from _never_holds(survey, spot)
        yield from _nothing_sends(survey, spot)
        yield from _too_short(spot)
        yield from _no_sender(survey, spot)


def _waits_for_disabled(survey: Survey, spot: Spot) -> Iterator[Finding]:
    waits = spot.touch.trigger.no_reply
    source = survey.document.touches.get(waits.to) if waits else None
    if source and not source.enabled:
        yield spot.finding(
            "waits_for_disabled",
            _("It waits for no answer to “%(touch)s”, which is switched off: it is never due.")
            % {"touch": source.key},
            _("Switch “%(touch)s” on, let it wait for another touch, or switch it off too.")
            % {"touch": source.key},
            at=("trigger", "no_reply", "to"),
        )


def _never_left_so(spot: Spot) -> Iterator[Finding]:
    if not _stages(spot):
        yield spot.finding(
            "never_left_so",
            _("It waits until %(stage)s is left for %(stage)s: that never happens.")
            % {"stage": spot.stage},
            _("Name the stage they go to, or leave “to” out."),
            at=("trigger", "stage_left", "to"),
            severity=ERROR,
        )


def _never_holds(survey: Survey, spot: Spot) -> Iterator[Finding]:
    parts = spot.touch.predicates()
    if not parts or not _stages(spot) or possible(parts, domain(survey, spot)):
        return
    fact = impossible_fact(parts, domain(survey, spot))
    reason = (
        _("Its conditions ask of %(fact)s what it can never be here: it is never sent.")
        % {"fact": fact}
        if fact
        else _("Its conditions contradict each other: it is never sent.")
    )
    remedy = _("Change the conditions, or switch the touch off.")
    yield spot.finding("never_holds", reason, remedy, at=("when",), severity=ERROR)


def domain(survey: Survey, spot: Spot) -> Domain:
    """What the facts can be that are known when a touch is due: it is in its stage, its anchor has
    a time, and only what is asked has an answer."""
    asking = {one.key for one in survey.of_stage(spot.stage) if one.touch.ask}
    asks: dict[str, Sequence[Any]] = {
        f"ask.{key}": ASKED if key in asking else ASKED[:1] for key in survey.document.touches
    }
    waits = spot.touch.trigger.no_reply
    if waits and waits.to in asking:
        asks[f"ask.{waits.to}"] = ("open",)
    stages = _stages(spot)
    ended = dict.fromkeys(survey.document.ends(stage) for stage in stages)
    return {"application.stage": stages, "run.ended": tuple(ended), **asks}


def _stages(spot: Spot) -> tuple[str, ...]:
    """Where somebody can be when the touch is due: in its stage, or where they went from it."""
    left = spot.touch.trigger.stage_left
    if left is None:
        return (spot.stage,)
    return tuple(stage for stage in STAGES if stage != spot.stage and left.goes_to(stage))


def _nothing_sends(survey: Survey, spot: Spot) -> Iterator[Finding]:
    event, sent = spot.touch.trigger.event, survey.setting.events
    if event and sent is not None and event.name not in sent:
        yield spot.finding(
            "event_never_sent",
            _("It waits for the event %(event)s, and nothing has ever sent one of that name.")
            % {"event": event.name},
            _("Check the name with whoever sends it, or have it sent (POST to the API)."),
            at=("trigger", "event", "name"),
        )


def _too_short(spot: Spot) -> Iterator[Finding]:
    useful = spot.touch.useful_for
    if useful and length(useful) < AT_LEAST:
        yield spot.finding(
            "useful_too_short",
            _("It is of use for less than a minute: it is too late before it can go out."),
            _("Give it some minutes, or leave useful_for out."),
            at=("useful_for",),
            severity=ERROR,
        )


def _no_sender(survey: Survey, spot: Spot) -> Iterator[Finding]:
    channels = survey.setting.channels
    if channels is None or channels & set(spot.touch.channels):
        return
    yield spot.finding(
        "no_sender",
        _("It goes by %(channels)s, and no sender is connected for that.")
        % {"channels": ", ".join(spot.touch.channels)},
        _("Connect a sender, or add a channel that has one."),
        at=("channels",),
    )


# --- stages --------------------------------------------------------------------------------------


def stages(survey: Survey) -> Iterator[Finding]:
    """Stages that nobody comes to, and stages in which people hear nothing; of a map without any
    touch only that."""
    if not survey.document.touches:
        yield _silent_map()
        return
    for stage in STAGES:
        yield from _dead(survey, stage)
        yield from _silent(survey, stage)


def _dead(survey: Survey, stage: str) -> Iterator[Finding]:
    mapped = survey.setting.stages
    if mapped is None or stage in mapped or not survey.of_stage(stage):
        return
    yield _of_stage(
        "dead_stage",
        stage,
        _("No stage of the ATS is mapped to %(stage)s: nobody ever hears what stands here.")
        % {"stage": _named(stage)},
        _("Map a stage of the ATS to it (Connections), or move its touches."),
    )


def _silent(survey: Survey, stage: str) -> Iterator[Finding]:
    block = survey.document.stages.get(stage)  # type: ignore[call-overload]
    setting = survey.setting
    there = setting.stages if setting.visited is None else setting.visited
    expected = block is not None or (there is not None and stage in there)
    if not expected or survey.of_stage(stage) or stage in ENDING or survey.document.ends(stage):
        return
    if block is None and _comes_later(survey, stage):
        return
    off = block is not None and bool(block.touches)
    reason = (
        _("Every touch of %(stage)s is switched off: people hear nothing there.")
        if off
        else _("Nothing is said in %(stage)s: this is where people go quiet.")
    )
    remedy = _("Say at least what comes next and when, or ask after some days of silence.")
    yield _of_stage("silent_stage", stage, reason % {"stage": _named(stage)}, remedy)


def _silent_map() -> Finding:
    remedy = _("Begin with what people hear first, such as the thank-you for an application.")
    reason = _("The map has no touch: nobody hears anything.")
    return Finding("silent_map", "", "", ("stages",), WARNING, reason, remedy)


def _comes_later(survey: Survey, stage: str) -> bool:
    """Whether the map begins after a stage: what it says first, it says in a later one."""
    spoken = [one for one in STAGES if survey.of_stage(one)]
    return bool(spoken) and STAGES.index(stage) < STAGES.index(spoken[0])


def _named(stage: str) -> str:
    return f"“{Stage(stage).label}”"


def _of_stage(code: str, stage: str, reason: str, remedy: str) -> Finding:
    return Finding(code, stage, "", ("stages", stage), WARNING, reason, remedy)
