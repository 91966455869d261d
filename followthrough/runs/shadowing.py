"""What is decided and not sent: the touches of maps and connections in shadow.

The gate judges them like all others, after those that really leave: they never take room, or
anything else, from a real message, and count only among themselves. What it would let go ends as
`shadowed`, with a receipt of its own; nothing is handed over, no message and no attempt is
written, no ask is opened. The journey hears of it as of a message that was sent, so that what
would have followed is decided too, and a message that follows up on one that was only in shadow
stays in shadow with it, whatever was switched on meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from followthrough.core.ids import text_of, uuid7
from followthrough.governance import caps
from followthrough.governance.decisions import Decision, Draft, Send, Use
from followthrough.journeys import shadows, versions
from followthrough.journeys.events import TouchSent
from followthrough.messages import outbox
from followthrough.messages.outbox import Due, ReceiptRow
from followthrough.people.contacts import CHANNEL_KIND
from followthrough.runs import advance, drafts, verdicts
from followthrough.runs.facts import Company, Facts, Person, Subject
from followthrough.runs.handover import DECISION_SECONDS
from followthrough.runs.verdicts import Verdicts
from followthrough.store import sql

EARLIER = "earlier"  # kept in shadow by what it follows up on


class Shadowed(NamedTuple):
    """A touch that would have been handed over, with the receipt that says so."""

    due: Due
    receipt: ReceiptRow


class Spoken(NamedTuple):
    """What would have been sent to a person before: when, about what, by which channel."""

    touch_id: UUID
    application_id: UUID
    at: datetime
    channel: str
    purpose: str
    in_stage: bool  # since the application is in its stage


# --- which ---------------------------------------------------------------------------------------


def keeps(due: Due, known: Facts) -> str:
    """What keeps a touch in shadow: `map`, `connection`, `earlier`, or '' when it may leave.

    What members write, and what the law wants answered, is no automation: it leaves.
    """
    subject = known.subjects.get(due.application_id) if due.application_id else None
    if due.origin not in outbox.AUTOMATIC or subject is None:
        return ""
    found = known.shadows.get(due.organization_id, shadows.NONE).on(
        map_id=subject.map_id,
        connection_id=subject.connection_id,
        family=subject.family or "",
    )
    return found or (EARLIER if subject.shadow and _follows(due, subject) else "")


def _follows(due: Due, subject: Subject) -> bool:
    """Whether it asks after something that was only in shadow."""
    assert due.version_id is not None
    touch = versions.document(due.version_id).touches.get(due.key)
    return bool(touch and touch.trigger.no_reply and touch.trigger.no_reply.to in subject.shadow)


def parted(dues: Sequence[Due], known: Facts) -> tuple[list[Due], list[tuple[Due, str]]]:
    """What may leave, and what stays in shadow with what keeps it there."""
    if not known.shadowy:
        return list(dues), []
    kept = [(due, keeps(due, known)) for due in dues]
    return [due for due, why in kept if not why], [(due, why) for due, why in kept if why]


# --- deciding ------------------------------------------------------------------------------------


def decide(
    person: Person, kept: Sequence[tuple[Due, str]], ours: Company, written: Verdicts
) -> None:
    """Have the gate judge one person's touches in shadow, after those that really leave."""
    if written.spoken is None:
        written.spoken = _spoken(list(written.known.people), written.now)
    spoken = written.spoken.get(person.id, ())
    theirs = ours._replace(used=_used(person, spoken, ours))
    told = _told(spoken)

    def also_told(due: Due, draft: Draft) -> None:
        if due.application_id in told:
            draft.told = [*draft.told, *told[due.application_id]]

    dues = [due for due, _ in kept]
    found = drafts.judged(person, dues, written.known, theirs, at=written.now, change=also_told)
    for (due, why), decision in zip(kept, found, strict=True):
        _add(decision, due, why, person, ours, written)


def _add(
    decision: Decision, due: Due, why: str, person: Person, ours: Company, written: Verdicts
) -> None:
    if isinstance(decision, Send):
        written.shadowed.append(Shadowed(due, _receipt(decision, due, why, ours, written)))
    else:
        # Nobody is asked for help with what would not be sent.
        verdicts.add(decision, due, person, ours, written, aloud=False)


def _receipt(decision: Send, due: Due, why: str, ours: Company, written: Verdicts) -> ReceiptRow:
    key = uuid7()
    made = outbox.receipt(
        due, written.now, "shadow", "in_shadow",
        [*decision.checks, ("in_shadow", "shadow", {"shadow": why})],
        policy_id=ours.policy.id, channel=decision.option.channel,
    )  # fmt: skip
    text = verdicts.commitment(key, decision.rendered.body)
    return made._replace(id=key, commitment=text)


# The runs of a person's applications; by `touch_once` their touches, by `receipt_touch` the rest.
_SPOKEN = """
SELECT a.candidate_id, t.id, a.id, c.at, c.channel, t.purpose,
       c.at >= coalesce(a.stage_since, '-infinity')
FROM people_application a
JOIN journeys_run r ON r.application_id = a.id
JOIN messaging_touch t ON t.run_id = r.id AND t.state = 'shadowed' AND t.ended_at > %s
JOIN messaging_receipt c ON c.touch_id = t.id AND c.verdict = 'shadow'
WHERE a.candidate_id = ANY(%s)
"""


def _spoken(people: list[UUID], now: datetime) -> dict[UUID, list[Spoken]]:
    """By person: of all whose messages are decided together."""
    found: dict[UUID, list[Spoken]] = defaultdict(list)
    for candidate_id, *row in sql.rows(_SPOKEN, (now - caps.REMEMBERED, people)):
        found[candidate_id].append(Spoken(*row))
    return found


def _used(person: Person, spoken: Sequence[Spoken], ours: Company) -> dict[str, list[Use]]:
    """By address, what this batch really sends and what would have been sent before."""
    found: dict[str, list[Use]] = defaultdict(list)
    for key in person.keys:
        found[key] += ours.used.get(key, ())
    for one in spoken:
        point = person.points.get(CHANNEL_KIND.get(one.channel, one.channel))
        if point:
            use = Use(
                one.at.timestamp(), text_of(one.touch_id), person.name, one.channel, one.purpose
            )
            found[point.address_key].append(use)
    return found


def _told(spoken: Sequence[Spoken]) -> Mapping[UUID | None, list[tuple[str, str]]]:
    found: dict[UUID | None, list[tuple[str, str]]] = defaultdict(list)
    for one in spoken:
        if one.in_stage:
            found[one.application_id].append((one.channel, one.purpose))
    return found


# --- settling ------------------------------------------------------------------------------------


def settle(found: Sequence[Shadowed], *, decided: float, now: datetime) -> None:
    """End what would have gone out, and let the journeys hear of it, in one transaction.

    Its own, since applications are locked before touches, everywhere. A touch that has ended
    meanwhile, or that another worker has taken, is left alone; a decision that is too old (or that
    a crash lost) is simply made again: nothing was sent. `decided` is in monotonic seconds.
    """
    if not found or monotonic() - decided > DECISION_SECONDS:
        return
    with sql.committing():
        advance.lock(one.due.application_id for one in found if one.due.application_id)
        ends = [(one.due.id, "shadowed") for one in found]
        ended = outbox.end(ends, now=now, was=["planned"])
        ours = [one for one in found if one.due.id in ended]
        outbox.record([one.receipt for one in ours])
        advance.apply([_heard(one.due, now) for one in ours if one.due.listened], now=now)


def _heard(due: Due, now: datetime) -> advance.Change:
    assert due.application_id is not None  # a run is of an application
    event = TouchSent(key=due.key, occurrence=due.occurrence, at=now, shadow=True)
    return due.application_id, event
