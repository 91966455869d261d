"""What lint finds in a message map, and what it must know of where the map will run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from followthrough.core.places import Place as Where
from followthrough.governance.policy import CompiledPolicy
from followthrough.journeys.lines import TEXTS
from followthrough.journeys.problems import Place
from followthrough.journeys.problems import path as written

ERROR, WARNING = "error", "warning"


class Finding(NamedTuple):
    """Something a map would do that nobody meant. `place` is where in the document; `stage`, `key`
    (of a touch), `channel` and `locale` are '' where it is about no single one.

    ERROR: it harms somebody or can never work. WARNING: look whether it is meant.
    """

    code: str
    stage: str
    key: str
    place: Place
    severity: str
    reason: str
    remedy: str
    channel: str = ""
    locale: str = ""

    @property
    def path(self) -> str:
        """The place as people write it: `stages.screen.touches[1].content`."""
        return written(self.place)

    @property
    def part(self) -> str:
        """Which part of a text: subject, preheader or body; '' where it is about no single one."""
        last = str(self.place[-1]) if self.place else ""
        return last if last in TEXTS else ""


@dataclass(frozen=True, eq=False)
class Setting:
    """Where a map will run, as far as it is known: what is None is not known, and nothing is said
    about it.

    `places`: of the organization's sites; the law of each counts. `locales`: how many candidates
    read which language. `channels`: those with a sender. `stages`: the canonical stages that some
    ATS stage is mapped to; `visited`: those that applications with this map have been in. `events`:
    the names of events that anything sends. `at`: which law is in force.
    """

    policy: CompiledPolicy
    at: datetime
    places: tuple[Where, ...] = ()
    locales: Mapping[str, int] = field(default_factory=dict)
    company: str = ""
    channels: frozenset[str] | None = None
    stages: frozenset[str] | None = None
    visited: frozenset[str] | None = None
    events: frozenset[str] | None = None
