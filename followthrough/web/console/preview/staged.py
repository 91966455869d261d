"""A replay on the people of another map: what both sides have in common are the stages, not the
names of their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from followthrough.journeys.definition import STAGES
from followthrough.people.stages import Stage
from followthrough.runs.models import Replay
from followthrough.web.console.preview.bars import Line
from followthrough.web.console.sentences import touch_name

Stages = Mapping[str, Mapping[str, int]]  # messages by stage and name; '': of no stage
ORDER = (*STAGES, "")


class Went(NamedTuple):
    """What one side says in a stage: each message with how often, the most frequent first."""

    stage: str
    messages: Sequence[tuple[str, int]]


class Staged(NamedTuple):
    """Both sides by stage, and what each of them says. `alike`: most of it by the same names, as
    where a map is a copy of the other."""

    lines: Sequence[Line]
    went: Sequence[Went]
    would: Sequence[Went]
    alike: bool


def of(replay: Replay) -> Staged | None:
    """A replay by stage; None where it is to be compared by name: on the map's own people, and
    where it was done before stages were counted."""
    found: Mapping[str, Any] = replay.result or {}
    before, after = (found[side].get("stages") for side in ("before", "after"))
    if before is None or after is None or not (replay.of_map_id or replay.family):
        return None
    return Staged(lines(before, after), went(before), went(after), _alike(before, after))


def _alike(before: Stages, after: Stages) -> bool:
    one, other = ({key for by_name in side.values() for key in by_name} for side in (before, after))
    return 2 * len(one & other) > len(one | other)


def lines(before: Stages, after: Stages) -> list[Line]:
    """Both sides of each stage, in the order of stages; at the end what belongs to none."""
    found = [Line(called(one), _sum(before, one), _sum(after, one)) for one in ORDER]
    return [one for one in found if one.before or one.after]


def _sum(side: Stages, stage: str) -> int:
    return sum(side.get(stage, {}).values())


def went(side: Stages) -> list[Went]:
    """What one side says, stage by stage."""
    return [Went(called(one), _messages(side[one])) for one in ORDER if side.get(one)]


def _messages(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    found = [(touch_name(key), n) for key, n in counts.items()]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def called(stage: str) -> str:
    """A stage in words; what belongs to none is what a member sends by hand, and replies."""
    return str(Stage(stage).label) if stage else _("By hand, replies")
