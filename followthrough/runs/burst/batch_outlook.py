"""What would become of a batch if it were let go now: decided by the gate, written nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from followthrough.core import segments
from followthrough.governance.decisions import Hold, Rendered, Send
from followthrough.messages.outbox import Due
from followthrough.runs import drafts, facts
from followthrough.runs.facts import Facts, Person
from followthrough.runs.models import Batch
from followthrough.store import sql

MOST = 2_000  # messages that are looked at
PART = 300
SAMPLES = 3
NOW, LATER, NEVER = "now", "later", "never"


class Sample(NamedTuple):
    """What one person would get."""

    candidate_id: UUID
    key: str
    channel: str
    text: Rendered
    what: str
    code: str
    until: datetime | None


@dataclass
class Outlook:
    """By what becomes of them (NOW, LATER, NEVER) and the check that decides, how many; by channel
    how many would go, and the parts of the texts. `more`: only the first MOST were looked at."""

    looked_at: int = 0
    more: bool = False
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    parts: int = 0
    first: datetime | None = None  # of those that leave later
    last: datetime | None = None
    samples: list[Sample] = field(default_factory=list)

    def of(self, what: str) -> Counter[str]:
        """By the check that decides, how many come to this."""
        return Counter({code: n for (which, code), n in self.found.items() if which == what})

    def total(self, what: str) -> int:
        return self.of(what).total()


_DUE = f"""
SELECT {", ".join(f"t.{name}" for name in Due._fields)} FROM messaging_touch t
WHERE t.batch_id = %s AND t.state = 'planned' AND t.meant_at <= %s
ORDER BY t.meant_at DESC, t.id LIMIT %s
"""  # noqa: S608


def of(batch: Batch, *, now: datetime) -> Outlook:
    """Look at those that would leave now, by their own time; the freshest first."""
    found = Outlook()
    dues = [Due._make(row) for row in sql.rows(_DUE, (batch.id, now, MOST + 1))]
    found.more, dues = len(dues) > MOST, dues[:MOST]
    for start in range(0, len(dues), PART):
        _look(batch, dues[start : start + PART], found, now)
    return found


def _look(batch: Batch, dues: Sequence[Due], found: Outlook, now: datetime) -> None:
    known = facts.load(dues, now=now)
    known.freezes.pop(batch.id, None)  # it is what would end
    ours = known.companies()[batch.organization_id]
    for candidate_id, theirs in drafts.by_person(dues).items():
        person = known.people[candidate_id]
        for due, decision in zip(
            theirs, drafts.judged(person, theirs, known, ours, at=now), strict=True
        ):
            _count(due, decision, person, known, found)


def _count(due: Due, decision: object, person: Person, known: Facts, found: Outlook) -> None:
    what = NOW if isinstance(decision, Send) else LATER if isinstance(decision, Hold) else NEVER
    until = decision.until if isinstance(decision, Hold) else None
    channel, text = _text(due, decision, person, known)
    found.looked_at += 1
    found.found[what, decision.code] += 1  # type: ignore[attr-defined]
    if what != NEVER:
        found.channels[channel] += 1
        found.parts += segments.count(text.body) if channel == "sms" else 0
    if until:
        found.first = min(found.first or until, until)
        found.last = max(found.last or until, until)
    if len(found.samples) < SAMPLES and what != NEVER:
        code: str = decision.code  # type: ignore[attr-defined]
        found.samples.append(Sample(person.id, due.key, channel, text, what, code, until))


def _text(due: Due, decision: object, person: Person, known: Facts) -> tuple[str, Rendered]:
    """By which channel, and as it would be rendered."""
    if isinstance(decision, Send):
        return decision.option.channel, decision.rendered
    channel = getattr(decision, "channel", "") or next(iter(due.channels), "")
    zone = next(iter(drafts.zones(person, [due], known).names), "UTC")
    made = drafts.draft(due, person, zone, known)
    option = next((one for one in made.options if one.channel == channel), None)
    return channel, option.render(channel) if option else Rendered("")
