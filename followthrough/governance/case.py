"""What a check is given and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from followthrough.governance.decisions import Check, Draft, Option, PersonFacts, Rendered, Send
from followthrough.governance.policy import CompiledPolicy, Rules

PASS, SKIP, HOLD, DROP, MERGE = "pass", "skip", "hold", "drop", "merge"
GOES_ON = frozenset({PASS, SKIP})


class Finding(NamedTuple):
    """What one check found: code, outcome and detail as a receipt keeps them.

    A hold has `until`; `certain` says that it will be fine then, rather than worth another look.
    """

    code: str
    outcome: str = PASS
    detail: Mapping[str, Any] = {}
    until: datetime | None = None
    certain: bool = False
    into: UUID | None = None


@dataclass(slots=True)
class Case:
    """One draft while it is judged.

    `sent` are those of the same pass that go out before it. `basis` is why it may go out at any
    hour (reply, service), or ''. `option` and `rendered` are set once they are chosen.
    """

    draft: Draft
    facts: PersonFacts
    policy: CompiledPolicy
    rules: Rules
    now: datetime
    sent: Sequence[tuple[Draft, Send]]
    zones: tuple[str, ...]
    basis: str
    checks: list[Check] = field(default_factory=list)
    option: Option | None = None
    rendered: Rendered | None = None

    @property
    def via(self) -> Option:
        """The option that was chosen; only asked for after one was."""
        assert self.option is not None
        return self.option


def shown(id: UUID | None) -> str:
    """An id as a receipt keeps it."""
    return "" if id is None else str(id)
