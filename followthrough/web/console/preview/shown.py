"""A life in words: its stages in order, each with what would be said there and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from followthrough.conversations.models import Handoff
from followthrough.governance import reasons, words
from followthrough.messages.models import Receipt
from followthrough.people.stages import Stage
from followthrough.runs.replay.life import Life, Visit
from followthrough.runs.replay.preview import Step, Timeline
from followthrough.web.console import sentences
from followthrough.web.console.preview.steps import event_label
from followthrough.web.console.sentences import Wall

MEANINGS = {
    "send": "kept",
    "hold": "held",
    "drop": "stopped",
    "merge": "stopped",
    "said": "quiet",
    "heard": "quiet",
    "handed": "person",
}


class Shown(NamedTuple):
    """One step in words; `clock` is its time, by theirs."""

    step: Step
    meaning: str
    verdict: str
    said: str
    clock: str
    checks: Sequence[words.Checked]


class Stretch(NamedTuple):
    """What happens in one stage. `since` is empty where they enter it; `comes` are the times that
    are set then."""

    stage: str
    visit: Visit
    clock: str
    since: str
    comes: Sequence[str]
    steps: Sequence[Shown]


class Left(NamedTuple):
    """A message that was planned and came to nothing."""

    key: str
    due_at: datetime
    why: str


def stretches(life: Life, found: Timeline, wall: Wall) -> list[Stretch]:
    """The timeline, by stage."""
    ends = [*(visit.at for visit in life.visits[1:]), life.ends_at]
    steps = iter(found.steps)
    step = next(steps, None)
    made = []
    for visit, until in zip(life.visits, ends, strict=True):
        here = []
        while step is not None and (step.at < until or visit is life.visits[-1]):
            here.append(_shown(step, wall))
            step = next(steps, None)
        made.append(_stretch(visit, here, wall))
    return made


def _stretch(visit: Visit, steps: Sequence[Shown], wall: Wall) -> Stretch:
    since = sentences.moment(visit.since, wall.zone) if visit.since else ""
    clock = sentences.moment(visit.at, wall.zone)
    return Stretch(Stage(visit.stage).label, visit, clock, since, list(_comes(visit, wall)), steps)


def _comes(visit: Visit, wall: Wall) -> Iterator[str]:
    for name, at in visit.anchors.items():
        told = {"anchor": sentences.label(name), "when": sentences.moment(at, wall.zone)}
        yield _("%(anchor)s: %(when)s") % told


def left(found: Timeline) -> list[Left]:
    """What was planned and not needed any more, with why."""
    return [
        Left(one.key, one.due_at, str(reasons.label(one.code))) for one in found.cancelled
    ]  # fmt: skip


def _shown(step: Step, wall: Wall) -> Shown:
    said, checks = "", []
    if step.verdict == "heard":
        said = event_label(step.key)
    elif step.verdict == "handed":
        said = _handed(step, wall)
    elif step.verdict != "said":
        row = Receipt(
            verdict=step.verdict, code=step.code, at=step.at, channel=step.channel,
            until=step.until, checks=[list(check) for check in step.checks],
        )  # fmt: skip
        given = {"zone": wall.zone, "place": wall.place}
        said, checks = words.sentence(row, **given), words.checked(row, **given)
    return Shown(
        step, MEANINGS[step.verdict], _VERDICTS[step.verdict](), said,
        sentences.dated(step.at, wall), checks,
    )  # fmt: skip


def _handed(step: Step, wall: Wall) -> str:
    told = {"why": Handoff.Reason(step.code).label}
    if step.until is None:
        return _("%(why)s. Automation is silent until they have seen to it.") % told
    until = {"until": sentences.dated(step.until, wall)}
    return _("%(why)s. Automation is silent for as long as people here usually take: until"
             " %(until)s.") % {**told, **until}  # fmt: skip


_VERDICTS = {
    "send": lambda: _("Would be sent"),
    "hold": lambda: _("Would be held"),
    "drop": lambda: _("Would not be sent"),
    "merge": lambda: _("Would be merged into another message"),
    "said": lambda: _("They answer"),
    "heard": lambda: _("Reported"),
    "handed": lambda: _("A person takes over"),
}


def summary(found: Timeline) -> dict[str, Any]:
    """What it comes to, in numbers."""
    kinds = [step.verdict for step in found.steps]
    last = max((step.at for step in found.steps), default=None)
    return {"sent": found.sent, "held": kinds.count("hold"), "dropped": kinds.count("drop"),
            "last": last}  # fmt: skip
