"""What the journey engine hears (events, in the past tense) and what it answers (effects).

All of them are frozen and hold no personal data. Times are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class StageChanged:
    """The application is now in canonical stage `to`, since `at` (the source's time if known)."""

    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnchorMoved:
    """A named instant was set, moved, or (with `at` None) taken away; `sequence` rises."""

    name: str
    at: datetime | None
    sequence: int


@dataclass(frozen=True, slots=True)
class TouchSent:
    """A touch that the engine listens for was accepted by a provider; with `shadow` it would have
    been sent, and was not: what follows is planned all the same, and nobody is asked."""

    key: str
    occurrence: str
    at: datetime
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Replied:
    """The candidate wrote something, whatever it means."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AskAnswered:
    """The open ask of touch `key` was answered: `confirmed` or `declined`.

    `channel` is where the candidate wrote; our answer goes there first.
    """

    key: str
    answer: str
    at: datetime
    channel: str = ""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The candidate wants no more messages on the address they wrote from, or at all."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CustomEvent:
    """An event of the organization's own, by name."""

    name: str
    at: datetime
    id: str


def by_hand(key: str) -> str:
    """The name of the event that a member presses for touch `key`: no map's own event has it."""
    return f"by_hand:{key}"


Event = StageChanged | AnchorMoved | TouchSent | Replied | AskAnswered | OptedOut | CustomEvent


@dataclass(frozen=True, slots=True)
class PlanTouch:
    """Plan a message. (run, key, occurrence) is its identity: planning it twice changes nothing.

    `relevance` is a predicate over the gate's facts (`core.predicates`). `content` is only set
    where the map's own touch has none (an answer written in an ask's `replies`).
    """

    key: str
    occurrence: str
    due_at: datetime
    useful_until: datetime | None
    purpose: str
    priority: int
    channels: Sequence[str]
    relevance: Mapping[str, Any]
    origin: str = "map"
    anchor_name: str = ""
    anchor_sequence: int | None = None
    listened: bool = False
    content: Mapping[str, Any] | None = None
    reply_to_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancelTouches:
    """Cancel the planned touches that match: all of `keys` (None: every one of the run's own).

    `why` is a code: left_stage, anchor_moved, anchor_cleared, answered, replied, run_ended,
    version_moved, unmatched.
    """

    why: str
    keys: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """Wait for an answer to touch `key`."""

    key: str
    occurrence: str
    kind: str


@dataclass(frozen=True, slots=True)
class CloseAsk:
    """Stop waiting: `answer` is '' when it was never answered. `key` None closes all open ones."""

    key: str | None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class WriteBack:
    """Tell the ATS something: `kind` is note or field."""

    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HandOff:
    """A person is needed; `reason` is a value of `conversations.Handoff.Reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class EndRun:
    """The run is over: `reason` is stage_ended, withdrawn or unmatched."""

    reason: str


Effect = PlanTouch | CancelTouches | OpenAsk | CloseAsk | WriteBack | HandOff | EndRun


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands. Plain values only: it is stored as JSON (`dump_state`, `load_state`)."""

    stage: str = ""
    came_from: str = ""  # the stage before, as far as it was seen
    visit: int = 0  # rises with every stage entered; 1 is the run's first
    entered_at: datetime | None = None
    anchors: Mapping[str, tuple[datetime | None, int]] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)  # open asks: touch key -> occurrence
    answers: Mapping[str, str] = field(default_factory=dict)  # touch key -> confirmed, closed …
    sent: Mapping[str, datetime] = field(default_factory=dict)  # touch key -> when, this visit
    replied_at: datetime | None = None
    ended: bool = False
    seen_at: datetime | None = None  # the newest stage fact heard, also one that changed nothing
    moved_at: datetime | None = None  # when the run moved to another version, in this visit
    came_at: datetime | None = None  # when it came from another map, in this visit
    fresh: Sequence[str] = ()  # the anchors that are others since it came
    heard: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)  # custom events by name
    shadow: Sequence[str] = ()  # keys of `sent` that were only in shadow
