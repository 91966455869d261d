"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from followthrough.governance.decisions import Check, Draft, Option, PersonFacts, Rendered, Send
from followthrough.governance.hours import Compiled, narrowed
from followthrough.governance.policy import UNBOUND, Bounds, CompiledPolicy, Rules

PASS, SKIP, HOLD, DROP, MERGE = "pass", "skip", "hold", "drop", "merge"
GOES_ON = frozenset({PASS, SKIP})
NOTHING: Mapping[str, Any] = {}  # to add about a finding


@dataclass(slots=True, eq=False)
class Finding:
    """What one check found: code, outcome and detail as a receipt keeps them.

    It is the same for many drafts, and so is its detail: neither is ever changed. A hold has
    `until`; `certain` says that it will be fine then, rather than worth another look.
    """

    check: Check
    goes_on: bool  # to the next check: it passed, or does not apply
    until: datetime | None = None
    certain: bool = False
    into: UUID | None = None

    @property
    def code(self) -> str:
        return self.check[0]


def finding(
    code: str,
    outcome: str = PASS,
    detail: Mapping[str, Any] = NOTHING,
    until: datetime | None = None,
    *,
    certain: bool = False,
    into: UUID | None = None,
) -> Finding:
    """A finding from its parts."""
    return Finding((code, outcome, detail), outcome in GOES_ON, until, certain, into)


NOT_CHOSEN = Option("", None, "", "", None, False, lambda _: Rendered("", problem="no_channel"))


@dataclass(slots=True, eq=False)
class Case:
    """One draft while it is judged.

    `sent` are those of the same pass that go out before it. `basis` is why it may go out at any
    hour (reply, service), or ''. `seconds` and `minute` are `now` since 1970: as uses of caps are
    counted, and as hours are asked. `via` is the option that is tried, then the one that was
    chosen; `bounds` is what binds messages that go that way, `hours` all hours that do (those of
    its map among them), `rendered` the text.
    """

    draft: Draft
    facts: PersonFacts
    policy: CompiledPolicy
    rules: Rules
    now: datetime
    sent: Sequence[tuple[Draft, Send]]
    zones: tuple[str, ...]
    basis: str
    seconds: float
    minute: int
    checks: list[Check] = field(default_factory=list)
    via: Option = NOT_CHOSEN
    bounds: Bounds = UNBOUND
    hours: Compiled | None = None
    rendered: Rendered | None = None

    def try_option(self, option: Option) -> None:
        """What is checked from now on is whether the message may go this way."""
        self.via = option
        self.bounds = self.rules.bounds(option.channel, self.draft.purpose)
        self.hours, limits = self.bounds.hours.both, self.draft.limits
        if limits is not None:
            self.hours = narrowed(self.hours, limits.hours.get(option.channel))


def shown(id: object) -> str:
    """An id as a receipt keeps it."""
    return "" if id is None else str(id)
