"""The conversation: what was said on every channel, what waits or was stopped, and where a person
was needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.audit.models import Fact
from followthrough.conversations.models import Handoff
from followthrough.messages.models import Message, Receipt, Touch, TouchState
from followthrough.web.console import names, sentences
from followthrough.web.console.inbox import lanes
from followthrough.web.console.sentences import Wall

MOST = 40  # messages; what was before them is on the candidate's page
BAD_DELIVERIES = frozenset({"undelivered", "bounced", "complained"})
UNDER_WAY = {
    TouchState.SENDING: gettext_noop("being handed over"),
    TouchState.RECONCILING: gettext_noop("asking the provider whether it went out"),
}


@dataclass(frozen=True)
class Bubble:
    """Something said, or meant to be. `mark` is a meaning (kept, held …) and `state` its words."""

    key: UUID  # what came of the same moment stands in its order
    side: str  # in, out
    at: datetime
    channel: str
    who: str
    text: str
    subject: str = ""
    mark: str = ""
    state: str = ""
    why: str = ""
    withdraw: UUID | None = None  # it waits, and may be taken back
    again: UUID | None = None  # it never left, and its text may be used once more
    pending: bool = False  # something comes of it any moment


@dataclass(frozen=True)
class Mark:
    """A line between: a person was needed, or has seen to it. `here`: it is the one looked at."""

    key: UUID
    at: datetime
    text: str
    kind: str
    here: bool = False


@dataclass(frozen=True)
class Talk:
    """The conversation, oldest first. `earlier`: there was more before; `pending`: more comes."""

    lines: Sequence[Bubble | Mark]
    earlier: bool
    pending: bool
    last_channel: str  # that they wrote on last, '' when they never did
    last_subject: str  # of the last mail, whoever wrote it

    @property
    def unsent(self) -> list[Bubble]:
        """What members wrote that never left."""
        return [one for one in self.lines if isinstance(one, Bubble) and one.again]


@dataclass(frozen=True)
class _Known:
    """What the lines are made with."""

    touches: Mapping[UUID, Touch]  # of the messages, and what members wrote
    receipts: Mapping[UUID, Receipt]  # the latest of what members wrote
    authors: Mapping[UUID, str]
    name: str
    wall: Wall


def build(handoff: Handoff, *, wall: Wall, seen: Q) -> Talk:
    """The conversation around a handoff, as far as it is `seen`; times are by the candidate's
    clock."""
    said = _said(handoff, seen)
    written = _written(handoff, seen)
    known = _known(handoff, said, written, wall)
    in_messages = {one.touch_id for one in said}
    unsaid = [one for one in written if one.id not in in_messages]
    bubbles = [
        *(_message(one, known) for one in said[:MOST]),
        *(_touch(one, known) for one in unsaid),
    ]
    bubbles.sort(key=_order)
    earlier = len(said) > MOST
    since = bubbles[0].at if earlier and bubbles else None
    marks = [one for one in _marks(handoff, seen) if since is None or one.at >= since]
    lines = sorted([*bubbles, *marks], key=_order)
    last = next((one.channel for one in said if one.direction == "in"), "")
    about = next((one.subject for one in said if one.channel == "email" and one.subject), "")
    return Talk(lines, earlier, any(one.pending for one in bubbles), last, about)


def _order(one: Bubble | Mark) -> tuple[datetime, UUID]:
    return one.at, one.key


def _said(handoff: Handoff, seen: Q) -> list[Message]:
    """The latest messages first, one more than is shown."""
    rows = Message.objects.filter(seen, candidate_id=handoff.candidate_id)
    return list(rows.exclude(delivery="not_sent").order_by("-id")[: MOST + 1])


def _written(handoff: Handoff, seen: Q) -> list[Touch]:
    """What members wrote to them, the latest first."""
    rows = Touch.objects.filter(seen, candidate_id=handoff.candidate_id, origin="member")
    return list(rows.order_by("-planned_at", "-id")[:MOST])


def _known(
    handoff: Handoff, said: Sequence[Message], written: Sequence[Touch], wall: Wall
) -> _Known:
    touches = {one.id: one for one in written}
    missing = {one.touch_id for one in said if one.touch_id} - touches.keys()
    touches |= Touch.objects.in_bulk(missing)
    ids = [one.id for one in touches.values() if one.origin == "member"]
    latest = {one.touch_id: one for one in Receipt.objects.filter(touch_id__in=ids).order_by("id")}
    return _Known(touches, latest, _authors(ids), handoff.candidate.name, wall)


def _authors(touches: Sequence[UUID]) -> dict[UUID, str]:
    """Who wrote each of them: the audit knows."""
    if not touches:
        return {}
    facts = Fact.objects.filter(subject_id__in=touches, verb="wrote_message")
    by = dict(facts.values_list("subject_id", "actor_id"))
    known = names.of_members(f"member:{one}" for one in by.values())
    return {touch: names.named(f"member:{one}", known) for touch, one in by.items()}


def _message(row: Message, known: _Known) -> Bubble:
    if row.direction == Message.Direction.IN:
        return Bubble(row.id, "in", row.at, row.channel, known.name, row.body, _subject(row),
                      why=sentences.reading(row))  # fmt: skip
    touch = known.touches.get(row.touch_id) if row.touch_id else None
    mark, state, pending = _delivery(row, touch)
    return Bubble(row.id, "out", row.at, row.channel, _who(touch, known), row.body, _subject(row),
                  mark, state, pending=pending)  # fmt: skip


def _subject(row: Message) -> str:
    return row.subject if row.channel == "email" else ""


def _who(touch: Touch | None, known: _Known) -> str:
    """The member who wrote it, else what automation calls it."""
    if touch is None:
        return _("Automation")
    if touch.origin == Touch.Origin.MEMBER:
        return known.authors.get(touch.id, "")
    return _("Automation: %(name)s") % {"name": sentences.touch_name(touch.key)}


def _delivery(row: Message, touch: Touch | None) -> tuple[str, str, bool]:
    """Its meaning, its words, and whether they will change any moment."""
    state = touch.state if touch else ""
    if state in UNDER_WAY:
        return "held", _(UNDER_WAY[TouchState(state)]), True
    if state == TouchState.UNKNOWN:
        return "person", _("nobody knows whether it went out"), False
    bad = row.delivery in BAD_DELIVERIES
    return ("person" if bad else "kept"), sentences.delivery(row), False


# --- what a member wrote that did not leave, or not yet ------------------------------------------


def _touch(row: Touch, known: _Known) -> Bubble:
    channel, text = _content(row)
    mark, state, why = _fate(row, known)
    waits = row.state == TouchState.PLANNED
    return Bubble(
        key=row.id,
        side="out",
        at=row.planned_at,
        channel=channel,
        who=_who(row, known),
        text=text.get("body", ""),
        subject=text.get("subject", "") if channel == "email" else "",
        mark=mark,
        state=state,
        why=why,
        withdraw=row.id if waits else None,
        again=row.id if row.state in ("dropped", "failed", "cancelled") else None,
        pending=waits and not row.held_for,
    )


def _content(row: Touch) -> tuple[str, dict[str, Any]]:
    """The channel and the text it was written for."""
    for channel, by_language in (row.content or {}).items():
        return channel, next(iter(by_language.values()), {})
    return "", {}


def _fate(row: Touch, known: _Known) -> tuple[str, str, str]:
    """Its meaning, what became of it, and why."""
    receipt = known.receipts.get(row.id)
    why = sentences.reason(receipt, known.wall) if receipt else ""
    if row.state == TouchState.PLANNED:
        return _waiting(row, known, why)
    if row.state in UNDER_WAY:
        return "held", _(UNDER_WAY[TouchState(row.state)]), ""
    if row.state == TouchState.CANCELLED:
        return "quiet", _("taken back, never sent"), ""
    if row.state == TouchState.DROPPED:
        return "stopped", _("not sent"), why
    return "person", TouchState(row.state).label, why


def _waiting(row: Touch, known: _Known, why: str) -> tuple[str, str, str]:
    if not row.held_for:
        return "held", _("on its way"), ""
    until = sentences.dated(row.due_at, known.wall)
    since = _("since %(why)s.") % {"why": lanes.held(row.held_for)}
    return "held", _("held until %(until)s") % {"until": until}, since


# --- where a person was needed -------------------------------------------------------------------


def _marks(handoff: Handoff, seen: Q) -> Iterator[Mark]:
    theirs = Handoff.objects.filter(seen, candidate_id=handoff.candidate_id)
    rows = list(theirs.order_by("id"))
    known = names.of_members(one.resolved_by for one in rows)
    for one in rows:
        here = one.id == handoff.id
        yield Mark(one.id, one.opened_at, one.get_reason_display(), "person", here=here)
        if one.resolved_at:
            by = names.named(one.resolved_by, known)
            yield Mark(
                one.id, one.resolved_at, _("%(name)s has seen to it.") % {"name": by}, "kept"
            )
