"""What the product's own rows say about the candidate of the guided walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from followthrough.web.console.sentences import Wall

HOURS = frozenset({"quiet_hours", "legal_hours"})  # held for these: over the night


class Text(NamedTuple):
    """The first message about the interview, once it left; `checks` is how many passed."""

    at: datetime
    checks: int
    read: bool  # on the phone


class Waiting(NamedTuple):
    """A planned message; `held_for` is a code, '' when it simply is not due."""

    due_at: datetime
    held_for: str


class Decided(NamedTuple):
    """What the gate decided about a message of the map, after the interview was confirmed."""

    verdict: str
    code: str
    at: datetime
    until: datetime | None = None
    asks: bool = False  # the message asks something: it is no reminder


@dataclass(frozen=True)
class Seen:
    """What the rows say about the walk's candidate since the walk began."""

    name: str
    wall: Wall  # of the site
    now: datetime
    stage: str = ""  # canonical, now
    interview: datetime | None = None
    invited: bool = False
    text: Text | None = None
    invitation: Waiting | None = None  # the first message about it, if it comes soon or at nine
    waiting: Waiting | None = None  # the next message, whatever it is about
    waits: bool = False  # for an answer to what was asked
    unread: bool = False  # something lies unopened on the phone
    readings: Sequence[str] = ()  # of what was written since, oldest first
    confirmed: bool = False
    written_back: bool = False
    decided: Sequence[Decided] = ()
    asked: bool = False  # something that no rule could answer
    resolved: bool = False  # … and a person has seen to it
    silent: bool = False  # a person must see to it first
    blocked: bool = False  # no message may go to the phone
    stopped: bool = False  # STOP was written
    handed: bool = False  # … with an interview still ahead, so a person was asked
    left_since: int = 0  # messages that left after STOP, its confirmation apart
    stopped_since: int = 0  # messages that were planned then, and were not sent
    still_planned: int = 0  # messages that were planned then, and still are
