"""Many people who move at once, for tests of the guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from followthrough.core import clock
from followthrough.governance import policies
from followthrough.intake import work
from followthrough.runs import engine
from followthrough.runs.burst import guarding
from tests import company, door
from tests.properties import life
from tests.properties.life import Life

LIMIT = 10  # the smallest there is

SAYS = {"sms": {"en": {"body": "We have your application."}}}
ENTERED = {"key": "thanks", "trigger": {"stage_entered": {}}, "channels": ["sms"], "content": SAYS}
QUIET = {"key": "quiet", "trigger": {"stalled": {"for": "P2D"}}, "channels": ["sms"],
         "useful_for": "P9D", "content": SAYS}  # fmt: skip
REMINDER = {
    "key": "reminder", "trigger": {"before": {"anchor": "interview_start", "by": "PT24H"}},
    "priority": 1, "channels": ["sms"], "content": SAYS,
}  # fmt: skip


def map_of(*touches: dict[str, Any], stage: str = "applied") -> dict[str, Any]:
    """A map that says these in one stage."""
    return {"schema": 1, "name": "Bursts", "settle": "PT0S",
            "stages": {stage: {"touches": list(touches)}}}  # fmt: skip


@contextmanager
def lived(*touches: dict[str, Any], **policy: Any) -> Iterator[Life]:
    """A company whose policy holds more than LIMIT messages an hour, with a map of these touches
    (one as somebody applies, if none is given)."""
    with life.lived() as made:
        company.publish(made.company, "associates", map_of(*(touches or (ENTERED,))))
        rule(made, **policy)
        yield made


def rule(made: Life, **policy: Any) -> None:
    """Publish a policy."""
    given = {"spread_minutes": 0, "hold_above": LIMIT, "caps": [], **policy}
    policies.publish(
        organization=made.company.organization,
        document={**policies.default_document(), **given},
        author_id="tests", note="", at=clock.now(),
    )  # fmt: skip


def snapshot(number: int, *, stage: str = "New", **changes: Any) -> dict[str, Any]:
    """An application of a person of its own."""
    known = life.snapshot(f"app-{number}")
    known["candidate"] |= {
        "id": f"person-{number}", "given_name": "Ada", "family_name": f"Obi{number}",
        "phones": [f"+1775{2_000_000 + number}"], "emails": [f"ada{number}@example.org"],
    }  # fmt: skip
    return {**known, "stage": stage, "updated_at": clock.now().isoformat(), **changes}


def arrive(
    made: Life, numbers: Sequence[int], *, entered: datetime | None = None, **changes: Any
) -> None:
    """Webhooks about these applications arrive; `entered` is when the ATS says they moved."""
    told = {"updated_at": entered.isoformat()} if entered else {}
    for number in numbers:
        sent = snapshot(number, **{**changes, **told})
        door.from_ats(made.company.connection, *door.signed(made.company.connection, sent))


def taken_in(made: Life, numbers: Sequence[int], **changes: Any) -> None:
    """They arrive and are worked off one by one, and nothing is sent yet."""
    for number in numbers:
        arrive(made, [number], **changes)
        while work.work({0: None}):
            pass


def sent(made: Life) -> int:
    """How many messages the provider got, when what waited a moment has left."""
    engine.drain()
    clock.advance(guarding.PAUSE)
    engine.drain()
    return len(made.provider.calls)
